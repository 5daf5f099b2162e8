"""What every channel must do, whatever its provider: a new one inherits ``ChannelCase`` and fills in its wire.

See docs/how-to/add-a-channel.md.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import respx
from django.http import HttpResponse

from conversations import handouts, outbox
from conversations.models import Channel, Conversation, Event, Handout, Message, Outbox
from leads.models import Lead
from seleto.lib import jobs
from tests.factories import ConversationFactory, IdentityFactory, MessageFactory, TurnFactory, queued
from tests.handouts import PDF, PNG, handout

LEAD = "5511900000001"
# What a lead is given: how it is shown, its text or caption, and the file.
Given = tuple[str, str, bytes]


class ChannelCase:
    """One provider's wire: bodies as the provider sends them, and the door they come to."""

    def channel(self) -> Channel:
        """A channel that accepts the secrets "atual" and "anterior"."""
        raise NotImplementedError

    def post(self, body: Any, *, secret: str = "atual") -> HttpResponse:
        """Deliver authentically with that secret; any other label forges."""
        raise NotImplementedError

    def message(self, text: str, *, id_: str, at: datetime) -> Any:
        raise NotImplementedError

    def edit(self, text: str, *, of: str, at: datetime) -> Any:
        raise NotImplementedError

    def deletion(self, *, of: str, at: datetime) -> Any:
        raise NotImplementedError

    def echo(self, text: str, *, id_: str, at: datetime) -> Any:
        """A person wrote on the company's own phone."""
        raise NotImplementedError

    def receipt(self, word: str, *, of: str, at: datetime) -> Any:
        """``word`` of ``base.ReceiptStatus``."""
        raise NotImplementedError

    def provider(self, router: respx.Router) -> list[Given]:
        """Accept whatever is sent; what came, in order, as the lead would have it."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _channel(self, db):
        self.row = self.channel()
        self.at = datetime.now(UTC) - timedelta(minutes=1)

    def take_in(self, body: Any) -> Event:
        assert self.post(body).status_code == 200
        jobs.run_due("ingest")
        return Event.objects.latest("received_at")

    def later(self, seconds: float) -> datetime:
        return self.at + timedelta(seconds=seconds)

    # --- who is let in

    def test_both_secrets_work_while_one_is_being_rotated(self):
        answers = [
            self.post(self.message("oi", id_=f"M{secret}", at=self.at), secret=secret).status_code
            for secret in ("atual", "anterior")
        ]

        assert answers == [200, 200]
        assert Event.objects.count() == 2

    def test_a_forged_call_is_refused_and_not_stored(self):
        answer = self.post(self.message("oi", id_="M1", at=self.at), secret="de-outro")

        assert answer.status_code == 401
        assert not Event.objects.exists()

    def test_i12_an_authentic_body_nobody_can_read_is_kept_for_a_person(self):
        answer = self.post(b"{")

        assert answer.status_code == 400
        assert Event.objects.get().status == Event.Status.PARKED

    # --- once

    def test_i2_a_redelivery_has_one_effect(self):
        body = self.message("oi", id_="M1", at=self.at)

        for _ in range(3):
            self.take_in(body)

        assert (Event.objects.count(), Message.objects.count(), Conversation.objects.get().revision) == (1, 1, 1)

    def test_an_edit_is_no_second_message(self):
        self.take_in(self.message("400 por hora", id_="M1", at=self.at))
        self.take_in(self.edit("600 por hora", of="M1", at=self.later(5)))

        message = Message.objects.get()
        assert (message.text, message.previous_texts) == ("600 por hora", ["400 por hora"])

    def test_a_deleted_message_is_kept_and_marked(self):
        self.take_in(self.message("não era isso", id_="M1", at=self.at))
        self.take_in(self.deletion(of="M1", at=self.later(5)))

        assert Message.objects.get().deleted_at is not None
        assert Conversation.objects.get().turn_due_at is None

    # --- order

    def test_messages_are_told_in_the_order_they_were_written(self):
        self.take_in(self.message("segunda", id_="M2", at=self.later(2)))
        self.take_in(self.message("primeira", id_="M1", at=self.at))

        assert list(Message.objects.order_by("sent_at").values_list("text", flat=True)) == ["primeira", "segunda"]

    def test_receipts_move_a_message_forward_only(self):
        row = self._sent("P1")

        for word in ("read", "delivered", "sent"):
            self.take_in(self.receipt(word, of="P1", at=self.later(1)))

        assert Message.objects.get(pk=row.message_id).status == Message.Status.READ

    def test_i10_a_message_of_long_ago_is_kept_and_not_answered(self):
        self.take_in(self.message("de dias atrás", id_="M1", at=self.at - timedelta(days=6)))

        assert Event.objects.get().reason == "antiga_demais"
        assert Conversation.objects.get().turn_due_at is None

    # --- people

    def test_i5_a_person_on_the_phone_takes_over_at_once(self):
        self.take_in(self.message("oi", id_="M1", at=self.at))
        self.take_in(self.echo("Oi, aqui é o Paulo.", id_="E1", at=self.later(3)))

        conversation = Conversation.objects.get()
        assert (conversation.owner, conversation.turn_due_at) == (Conversation.Owner.HUMAN, None)
        assert Message.objects.get(author=Message.Author.PHONE).text == "Oi, aqui é o Paulo."

    def test_our_own_message_that_comes_back_is_nobody_taking_over(self):
        self._sent("P1")

        self.take_in(self.echo("Posso ajudar?", id_="P1", at=self.later(1)))

        assert Conversation.objects.get().owner == Conversation.Owner.AGENT

    def test_both_spellings_of_a_mobile_are_one_lead(self):
        IdentityFactory.create(value=LEAD)

        self.take_in(self.message("oi", id_="M1", at=self.at))

        assert Lead.objects.count() == 1

    # --- files

    def test_a_file_of_ours_arrives_byte_for_byte_with_its_caption(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "media"
        given = self._hand_out(
            handout(caption="Nosso catálogo."), handout("photo", content=PNG, caption="A FB300."), leads=[LEAD]
        )

        assert [(kind, text) for kind, text, _ in given] == [("document", "Nosso catálogo."), ("image", "A FB300.")]
        assert given[0][2].startswith(PDF)
        assert given[1][2] == PNG

    def test_the_same_file_arrives_at_every_lead(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "media"

        given = self._hand_out(handout(), leads=[LEAD, "5511900000002"])

        assert [content.startswith(PDF) for _, _, content in given] == [True, True]

    def _hand_out(self, *rows: Handout, leads: list[str]) -> list[Given]:
        with respx.mock(assert_all_called=False) as router:
            given = self.provider(router)
            for address in leads:
                conversation = ConversationFactory.create(channel=self.row, address=address)
                MessageFactory.create(conversation=conversation, author="lead", revision=1, sent_at=self.at)
                turn = TurnFactory.create(conversation=conversation)
                handouts.enqueue(
                    conversation,
                    [handouts.facts(row) for row in rows],
                    turn=turn,
                    reviewed=[outbox.digest(row.caption) for row in rows],
                    not_before=self.at,
                    survives_handoff=False,
                    now=self.at,
                )
                conversation.save()
            Outbox.objects.update(due_at=self.at)
            for _ in rows:
                jobs.run_due("deliver")
        assert set(Outbox.objects.values_list("status", flat=True)) == {Outbox.Status.SENT}
        return given

    def _sent(self, provider_id: str) -> Outbox:
        conversation = ConversationFactory.create(channel=self.row, address=LEAD)
        IdentityFactory.create(lead=conversation.lead, value=LEAD)
        (row,) = queued(conversation, "Posso ajudar?")
        Outbox.objects.filter(pk=row.pk).update(status=Outbox.Status.SENT, provider_id=provider_id)
        Message.objects.filter(pk=row.message_id).update(status=Message.Status.SENT, provider_id=provider_id)
        return row
