"""The same conversations by WhatsApp's Cloud API: from Meta's webhook to Meta's API, through real processes."""

from datetime import timedelta
from typing import Any

import pytest

from conversations.channels.cloud_api.parse import sealed_key
from conversations.models import Channel, Conversation, Event, Media, Message, Outbox
from leads.models import Identity
from seleto.lib.models import Alert
from tests.flows.pipe import Pipe, new_lead, until

pytestmark = pytest.mark.xdist_group("installation")

SENDS = "/graph/v26.0/106*/messages"
WITHOUT_NUMBER = "100000000000005@lid"


def writes(pipe: Pipe, lead: str, text: str, **more: Any) -> str:
    answer = pipe.tell("cloud/lead-message", lead=lead, text=text, **more)
    assert answer["webhook"]["status"] == 200, answer
    return str(answer["messageId"])


def conversation_of(provider_id: str) -> Conversation:
    until(Message.objects.filter(provider_id=provider_id).exists, what="the message was taken in")
    return Message.objects.select_related("conversation").get(provider_id=provider_id).conversation


def notes(pipe: Pipe) -> list[str]:
    """What only the team reads in Chatwoot."""
    return [row["content"] for row in pipe.get("chatwoot/state")["messages"] if row["private"]]


def test_a_message_is_answered_and_the_answer_followed_to_the_reading(pipe: Pipe) -> None:
    lead = new_lead()
    asked = writes(pipe, lead, "Bom dia! Sou a Marina, de Itajaí, e quero a FB300.")

    until(lambda: pipe.received(lead), what="Meta accepted a reply")
    until(lambda: {row["status"] for row in pipe.received(lead)} == {"READ"}, what="the reply was read")
    pipe.calm()

    conversation = conversation_of(asked)
    rows = Outbox.objects.filter(conversation=conversation).order_by("order")
    assert conversation.channel.provider == Channel.Provider.WHATSAPP
    assert pipe.told(lead) == [row.text for row in rows]
    assert len(rows) <= 2
    assert set(conversation.messages.filter(author="agent").values_list("status", flat=True)) == {"read"}
    assert set(conversation.lead.identities.values_list("kind", flat=True)) == {"phone", "bsuid"}


def test_the_lead_sees_that_somebody_reads_while_the_model_thinks(pipe: Pipe) -> None:
    lead = new_lead()
    pipe.model(mode="normal", latency_s=2)

    asked = writes(pipe, lead, "Qual a produção da FB300 por hora?")

    def read() -> bool:
        rows = pipe.get("zapi/messages", lead=lead)["messages"]
        return any(row["provider_id"] == asked and row["status"] == "READ" for row in rows)

    until(read, what="the message was marked as read")
    assert not pipe.received(lead)
    until(lambda: pipe.received(lead), what="Meta accepted a reply")


def test_i2_redeliveries_and_a_batch_have_one_effect_each(pipe: Pipe) -> None:
    lead, other = new_lead(), new_lead()
    pipe.fault("webhook:whatsapp/messages", duplicate=2)

    asked = writes(pipe, lead, "Quero conhecer a FB300.")
    batch = [
        {"from": other, "id": f"wamid.LOTE{lead}{number}", "timestamp": "1795000000", "type": "text", "text": said}
        for number, said in enumerate([{"body": "primeira do lote"}, {"body": "segunda do lote"}])
    ]
    until(lambda: pipe.received(lead), what="Meta accepted a reply")
    pipe.tell("cloud/raw", lead=other, value={"messages": batch})
    pipe.calm()

    assert pipe.answered_once(lead)
    assert Message.objects.filter(provider_id=asked).count() == 1
    assert Message.objects.filter(provider_id__startswith=f"wamid.LOTE{lead}").count() == 2
    assert Event.objects.filter(key=sealed_key(f"messages:{asked}")).count() == 1


def test_i5_who_types_on_the_same_number_takes_over(pipe: Pipe) -> None:
    lead = new_lead()
    asked = writes(pipe, lead, "Quero conhecer a FB300.")
    until(lambda: pipe.received(lead), what="Meta accepted a reply")

    pipe.tell("cloud/human-message", lead=lead, text="Oi, aqui é o Paulo.")
    until(lambda: conversation_of(asked).owner == "human", what="the person is in charge")
    before = pipe.told(lead)
    writes(pipe, lead, "E o preço?")
    pipe.calm()

    assert pipe.told(lead) == before


