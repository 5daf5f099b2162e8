"""The channel's form: secrets go in, are kept, rotated and removed by label, and never come out."""

import pytest

from conversations import channel_cache
from conversations.models import Channel
from seleto.lib.models import AuditEntry
from tests.factories import INSTANCE, INSTANCE_TOKEN, SECRET

NEW_SECRET = "um-segredo-novo-e-longo"


def fields(**changes):
    return {
        "slug": "principal",
        "name": "WhatsApp principal",
        "provider": "zapi",
        "instance_id": INSTANCE,
        "origin": "",
        "enabled": "on",
        "min_interval_ms": "0",
        **changes,
    }


def save(manager, channel, **changes):
    return manager.post(f"/admin/conversations/channel/{channel.pk}/change/", fields(**changes))


def errors(answer):
    return " ".join(str(message) for messages in answer.context["errors"] for message in messages)


def test_blank_fields_keep_what_is_stored(manager, channel):
    assert save(manager, channel, name="Outro nome").status_code == 302

    channel.refresh_from_db()
    assert channel.name == "Outro nome"
    assert channel.credentials == {"instance_token": INSTANCE_TOKEN, "client_token": "token-do-cliente"}
    assert channel.webhook_secrets == {"atual": SECRET}


def test_a_written_credential_replaces_the_old_one(manager, channel):
    save(manager, channel, client_token="outro-token")

    channel.refresh_from_db()
    assert channel.credentials == {"instance_token": INSTANCE_TOKEN, "client_token": "outro-token"}
    assert AuditEntry.objects.get(action="change").detail["fields"] == ["client_token"]


def test_a_secret_is_added_rotated_and_removed(manager, channel):
    save(manager, channel, secret_label="novo", secret=NEW_SECRET)
    save(manager, channel, secret_label="atual", secret="trocado-trocado-trocado")
    channel.refresh_from_db()
    assert channel.webhook_secrets == {"atual": "trocado-trocado-trocado", "novo": NEW_SECRET}

    save(manager, channel, remove_secrets=["atual"])

    channel.refresh_from_db()
    assert channel.webhook_secrets == {"novo": NEW_SECRET}
    removed = AuditEntry.objects.get(action="webhook_secret.removed")
    assert (removed.subject_id, removed.detail) == (channel.pk, {"label": "atual"})


def test_labels_and_ages_are_shown_and_no_secret(manager, channel):
    save(manager, channel, secret_label="novo", secret=NEW_SECRET, instance_token="token-novo")

    page = manager.get(f"/admin/conversations/channel/{channel.pk}/change/").content.decode()

    assert "<b>atual</b> sem registro de quando" in page
    assert "<b>novo</b> desde " in page
    assert [s for s in (SECRET, NEW_SECRET, INSTANCE_TOKEN, "token-novo") if s in page] == []


def test_a_refused_form_does_not_give_back_what_was_typed(manager, channel):
    answer = save(manager, channel, name="", secret_label="novo", secret=NEW_SECRET, client_token="token-novo")

    assert answer.status_code == 200
    assert [s for s in (NEW_SECRET, "token-novo") if s in answer.content.decode()] == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"secret_label": "novo"}, "Preencha o rótulo e o segredo"),
        ({"secret": NEW_SECRET}, "Preencha o rótulo e o segredo"),
        ({"secret_label": "novo", "secret": "curto"}, "16 caracteres"),
        ({"secret_label": "novo", "secret": "com/barra/com/barra"}, "16 caracteres"),
        ({"secret_label": "Novo!", "secret": NEW_SECRET}, "minúsculas"),
        ({"remove_secrets": ["atual"]}, "ao menos um segredo"),
        ({"remove_secrets": ["atual"], "secret_label": "atual", "secret": NEW_SECRET}, "não pode ser removido"),
    ],
)
def test_what_would_lock_the_provider_out_is_refused(manager, channel, changes, why):
    answer = save(manager, channel, **changes)

    assert why in errors(answer)
    channel.refresh_from_db()
    assert channel.webhook_secrets == {"atual": SECRET}


def test_a_new_channel_needs_its_credentials(manager, db):
    refused = manager.post("/admin/conversations/channel/add/", fields())
    assert refused.status_code == 200

    manager.post(
        "/admin/conversations/channel/add/",
        fields(instance_token="a", client_token="b", secret_label="primeiro", secret=NEW_SECRET),
    )

    channel = Channel.objects.get()
    assert channel.credentials == {"instance_token": "a", "client_token": "b"}
    assert channel.created_at is not None


def test_a_cloud_api_channel_has_credentials_of_its_own(manager, db):
    cloud = fields(slug="nuvem", provider="whatsapp", instance_id="106000000000001")
    secret = {"secret_label": "app", "secret": "0123456789abcdef0123456789abcdef"}

    refused = manager.post("/admin/conversations/channel/add/", {**cloud, **secret, "instance_token": "a"})
    assert "Este campo é obrigatório." in errors(refused)
    manager.post(
        "/admin/conversations/channel/add/",
        {**cloud, **secret, "access_token": "token", "verify_token": "meu", "instance_token": "de-outro-provedor"},
    )

    channel = Channel.objects.get()
    assert channel.credentials == {"access_token": "token", "verify_token": "meu"}
    page = manager.get(f"/admin/conversations/channel/{channel.pk}/change/").content.decode()
    assert "/webhooks/whatsapp/nuvem/" in page
    assert "token-de-acesso" not in page


def test_the_slug_of_a_channel_stays(manager, channel):
    save(manager, channel, slug="outro")

    channel.refresh_from_db()
    assert channel.slug == "principal"


def test_this_process_knows_the_new_secret_at_once(manager, channel, django_capture_on_commit_callbacks):
    assert channel_cache.by_slug("principal").webhook_secrets == (SECRET,)

    with django_capture_on_commit_callbacks(execute=True):
        save(manager, channel, secret_label="novo", secret=NEW_SECRET)

    assert set(channel_cache.by_slug("principal").webhook_secrets) == {SECRET, NEW_SECRET}


def test_a_channel_is_switched_off_and_never_deleted(manager, channel):
    assert manager.post(f"/admin/conversations/channel/{channel.pk}/delete/", {"post": "yes"}).status_code == 403
