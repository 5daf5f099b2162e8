"""Catalogues and spoken replies, from the lead's request to the lead's phone, through real processes."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from conversations.media import files
from conversations.models import Handout, Message, Outbox
from knowledge.models import Flag
from knowledge.queries import FLAG_CACHE_S
from tests.flows.pipe import Pipe, new_lead, until
from tests.flows.test_files import Desk, content_of, has
from tests.handouts import handout

pytestmark = pytest.mark.xdist_group("installation")


@pytest.fixture
def catalogue(pipe: Pipe, settings: Any) -> Iterator[Handout]:
    """The company's, where the installation keeps its files."""
    settings.MEDIA_ROOT = pipe._running.logs / "media"
    row = handout(caption="Nosso catálogo completo.")
    yield row
    row.delete()


def asks(pipe: Pipe, door: str, lead: str, text: str, **more: Any) -> None:
    answer = pipe.tell(f"{door}/lead-message", lead=lead, text=text, **more)
    assert answer["webhook"]["status"] == 200, answer


@pytest.mark.parametrize("door", ["zapi", "cloud"])
def test_the_catalogue_arrives_and_stands_in_chatwoot(pipe: Pipe, catalogue: Handout, door: str) -> None:
    lead, content = new_lead(), files.read(catalogue.path)

    asks(pipe, door, lead, "Bom dia! Vocês podem me mandar o catálogo?")
    until(lambda: [row["type"] for row in pipe.received(lead)][-1:] == ["document"], what="the lead has the catalogue")
    asks(pipe, door, lead, "E pode mandar o catálogo outra vez?")
    pipe.calm()

    rows = pipe.received(lead)
    arrived = [row for row in rows if row["type"] == "document"]
    assert rows[0]["type"] == "text"
    assert [(content_of(pipe, row), row["filename"]) for row in arrived] == [(content, catalogue.filename)]
    sent = Outbox.objects.get(conversation__address=lead, handout_sha256=catalogue.sha256)
    assert sent.status == Outbox.Status.SENT
    if door == "zapi":
        until(lambda: has(Desk(pipe, lead), content), what="Chatwoot shows the catalogue")


@pytest.mark.parametrize("door", ["zapi", "cloud"])
def test_a_voice_note_is_answered_by_one(pipe: Pipe, door: str) -> None:
    flag = Flag.objects.create(name=Flag.Name.AUDIO_OUT, scope="global", on=True)
    try:
        time.sleep(FLAG_CACHE_S + 0.2)  # until no process goes by what it read before
        lead = new_lead()
        asks(pipe, door, lead, "Bom dia, queria saber quantos hambúrgueres a FB300 faz por hora.", type="audio")
        until(lambda: pipe.received(lead), what="the lead has an answer")
        pipe.calm()
    finally:
        flag.delete()

    (row,) = pipe.received(lead)
    message = Message.objects.get(conversation__address=lead, author=Message.Author.AGENT)
    assert (row["type"], message.type) == ("audio", Message.Type.AUDIO)
    assert content_of(pipe, row).startswith(b"OggS")
    assert message.text