def test_a_lead_without_a_number_is_answered_by_their_id(pipe: Pipe) -> None:
    before = len(pipe.received(WITHOUT_NUMBER))

    asked = writes(pipe, WITHOUT_NUMBER, "Quanto a FB300 produz por hora?")
    until(lambda: len(pipe.received(WITHOUT_NUMBER)) > before, what="Meta accepted a reply")

    conversation = conversation_of(asked)
    assert conversation.address.startswith("BR.")
    assert set(conversation.lead.identities.values_list("kind", flat=True)) == {Identity.Kind.BSUID}


def test_i6_a_lost_answer_is_settled_by_what_the_status_carries(pipe: Pipe) -> None:
    lead = new_lead()
    pipe.model(mode="normal", latency_s=1)  # so that the blue ticks come before the send
    pipe.fault(SENDS, drop="after", times=2)

    writes(pipe, lead, "Quero conhecer a FB300.")
    first = Outbox.objects.filter(to=lead, order=1)
    until(lambda: first.filter(status=Outbox.Status.SENT).exists(), what="the status proves the send")
    pipe.calm()

    assert (first.get().provider_id, first.get().attempts) == (pipe.received(lead)[0]["provider_id"], 1)
    assert [pipe.told(lead)] == pipe.replies(lead)


def test_a_number_without_whatsapp_parks_the_answer_in_words(pipe: Pipe) -> None:
    lead = "5511900990000"
    asked = writes(pipe, lead, "Quero conhecer a FB300.")

    parked = Outbox.objects.filter(conversation=conversation_of(asked), reason="recusada_pelo_whatsapp:131026")
    until(parked.exists, what="the answer is parked")
    pipe.calm()

    until(lambda: any("não recebe mensagens no WhatsApp" in note for note in notes(pipe)), what="the team is told")


def test_a_refused_token_stops_the_channel_until_it_is_mended(pipe: Pipe) -> None:
    lead = new_lead()
    pipe.tell("cloud/settings", token_revoked=True)

    writes(pipe, lead, "Quero conhecer a FB300.")
    alert = Alert.objects.filter(key="channel:nuvem", closed_at=None)
    until(alert.exists, what="an alert is open")
    assert not pipe.received(lead)
    pipe.tell("cloud/settings", token_revoked=False)
    until(lambda: pipe.received(lead), what="the answer leaves once the token is good")
    pipe.calm()

    assert pipe.answered_once(lead)
    assert not alert.exists()


@pytest.mark.parametrize("noticed_by", ["us", "meta"])
def test_i10_after_the_window_an_sdrs_text_is_parked_and_the_sdr_told_why(pipe: Pipe, noticed_by: str) -> None:
    lead = new_lead()
    asked = writes(pipe, lead, "Quero conhecer a FB300.")
    until(lambda: pipe.received(lead), what="Meta accepted a reply")
    pipe.calm()
    conversation, before = conversation_of(asked), len(notes(pipe))
    if noticed_by == "us":
        written = Message.objects.get(provider_id=asked).sent_at
        Message.objects.filter(provider_id=asked).update(sent_at=written - timedelta(hours=25))
    else:
        pipe.tell("cloud/settings", window_h=0.00001)

    pipe.tell("chatwoot/message", text="Bom dia! Conseguiu ver a proposta?")
    parked = Outbox.objects.filter(conversation=conversation, status=Outbox.Status.PARKED)
    until(parked.exists, what="the text is parked")
    until(lambda: len(notes(pipe)) > before, what="the SDR is told")

    assert parked.get().reason == ("janela_de_24h" if noticed_by == "us" else "recusada:code_131047")
    assert "24 horas" in notes(pipe)[-1]
    assert "Bom dia! Conseguiu ver a proposta?" not in pipe.told(lead)
    parked.update(status=Outbox.Status.CANCELLED)


def test_a_file_is_fetched_in_two_steps_with_the_token(pipe: Pipe) -> None:
    lead = new_lead()

    asked = writes(pipe, lead, "", type="image")
    file = Media.objects.filter(message__provider_id=asked)
    until(lambda: file.filter(state=Media.State.STORED).exists(), what="the file is here")

    assert (file.get().mime, file.get().url) == ("image/png", "")
