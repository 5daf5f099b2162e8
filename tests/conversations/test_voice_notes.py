"""Replies that are heard: the reviewed text and no other, by flag, with the text itself as the way out (I4, I5, I6)."""

import base64
import json
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
import respx

from conversations import repair, spending
from conversations.media import files
from conversations.models import Conversation, Media, Message, ModelUse, Outbox
from conversations.spending import Ceiling
from knowledge import queries
from knowledge.models import CompanyProfile, Flag, ModelPrice
from seleto.lib import jobs
from seleto.lib.models import Circuit
from tests import zapi
from tests.conversations.model import said
from tests.factories import ConversationFactory, IdentityFactory, MessageFactory, PromptFactory, now, queued

pytestmark = pytest.mark.django_db

OGG = b"OggS" + bytes(60)
REPLY = "A FB300 é semiautomática.\n\nQuer que eu explique como ela funciona?"


@pytest.fixture(autouse=True)
def world(channel, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.LLM_API_KEY = "chave-de-teste"
    settings.SPEECH_BASE_URL = "https://voz.example/v1"
    settings.SPEECH_PRICE = 0.015
    settings.TYPING_MAX_S = 0
    PromptFactory.create()
    Flag.objects.create(name=Flag.Name.AUDIO_OUT, scope="global", on=True)
    queries.clear_cache()
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex="/read-message$").respond(204)
        router.sends = router.post(path__regex="/send-")
        router.sends.side_effect = lambda _: httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})
        router.model = router.post(path__regex="/chat/completions$")
        router.model.side_effect = lambda _: said(REPLY)
        router.voice = router.post("https://voz.example/v1/audio/speech")
        router.voice.respond(content=OGG, headers={"content-type": "application/octet-stream"})
        yield router


def heard(text: str = "me explica a FB300", **fields) -> Conversation:
    """A lead whose voice note was understood, and whose silence is over."""
    conversation = ConversationFactory.create(revision=1, turn_due_at=now(), pending_since=now())
    IdentityFactory.create(lead=conversation.lead)
    MessageFactory.create(
        conversation=conversation,
        **{"author": "lead", "type": "audio", "text": text, "revision": 1, "sent_at": now(), **fields},
    )
    return conversation


def run() -> None:
    for _ in range(3):
        jobs.run_due()


def left(world) -> list[tuple[str, str]]:
    found = []
    for call in world.sends.calls:
        body = json.loads(call.request.content)
        found.append((call.request.url.path.partition("/send-")[2], body.get("message", "")))
    return found


def test_the_reviewed_text_is_what_is_spoken_and_what_stays(world):
    heard()

    run()

    assert [path for path, _ in left(world)] == ["audio"]
    row, message, media = Outbox.objects.get(), Message.objects.get(author="agent"), Media.objects.get()
    asked = json.loads(world.voice.calls[0].request.content)
    assert asked["input"].startswith(REPLY)
    assert asked["response_format"] == "opus"
    assert message.text.startswith(REPLY)
    assert (message.type, message.status, row.status) == ("audio", Message.Status.SENT, Outbox.Status.SENT)
    assert (media.source, media.mime, files.read(media.path)) == (Media.Source.AGENT, "audio/ogg", OGG)
    sound = json.loads(world.sends.calls[0].request.content)["audio"]
    assert base64.b64decode(sound.partition(",")[2]) == OGG
    assert ModelUse.objects.get(purpose=ModelUse.Purpose.SPEECH).cost_usd > 0


def test_what_a_thousand_characters_cost_stands_in_the_table(world, settings):
    usd = Decimal("0.5")
    ModelPrice.objects.create(model=settings.SPEECH_MODEL, valid_from_date="2026-01-01", thousand_chars_usd=usd)
    heard()

    run()

    spoken = json.loads(world.voice.calls[0].request.content)["input"]
    assert ModelUse.objects.get(purpose=ModelUse.Purpose.SPEECH).cost_usd == usd * len(spoken) / 1000


def test_off_by_default(world):
    Flag.objects.all().delete()
    queries.clear_cache()
    heard()

    run()

    assert "audio" not in [path for path, _ in left(world)]
    assert not world.voice.called


