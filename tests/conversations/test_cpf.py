"""A CPF that a lead happens to send is stored nowhere: not in the event, the message, its history or a transcript."""

import json

import pytest

from conversations.models import Event, Media, Message, Reading
from conversations.readings import settling
from conversations.readings.hearing import Outcome
from leads.models import Identity
from seleto.lib import jobs
from seleto.lib.text.cpf import MASK
from tests import cloud_api, zapi
from tests.channels.test_cloud_api_channel import cloud_channel
from tests.factories import MessageFactory, now

pytestmark = pytest.mark.django_db

CPF = "529.982.247-25"
SAID = f"Meu CPF é {CPF}, quero a FB300 para o CNPJ 11.222.333/0001-81, fone (47) 99999-0001"
KEPT = SAID.replace(CPF, MASK)


def stored() -> str:
    return " ".join(bytes(row.body).decode() for row in Event.objects.all())


def test_by_zapi_neither_event_nor_message_nor_edit_keeps_it(channel) -> None:
    first = zapi.received(SAID)
    zapi.post(first)
    jobs.run_due("ingest")
    zapi.post({**zapi.received(f"corrigindo: {SAID}"), "messageId": first["messageId"], "isEdit": True})
    jobs.run_due("ingest")

    message = Message.objects.get()
    assert message.text == f"corrigindo: {KEPT}"
    assert message.previous_texts == [KEPT]
    assert CPF not in stored()
    assert stored().count(MASK) == 2


def test_by_the_cloud_api_it_goes_however_it_is_escaped(db) -> None:
    cloud_channel()
    said = SAID.replace("-25", "\u201125")
    cloud_api.post(cloud_api.received(cloud_api.text(said, id_="wamid.TESTE1", at=now())))
    jobs.run_due("ingest")

    assert Message.objects.get().text == KEPT
    assert "529.982" not in stored()


def test_captions_and_names_of_files_lose_it_too(channel) -> None:
    file = {"documentUrl": "https://f.example/1.pdf", "fileName": f"{CPF}.pdf", "caption": f"cpf {CPF}"}
    zapi.post(zapi.received(None, document=file, senderName=f"Marina {CPF}"))
    jobs.run_due("ingest")

    message = Message.objects.get()
    assert (message.text, message.media["filename"]) == (f"cpf {MASK}", f"{MASK}.pdf")
    assert Identity.objects.get().display_name == f"Marina {MASK}"
    assert CPF not in stored()


def test_who_wrote_is_known_by_a_number_that_could_be_one(channel) -> None:
    """Eleven digits with the check digits of a CPF, as a foreign phone may have."""
    zapi.post(zapi.received(f"meu cpf: {CPF}", phone="12345678909"))
    jobs.run_due("ingest")

    assert Identity.objects.get(kind=Identity.Kind.PHONE).value == "12345678909"


def test_a_body_nobody_can_read_is_kept_without_it(channel) -> None:
    answer = zapi.post(b'{"type": "ReceivedCallback", "text": "' + CPF.encode())

    assert answer.status_code == 400
    assert Event.objects.get().status == Event.Status.PARKED
    assert MASK in stored()


def test_a_body_without_one_is_kept_byte_for_byte(channel) -> None:
    raw = json.dumps(zapi.received("fone 11 98765-4321, pedido 12345678901", phone="12345678909"), indent=3).encode()

    zapi.post(raw)

    assert bytes(Event.objects.get().body) == raw


def test_what_was_said_aloud_is_written_without_it() -> None:
    message = MessageFactory.create(type="audio", text="")
    times = {"due_at": now(), "created_at": now()}
    media = Media.objects.create(
        message=message, direction="in", source="channel", kind="audio", keep_until=now(), **times
    )
    heard = Reading.objects.create(
        media=media, kind="transcript", state="due", attempts=1, awaited_until=now(), **times
    )

    settling.settle(heard.pk, 1, Outcome(Reading.State.DONE, text=SAID), now=now())

    heard.refresh_from_db()
    message.refresh_from_db()
    assert (heard.text, message.text) == (KEPT, KEPT)
