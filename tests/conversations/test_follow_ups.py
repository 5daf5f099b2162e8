"""Leads who went quiet are written to once more, and never when they should not be (I10)."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import respx
import time_machine

from conversations import followups, outbox
from conversations.models import Conversation, FollowUp, Handoff, Message, MessageTemplate, Outbox
from knowledge import queries
from knowledge.models import Flag, FollowUpRule
from leads.models import Fact, Lead
from seleto.lib import jobs
from tests import zapi
from tests.channels.test_cloud_api_channel import cloud_channel
from tests.factories import PHONE, ConversationFactory, IdentityFactory, MessageFactory

pytestmark = pytest.mark.django_db

# A Tuesday, in business hours all day long for what the tests need.
REPLIED = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("America/Sao_Paulo")).astimezone(UTC)


@pytest.fixture(autouse=True)
def _on(channel, settings):
    settings.FOLLOW_UP_JITTER_MIN = 0
    Flag.objects.create(name="follow_ups", scope="global", on=True)
    queries.clear_cache()


@pytest.fixture
def provider():
    with respx.mock(assert_all_called=False) as router:
        accepted = {"zaapId": "1", "messageId": "3EB0RETOMADA", "id": "3EB0RETOMADA"}
        route = router.post(path__regex="/send-text$").respond(200, json=accepted)
        router.post(path__regex="/messages$", name="cloud").respond(200, json={"messages": [{"id": "wamid.1"}]})
        route.cloud = router["cloud"]
        yield route


def quiet(*, temperature: str = "morno", channel=None, **facts: str) -> Conversation:
    """A conversation in which the agent has just answered, at ``REPLIED``."""
    fields = {"channel": channel} if channel else {}
    conversation = ConversationFactory.create(opened_at=REPLIED, revision=1, answered_revision=1, **fields)
    Lead.objects.filter(pk=conversation.lead_id).update(temperature=temperature)
    IdentityFactory.create(lead=conversation.lead, value=PHONE)
    heard = MessageFactory.create(conversation=conversation, text="oi", revision=1, sent_at=REPLIED)
    for name, value in facts.items():
        Fact.objects.create(
            lead=conversation.lead,
            field=name,
            value=value,
            evidence=Fact.Evidence.SAID,
            quote=value,
            source_kind="mensagem",
            source_id=heard.id,
            created_at=REPLIED,
        )
    with time_machine.travel(REPLIED, tick=False):
        followups.after_reply(conversation, now=REPLIED)
    conversation.save()
    return conversation


def at(hours: float, *, then: bool = True) -> None:
    """Let so many hours pass after the reply and do what falls due."""
    with time_machine.travel(REPLIED + timedelta(hours=hours), tick=False):
        jobs.run_due("follow_up")
        if then:
            jobs.run_due("deliver")


def left(provider) -> list[str]:
    return [json.loads(call.request.content)["message"] for call in provider.calls]


def test_a_warm_lead_who_went_quiet_is_written_to_step_by_step(provider):
    quiet(nome="Marina")

    at(3.9)
    assert left(provider) == []
    at(4.1)
    assert left(provider) == ["Oi, Marina! Ficou alguma dúvida? Sigo por aqui para ajudar."]
    at(8)
    assert len(left(provider)) == 1


def test_what_is_not_known_leaves_no_hole(provider):
    quiet()

    at(4.1)

    assert left(provider) == ["Oi! Ficou alguma dúvida? Sigo por aqui para ajudar."]


def test_steps_are_used_up(provider):
    conversation = quiet()
    FollowUpRule.objects.filter(after_h=20).delete()
    queries.clear_cache()

    at(4.1)

    conversation.refresh_from_db()
    assert (conversation.follow_up_at, conversation.follow_up_step) == (None, 1)


def test_nothing_is_planned_while_the_switch_is_off():
    Flag.objects.update(on=False)
    queries.clear_cache()

    assert quiet().follow_up_at is None


@pytest.mark.parametrize("temperature", ["quente", "frio", "nao_classificado"])
def test_classes_without_a_step_are_left_alone(provider, temperature):
    quiet(temperature=temperature)

    at(4.1)

    assert left(provider) == []


def test_outside_business_hours_it_waits_for_the_opening(provider):
    conversation = quiet()
    late = REPLIED.replace(hour=20)  # 17:00 in São Paulo: four hours later everybody has gone home
    Conversation.objects.filter(pk=conversation.pk).update(last_message_at=late, follow_up_at=late + timedelta(hours=4))
    Message.objects.update(sent_at=late)

    at(15.1)
    assert left(provider) == []
    at(23.1)  # Wednesday, 08:06
    assert len(left(provider)) == 1


def test_outside_the_window_only_a_template_leaves(provider):
    conversation = quiet()
    Message.objects.update(sent_at=REPLIED - timedelta(hours=21))

    at(4.1)

    assert left(provider) == []
    assert FollowUp.objects.get(conversation=conversation).reason == "fora_da_janela"


def test_an_approved_template_is_sent_with_its_values(provider):
    channel = cloud_channel()
    FollowUpRule.objects.update(template_name="retomada", template_values="{nome}")
    MessageTemplate.objects.create(
        channel=channel,
        name="retomada",
        language="pt_BR",
        status="approved",
        body="Olá {{1}}, tudo bem?",
        read_at=REPLIED,
    )
    queries.clear_cache()
    quiet(channel=channel, nome="Marina")
    Message.objects.update(sent_at=REPLIED - timedelta(hours=21))

    at(4.1)

    (call,) = provider.cloud.calls
    sent = json.loads(call.request.content)["template"]
    assert (sent["name"], sent["components"][0]["parameters"]) == ("retomada", [{"type": "text", "text": "Marina"}])
    assert Outbox.objects.get().text == "Olá Marina, tudo bem?"


@pytest.mark.parametrize(
    ("status", "values", "reason"),
    [
        ("paused", "{nome}", "fora_da_janela"),
        ("approved", "{empresa}", "falta_dado_do_modelo"),
        ("approved", "{nome}, {nome}", "modelo_com_outros_campos"),
    ],
)
def test_a_template_that_would_be_refused_is_not_tried(provider, status, values, reason):
    channel = cloud_channel()
    FollowUpRule.objects.update(template_name="retomada", template_values=values)
    MessageTemplate.objects.create(
        channel=channel, name="retomada", language="pt_BR", status=status, body="Olá {{1}}", read_at=REPLIED
    )
    queries.clear_cache()
    quiet(channel=channel, nome="Marina")
    Message.objects.update(sent_at=REPLIED - timedelta(hours=21))

    at(4.1)

    assert not provider.cloud.calls
    assert FollowUp.objects.get().reason == reason


def test_i4_a_text_that_breaks_a_rule_does_not_leave(provider):
    FollowUpRule.objects.update(text="A FB300 custa R$ 18.900, {nome}!")
    queries.clear_cache()
    quiet(nome="Marina")

    at(4.1)

    assert left(provider) == []
    assert FollowUp.objects.get().reason == "frase_viola_regra"


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lambda row: Lead.objects.update(opted_out_at=REPLIED), "lead_saiu"),
        (lambda row: Conversation.objects.update(owner="human"), "pessoa_assumiu"),
        (lambda row: Conversation.objects.update(revision=2), "lead_espera_resposta"),
        (lambda row: Flag.objects.update(on=False), "chave_desligada"),
        (
            lambda row: Handoff.objects.create(
                conversation=row, reason="pediu_humano", queue="comercial", opened_at=REPLIED
            ),
            "repasse_aberto",
        ),
    ],
)
def test_i10_what_changed_meanwhile_keeps_it_silent(provider, happens, reason):
    conversation = quiet()
    happens(conversation)
    queries.clear_cache()

    at(4.1)

    assert left(provider) == []
    assert FollowUp.objects.get().reason == reason


def test_the_leads_word_ends_the_silence(provider):
    quiet()

    with time_machine.travel(REPLIED + timedelta(hours=1), tick=False):
        assert zapi.post(zapi.received("voltei", momment=_ms(REPLIED + timedelta(hours=1)))).status_code == 200
        jobs.run_due("ingest")

    conversation = Conversation.objects.get()
    assert (conversation.follow_up_at, conversation.follow_up_step) == (None, 0)


def test_a_word_between_queue_and_sending_holds_it_back(provider):
    quiet()
    at(4.1, then=False)
    moment = REPLIED + timedelta(hours=4.1)
    with time_machine.travel(moment, tick=False):
        zapi.post(zapi.received("estou aqui", momment=_ms(moment)))
        jobs.run_due("ingest")

    at(4.2)

    assert left(provider) == []
    assert Outbox.objects.get().status == Outbox.Status.CANCELLED


def test_a_switch_turned_between_queue_and_sending_holds_it_back(provider):
    quiet()
    at(4.1, then=False)
    Flag.objects.update(on=False)
    queries.clear_cache()

    at(4.2)

    assert left(provider) == []
    assert Outbox.objects.get().status == Outbox.Status.CANCELLED


def test_on_the_cloud_api_nobodys_free_text_leaves_after_the_window(provider):
    channel = cloud_channel()
    conversation = quiet(channel=channel)
    Message.objects.update(sent_at=REPLIED - timedelta(hours=25))

    with time_machine.travel(REPLIED, tick=False):
        outbox.enqueue_person(conversation, "Bom dia!", chatwoot_id=7, now=REPLIED)
        conversation.save()
        jobs.run_due("deliver")

    row = Outbox.objects.get()
    assert (row.status, row.reason) == (Outbox.Status.PARKED, "janela_de_24h")
    assert not provider.cloud.calls


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