@pytest.mark.parametrize(
    ("fields", "reply"),
    [
        ({"type": "text"}, REPLY),
        ({}, "Nosso site é https://seleto.test."),
        ({"text": "meu e-mail é marina@brasa.example"}, "Anotei o e-mail marina@brasa.example."),
        ({"text": "o CNPJ é 12.345.678/0001-95"}, "Anotei o CNPJ 12.345.678/0001-95."),
    ],
    ids=["who wrote is written to", "address", "e-mail", "long number"],
)
def test_what_is_better_read_is_written(world, fields, reply):
    CompanyProfile.objects.create(
        name="Seleto", site="https://seleto.test", catalogue_url="https://seleto.test/catalogo", email="a@seleto.test"
    )
    queries.clear_cache()
    world.model.side_effect = lambda _: said(reply)
    heard(**fields)

    run()

    assert {path for path, _ in left(world)} == {"text"}
    assert reply == "\n\n".join(text for _, text in left(world))
    assert not world.voice.called


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("x"),
        httpx.ConnectError("x"),
        httpx.Response(500),
        httpx.Response(429),
        httpx.Response(400, json={"error": {"message": "x"}}),
        httpx.Response(200, content=b""),
        httpx.Response(200, content=b"<html>erro</html>"),
        httpx.Response(200, content=b"OggS" + bytes(5 * 1024 * 1024)),
    ],
    ids=["timeout", "no connection", "500", "429", "400", "nothing", "page", "endless"],
)
def test_without_a_voice_the_text_itself_leaves_once(world, answer):
    world.voice.side_effect = [answer, AssertionError("asked twice")]
    heard()

    run()

    ((path, text),) = left(world)
    assert path == "text"
    assert text.startswith(REPLY)
    assert (Message.objects.get(author="agent").type, Media.objects.count()) == ("text", 0)


def test_a_voice_server_that_refuses_the_key_is_asked_no_more_for_now(world):
    world.voice.respond(401)
    heard()
    run()

    assert Circuit.objects.get(key="speech").state == "open"


def test_what_the_provider_will_not_play_is_written_at_once(world):
    refused = httpx.Response(400, json={"error": "invalid audio"})
    answers = iter([refused, httpx.Response(200, json={"messageId": "P1"})])
    world.sends.side_effect = lambda _: next(answers)
    heard()

    run()

    assert [path for path, _ in left(world)] == ["audio", "text"]
    assert (Outbox.objects.get().status, Message.objects.get(author="agent").type) == (Outbox.Status.SENT, "text")
    assert not Media.objects.exists()


def test_i6_an_unclear_answer_to_a_voice_note_is_not_repeated(world):
    world.sends.side_effect = httpx.ReadTimeout("x")
    heard()

    run()

    assert len(left(world)) == 1
    assert Outbox.objects.get().status == Outbox.Status.UNKNOWN


def test_i5_a_person_who_takes_over_while_it_is_spoken_is_not_spoken_over(world):
    conversation = heard()

    def speak(request):
        repair.pause(conversation.pk, actor="gestora", now=now())
        return httpx.Response(200, content=OGG)

    world.voice.side_effect = speak

    run()

    assert left(world) == []
    assert Outbox.objects.get().status == Outbox.Status.CANCELLED


def test_a_long_reply_is_written(world, settings):
    settings.SPEECH_MAX_CHARS = 20
    heard()

    run()

    assert {path for path, _ in left(world)} == {"text"}


def test_a_worker_that_died_while_it_was_spoken_leaves_the_text_to_the_next(world):
    (row,) = queued(ConversationFactory.create(), "A FB300 é semiautomática.")
    long_ago = now() - timedelta(hours=1)
    Outbox.objects.filter(pk=row.pk).update(status=Outbox.Status.SENDING, spoken=True, leased_until=long_ago)

    run()

    assert left(world) == [("text", "A FB300 é semiautomática.")]
    assert not world.voice.called


def test_a_provider_that_is_away_gets_the_same_voice_note_later(world):
    answers = iter([httpx.Response(503), httpx.Response(200, json={"messageId": "P1"})])
    world.sends.side_effect = lambda _: next(answers)
    heard()
    run()
    Outbox.objects.update(due_at=now())

    run()

    assert [path for path, _ in left(world)] == ["audio", "audio"]
    assert world.voice.call_count == 1


def test_nothing_is_spoken_beyond_what_may_be_spent(world, monkeypatch):
    heard()
    said_once = iter([Ceiling.NONE, Ceiling.DAY])  # the turn, the voice
    monkeypatch.setattr(spending, "reached", lambda conversation_id, at: next(said_once))

    run()

    assert [path for path, _ in left(world)] == ["text"]
    assert not world.voice.called
