"""The Cloud API is a channel, and has a door of its own kind: handshake, batches, shared addresses, a window."""

import json
from datetime import timedelta

import httpx
import pytest
from django.test import Client

from conversations.models import Channel, Conversation, Event, Message, Outbox, Upload
from leads.models import Identity, Lead
from seleto.lib import clock, jobs
from seleto.lib.models import Alert
from tests import cloud_api
from tests.channels.case import LEAD, ChannelCase
from tests.channels.wire import sample
from tests.factories import ChannelFactory, ConversationFactory, queued
from tests.handouts import handout


def cloud_channel(**fields):
    return ChannelFactory.create(
        **{
            "slug": "nuvem",
            "provider": Channel.Provider.WHATSAPP,
            "instance_id": cloud_api.NUMBER,
            "credentials": {"access_token": "token-de-acesso", "verify_token": "token-de-verificacao-ficticio"},
            "webhook_secrets": {"novo": "segredo-atual", "antigo": "segredo-anterior"},
            **fields,
        }
    )


class TestCloudApi(ChannelCase):
    def channel(self):
        return cloud_channel()

    def post(self, body, *, secret="atual"):
        return cloud_api.post(body, secret=f"segredo-{secret}")

    def message(self, text, *, id_, at):
        return cloud_api.received(cloud_api.text(text, id_=id_, at=at))

    def edit(self, text, *, of, at):
        inner = {"type": "text", "text": {"body": text}}
        edit = {"original_message_id": of, "message": inner}
        return cloud_api.received(cloud_api.item("edit", id_=f"{of}-editada", at=at, edit=edit))

    def deletion(self, *, of, at):
        return cloud_api.received(
            cloud_api.item("revoke", id_=f"{of}-apagada", at=at, revoke={"original_message_id": of})
        )

    def echo(self, text, *, id_, at):
        said = {
            "from": "5511900000099",
            "to": LEAD,
            "to_user_id": cloud_api.BSUID,
            "id": id_,
            "timestamp": str(int(at.timestamp())),
            "type": "text",
            "text": {"body": text},
        }
        return cloud_api.body(cloud_api.change("smb_message_echoes", message_echoes=[said]))

    def receipt(self, word, *, of, at):
        return cloud_api.status(word, of=of, at=at)

    def provider(self, router):
        given, kept = [], {}

        def keep(request):
            _head, _, rest = request.content.partition(b'name="file"')[2].partition(b"\r\n\r\n")
            kept[f"{len(kept) + 700}"] = rest.partition(
                b"\r\n--" + request.headers["Content-Type"].partition("=")[2].encode()
            )[0]
            return httpx.Response(200, json={"id": [*kept][-1]})

        def take(request):
            body = json.loads(request.content)
            kind = body["type"]
            said = body[kind]
            given.append((kind, said.get("body") or said.get("caption") or "", kept.get(said.get("id"), b"")))
            return httpx.Response(200, json={"messages": [{"id": f"wamid.{len(given)}"}]})

        router.post(path__regex="/media$").side_effect = keep
        router.post(path__regex="/messages$").side_effect = take
        return given

    def test_a_file_is_uploaded_once_for_all_leads(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "media"
        self._hand_out(handout(), leads=[LEAD, "5511900000002"])

        kept = Upload.objects.get()
        assert (kept.remote_id, kept.expires_at > clock.now() + timedelta(days=29)) == ("700", True)

    # --- the handshake

    @pytest.mark.parametrize(("token", "expected"), [("token-de-verificacao-ficticio", 200), ("outro", 403), ("", 403)])
    def test_the_handshake_answers_the_challenge_to_who_knows_the_token(self, token, expected):
        query = {**json.loads(sample("webhook_verification_get", of="whatsapp-cloud"))["query"]}

        answer = Client().get("/webhooks/whatsapp/nuvem/", {**query, "hub.verify_token": token})

        assert answer.status_code == expected
        assert (answer.content == b"1158201444") is (expected == 200)

    def test_a_channel_without_a_verify_token_shakes_no_hands(self):
        Channel.objects.all().delete()
        cloud_channel(slug="outra", credentials={"access_token": "x"})

        answer = Client().get("/webhooks/whatsapp/outra/", {"hub.mode": "subscribe", "hub.verify_token": ""})

        assert answer.status_code == 403

    def test_the_signature_is_over_the_bytes_as_they_came(self):
        vector = json.loads(sample("signature_vector", of="whatsapp-cloud"))
        Channel.objects.filter(pk=self.row.pk).delete()
        cloud_channel(webhook_secrets={"atual": vector["app_secret"]})

        answer = Client().post(
            "/webhooks/whatsapp/nuvem/",
            data=vector["raw_body"].encode(),
            content_type="application/json",
            headers={vector["header"]: vector["value"]},
        )

        assert answer.status_code == 200

    # --- batches

    def test_every_item_of_a_batch_has_its_effect(self):
        assert self.post(sample("webhook_batch", of="whatsapp-cloud")).status_code == 200
        jobs.run_due("ingest")

        assert set(Message.objects.values_list("text", flat=True)) >= {"primeira", "segunda"}
        assert Lead.objects.count() == 2

    def test_a_batch_and_its_wake_cost_one_statement_a_number(self, django_assert_num_queries):
        body = sample("webhook_batch", of="whatsapp-cloud")
        self.post(self.message("oi", id_="M0", at=self.at))

        with django_assert_num_queries(1):
            self.post(body)

    def test_a_number_that_is_not_ours_is_acknowledged_and_ignored(self):
        self.take_in(sample("webhook_other_phone_number_id", of="whatsapp-cloud"))

        event = Event.objects.get()
        assert (event.status, event.reason) == (Event.Status.IGNORED, "outro_numero")
        assert not Message.objects.exists()

    def test_numbers_of_one_app_share_an_address(self):
        other = cloud_channel(slug="outra", instance_id="106000000000777")

        self.take_in(sample("webhook_other_phone_number_id", of="whatsapp-cloud"))

        assert Message.objects.get().channel_id == other.pk

    def test_a_number_of_another_app_is_not_spoken_for(self):
        cloud_channel(slug="outra", instance_id="106000000000777", webhook_secrets={"atual": "de-outro-app"})

        self.take_in(sample("webhook_other_phone_number_id", of="whatsapp-cloud"))

        assert not Message.objects.exists()

    # --- people

    def test_a_person_without_a_number_is_a_lead(self):
        self.take_in(sample("webhook_bsuid_only", of="whatsapp-cloud"))

        conversation = Conversation.objects.get()
        assert conversation.address == "BR.10000000000000000009"
        assert Identity.objects.get().kind == Identity.Kind.BSUID

    def test_id_and_number_are_one_lead_once_seen_together(self):
        item = cloud_api.text("oi", id_="M1", at=self.at, phone=None)
        self.take_in(cloud_api.received(item, phone=None))
        self.take_in(self.message("de novo", id_="M2", at=self.later(5)))

        assert Lead.objects.count() == 1
        assert set(Identity.objects.values_list("kind", flat=True)) == {"phone", "bsuid"}

    def test_a_lead_who_changed_the_number_is_the_same_and_answered_there(self):
        self.take_in(self.message("oi", id_="M1", at=self.at))
        self.take_in(sample("webhook_system_number_change", of="whatsapp-cloud"))

        assert Lead.objects.count() == 1
        assert Conversation.objects.get().address == "5511900000008"
        assert Message.objects.count() == 1

    def test_the_ad_is_kept_as_the_leads_origin(self):
        self.take_in(sample("webhook_text_from_ad", of="whatsapp-cloud"))

        assert Lead.objects.get().referral["source_id"] == "20000000000000001"

    # --- what became of it

    def test_i6_a_receipt_with_our_reference_proves_a_send_whose_answer_was_lost(self):
        conversation = ConversationFactory.create(channel=self.row, address=LEAD)
        (row,) = queued(conversation, "Posso ajudar?")
        Outbox.objects.filter(pk=row.pk).update(
            status=Outbox.Status.UNKNOWN, claimed_at=self.at, due_at=self.later(600)
        )

        self.take_in(cloud_api.status("sent", of="wamid.S1", at=self.at, biz_opaque_callback_data=str(row.pk)))

        row.refresh_from_db()
        assert (row.status, row.provider_id) == (Outbox.Status.SENT, "wamid.S1")

    def test_a_complaint_about_the_account_alerts(self):
        self.take_in(sample("webhook_value_errors", of="whatsapp-cloud"))

        assert "130429" in Alert.objects.get(key="provider:nuvem").title
