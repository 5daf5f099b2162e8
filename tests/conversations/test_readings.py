"""Voice notes: heard, doubted, given to the conversation as the lead's words (domain.md, Company and people)."""

import io
import json
from datetime import timedelta
from decimal import Decimal

import httpx
import numpy as np
import pytest
import respx
import soundfile  # type: ignore[import-untyped]  # has none
import time_machine

from conversations.evals.schema import read
from conversations.models import AudioRule, Conversation, Media, Message, ModelUse, Outbox, Reading, Turn
from conversations.readings import again
from knowledge import loader
from knowledge.models import ModelPrice
from leads.models import Fact, Lead
from sandbox.zapi import media as voices
from seleto.lib import jobs
from seleto.lib.models import Alert
from tests import zapi
from tests.conversations import chatwoot
from tests.conversations.model import said
from tests.factories import now

pytestmark = pytest.mark.django_db

STORE = "https://media.example/zapi"
WORDS = "Bom dia, sou a Patrícia de Itajaí e quero a FB300."


def voice(seconds: int = 3) -> bytes:
    found = voices.build(f"voz-{seconds}.ogg")
    assert found is not None
    return found[1]


@pytest.fixture
def outside(channel, settings, tmp_path):
    """The provider and its storage, the transcription and the model; ``files`` and ``hears`` are theirs to answer."""
    loader.load()
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ZAPI_MEDIA_HOSTS = ["media.example"]
    settings.TRANSCRIPTION_BASE_URL = settings.LLM_BASE_URL = "https://modelo.example/v1"
    settings.TRANSCRIPTION_MODEL, settings.TRANSCRIPTION_FORMAT = "whisper-1", "auto"
    settings.MEDIA_RETRY_S = settings.READING_RETRY_S = 0
    settings.MEDIA_MAX_ATTEMPTS = 1
    settings.CIRCUIT_FAILURES = 50
    settings.SEND_READ_RECEIPTS = False
    with respx.mock(assert_all_called=False) as router:
        router.files, router.sent = {}, []
        router.get(host="media.example").side_effect = lambda request: router.files.get(
            str(request.url), httpx.Response(404)
        )
        router.heard = router.post("https://modelo.example/v1/audio/transcriptions")
        router.heard.side_effect = lambda request: verbose(WORDS)
        router.thinks = router.post("https://modelo.example/v1/chat/completions")
        router.thinks.side_effect = lambda request: said("Claro! Para qual volume por dia?")
        router.post(path__regex="/send-text").side_effect = lambda request: _taken(router, request)
        yield router


def _taken(router, request):
    router.sent.append(json.loads(request.content)["message"])
    return httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})


def verbose(text, *, no_speech=0.01, logprob=-0.2, compression=1.1, status=200):
    segment = {"start": 0.0, "end": 3.0, "text": f" {text}", "avg_logprob": logprob}
    segment |= {"compression_ratio": compression, "no_speech_prob": no_speech}
    body = {"text": text, "segments": [segment], "duration": 3.0, "usage": {"type": "duration", "seconds": 3}}
    return httpx.Response(status, json=body)


def arrive(outside, content: bytes | None = None, **fields) -> Message:
    name = f"{STORE}/{zapi.message_id()}.ogg"
    if content is not None:
        outside.files[name] = httpx.Response(200, content=content)
    audio = {"audioUrl": name, "mimeType": "audio/ogg; codecs=opus", "seconds": 3}
    assert zapi.post(zapi.received(None, audio=audio, **fields)).status_code == 200
    jobs.run_due("ingest")
    return Message.objects.filter(author="lead").latest("created_at")


def later(seconds: float = 30):
    return time_machine.travel(now() + timedelta(seconds=seconds))


def answer() -> None:
    with later():
        jobs.run_due("turn", "deliver")


# --- Heard -----------------------------------------------------------------------------------------------------------


def test_a_voice_note_is_answered_like_a_written_message(outside):
    message = arrive(outside, voice())
    jobs.run_due("media", "read")
    answer()

    message.refresh_from_db()
    reading = Reading.objects.get()
    assert (message.text, reading.state, reading.text) == (WORDS, "done", WORDS)
    assert reading.confidence == pytest.approx(0.819, abs=0.001)
    assert Media.objects.get().duration_s == pytest.approx(3, abs=0.1)
    brief = json.loads(outside.thinks.calls[0].request.content)["messages"][1]["content"]
    assert WORDS in brief
    assert "[áudio" not in brief
    assert outside.sent[0].startswith("Claro!")


def test_i7_the_transcript_is_the_evidence_of_a_fact(outside):
    message = arrive(outside, voice())
    jobs.run_due("media", "read")
    answer()

    fact = Fact.objects.get(field="produto")
    assert (fact.value, fact.evidence, fact.source_id) == ("FB300", "said", message.id)
    assert WORDS[fact.start : fact.end] == fact.quote


def test_what_was_asked_of_the_endpoint(outside):
    arrive(outside, voice())
    jobs.run_due("media", "read")

    request = outside.heard.calls[0].request
    body = request.content
    assert b'filename="audio.ogg"' in body
    assert b'name="language"\r\n\r\npt' in body
    assert b"verbose_json" in body
    assert b"FB300" in body


@pytest.mark.parametrize("kept", ["settings", "table"])
def test_the_cost_is_kept(outside, settings, kept):
    settings.TRANSCRIPTION_PRICE = 0.06
    if kept == "table":
        settings.TRANSCRIPTION_PRICE = 9
        ModelPrice.objects.create(
            model=settings.TRANSCRIPTION_MODEL, valid_from_date="2026-01-01", minute_usd=Decimal("0.06")
        )
    arrive(outside, voice())
    jobs.run_due("media", "read")

    use = ModelUse.objects.get()
    assert (use.purpose, float(use.cost_usd)) == ("transcription", 0.003)
    assert use.conversation == Conversation.objects.get()


def test_a_model_that_knows_no_verbose_answer_is_asked_plainly(outside, settings):
    settings.TRANSCRIPTION_MODEL = "modelo-local"
    forms = []

    def hear(request):
        forms.append(b"verbose_json" in request.content)
        refused = httpx.Response(400, json={"error": {"message": "response_format", "type": "invalid_request_error"}})
        return refused if forms[-1] else httpx.Response(200, json={"text": WORDS})

    outside.heard.side_effect = hear
    for _ in range(2):
        arrive(outside, voice())
        jobs.run_due("media", "read")

    assert forms == [True, False, False]
    assert {row.state for row in Reading.objects.all()} == {"done"}


def test_a_long_note_goes_in_pieces_that_are_put_together(outside, settings):
    settings.AUDIO_PIECE_S = 10
    parts = iter(("primeira parte.", "segunda parte.", "terceira parte."))
    outside.heard.side_effect = lambda request: verbose(next(parts, "e mais."))
    message = arrive(outside, voice(25))
    jobs.run_due("media", "read")

    message.refresh_from_db()
    assert message.text.startswith("primeira parte. segunda parte. terceira parte.")
    assert all(b'filename="audio.flac"' in call.request.content for call in outside.heard.calls)


# --- Not heard -------------------------------------------------------------------------------------------------------

SILENCE = {"logprob": -1.4, "no_speech": 0.95}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", {}),
        ("Legendas pela comunidade Amara.org", {}),
        ("Obrigado por assistir!", {}),
        ("Inscreva-se no canal e ative o sininho.", {}),
        ("ご視聴ありがとうございました", {}),
        ("[Música]", {}),
        ("Quero a FB300.", SILENCE),
        ("Quero a FB300.", {"logprob": -1.3}),
        ("sim " * 60, {"compression": 8.0}),
        ("FBM100, FB300, FB700", {}),
    ],
)
def test_no_invented_sentence_reaches_the_agent(outside, text, fields):
    outside.heard.side_effect = lambda request: verbose(text, **fields)
    message = arrive(outside, voice())
    jobs.run_due("media", "read")
    answer()

    message.refresh_from_db()
    assert message.text == ""
    assert outside.thinks.call_count == 0
    assert Turn.objects.get().fallback == "repetir_audio"
    assert not Fact.objects.exists()


def test_an_invention_after_real_words_is_taken_away(outside):
    outside.heard.side_effect = lambda request: verbose("Quero a FB300. Legendas pela comunidade Amara.org")
    message = arrive(outside, voice())
    jobs.run_due("media", "read")

    message.refresh_from_db()
    assert message.text == "Quero a FB300."


def test_a_silent_note_is_not_even_sent(outside):
    silence = io.BytesIO()
    soundfile.write(silence, np.zeros(48_000), 16_000, format="OGG", subtype="OPUS")
    arrive(outside, silence.getvalue())
    jobs.run_due("media", "read")
    answer()

    assert outside.heard.call_count == 0
    assert (Reading.objects.get().state, Reading.objects.get().reason) == ("unclear", "silence")
    assert Turn.objects.get().fallback == "repetir_audio"


def test_of_a_note_that_is_too_long_a_shorter_one_is_asked_for(outside):
    AudioRule.objects.create(max_s=5)
    arrive(outside, voice(20))
    jobs.run_due("media", "read")
    answer()

    assert outside.heard.call_count == 0
    assert Reading.objects.get().state == "too_long"
    assert Turn.objects.get().fallback == "audio_longo"


@pytest.mark.parametrize("content", [b"OggS" + bytes(400), b"\xff\xfb\x90\x64" + bytes(400)], ids=["ogg", "mp3"])
def test_a_corrupt_note_is_asked_for_in_writing(outside, content):
    arrive(outside, content)
    jobs.run_due("media", "read")
    answer()

    assert outside.heard.call_count == 0
    assert Turn.objects.get().fallback == "repetir_audio"


def test_a_note_that_cannot_be_fetched_is_asked_for_at_once(outside):
    arrive(outside, None)
    jobs.run_due("media")

    assert Conversation.objects.get().hearing_until is None
    answer()
    assert Turn.objects.get().fallback == "repetir_audio"


def test_the_second_note_in_a_row_that_cannot_be_heard_goes_to_a_person(outside):
    for _ in range(2):
        arrive(outside, None)
        jobs.run_due("media")
        answer()

    assert [turn.fallback for turn in Turn.objects.order_by("started_at")] == ["repetir_audio", "encaminhamento"]
    assert Conversation.objects.get().owner == "human"


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([httpx.Response(503), httpx.Response(200, json={"text": WORDS})], "done"),
        ([httpx.ReadTimeout("x"), httpx.Response(200, json={"text": WORDS})], "done"),
        ([httpx.Response(429), httpx.Response(200, json={"text": WORDS})], "done"),
        ([httpx.Response(503)] * 4, "failed"),
        ([httpx.Response(413)], "failed"),
        ([httpx.Response(200, text="<html>")], "failed"),
        ([httpx.Response(200, json=["?"])], "failed"),
    ],
    ids=["503", "timeout", "429", "down", "413", "page", "list"],
)
def test_what_the_endpoint_may_come_to(outside, answers, state):
    outside.heard.side_effect = answers
    arrive(outside, voice())
    jobs.run_due("media", "read")

    assert Reading.objects.get().state == state


@pytest.mark.parametrize(("status", "setting"), [(401, "TRANSCRIPTION_API_KEY"), (404, "TRANSCRIPTION_MODEL")])
def test_what_somebody_has_to_mend_is_told(outside, status, setting):
    outside.heard.side_effect = lambda request: httpx.Response(status, json={"error": {}})
    arrive(outside, voice())
    jobs.run_due("media", "read")

    assert setting in Alert.objects.get(key="circuit:transcription").title
    assert Reading.objects.get().state == "failed"


def test_nothing_is_spent_beyond_the_ceiling(outside, settings):
    settings.LLM_SPEND_MAX_CONVERSATION_USD = 0.000001
    settings.TRANSCRIPTION_PRICE = 1
    for _ in range(2):
        arrive(outside, voice())
        jobs.run_due("media", "read")

    assert outside.heard.call_count == 1
    assert Reading.objects.latest("created_at").reason == "limite_de_gasto"


# --- The turn waits --------------------------------------------------------------------------------------------------


def test_the_turn_waits_while_a_note_is_being_heard(outside):
    arrive(outside, voice())
    answer()
    assert not Turn.objects.exists()

    with later():
        jobs.run_due("media", "read", "turn", "deliver")
    assert len(outside.sent) == 1


def test_a_written_message_meanwhile_waits_for_the_note_too(outside):
    arrive(outside, voice())
    zapi.post(zapi.received("qual o tamanho certo?"))
    jobs.run_due("ingest")
    answer()
    assert not Turn.objects.exists()

    with later():
        jobs.run_due("media", "read", "turn", "deliver")

    brief = json.loads(outside.thinks.calls[0].request.content)["messages"][1]["content"]
    assert WORDS in brief.partition("<responder>")[2]
    assert "qual o tamanho certo?" in brief.partition("<responder>")[2]


def test_it_does_not_wait_for_ever(outside, settings):
    arrive(outside, voice())
    with later(settings.READING_WAIT_S + 1):
        jobs.run_due("turn", "deliver")
    assert Turn.objects.get().fallback == "repetir_audio"

    with later(settings.READING_WAIT_S + 2):
        jobs.run_due("media", "read", "turn", "deliver")

    assert Reading.objects.get().state == "done"
    assert Turn.objects.count() == 1
    assert len(outside.sent) == 1


def test_words_that_come_while_the_draft_is_made_count(outside, settings):
    message = arrive(outside, voice())
    zapi.post(zapi.received("oi, olha o áudio"))
    jobs.run_due("ingest")

    def think(request):
        if outside.thinks.call_count == 0:
            jobs.run_due("media", "read")
        return said("Claro! Para qual volume por dia?")

    outside.thinks.side_effect = think
    with later(settings.READING_WAIT_S + 1):
        jobs.run_due("turn", "turn", "deliver")

    message.refresh_from_db()
    assert message.text == WORDS
    assert [turn.status for turn in Turn.objects.order_by("started_at", "id")].count("replied") == 1
    assert WORDS in json.loads(outside.thinks.calls[-1].request.content)["messages"][1]["content"]


def test_a_spoken_opt_out_counts(outside):
    outside.heard.side_effect = lambda request: verbose("não quero mais receber mensagens de vocês")
    arrive(outside, voice())
    jobs.run_due("media", "read")

    assert Lead.objects.get().opted_out_at is not None


def test_a_forwarded_note_is_heard_but_proves_nothing(outside):
    arrive(outside, voice(), forwarded=True)
    jobs.run_due("media", "read")
    answer()

    assert Message.objects.get(author="lead").text == WORDS
    assert not Fact.objects.exists()


def test_facts_are_heard_while_a_person_answers(outside):
    zapi.post(zapi.received("oi"))
    jobs.run_due("ingest")
    Conversation.objects.update(owner="human")
    arrive(outside, voice())
    jobs.run_due("media", "read")

    assert Fact.objects.get(field="produto").value == "FB300"
    assert not Outbox.objects.exists()


def test_switched_off_nothing_is_sent_and_the_lead_is_asked_to_write(outside, settings):
    settings.TRANSCRIPTION_ENABLED = False
    arrive(outside, voice())
    jobs.run_due("media", "read")
    answer()

    assert outside.heard.call_count == 0
    assert Turn.objects.get().fallback == "repetir_audio"


# --- Shown -----------------------------------------------------------------------------------------------------------


def test_the_words_stand_in_chatwoot_with_the_file(outside, channel):
    chatwoot.inbox(channel)
    account = chatwoot.Account()
    outside.route(host="chatwoot.example").side_effect = account.handle
    arrive(outside, voice())
    jobs.run_due("mirror")
    assert account.messages == []

    jobs.run_due("media", "read", "mirror")

    (row,) = account.messages
    assert row["content"] == f"🎤 (transcrição automática) {WORDS}"
    assert len(row["attachments"]) == 1


def test_words_that_come_late_follow_as_a_note(outside, channel, settings):
    chatwoot.inbox(channel)
    account = chatwoot.Account()
    outside.route(host="chatwoot.example").side_effect = account.handle
    arrive(outside, voice())
    with later(settings.MEDIA_MIRROR_WAIT_S + 1):
        jobs.run_due("mirror")
        jobs.run_due("media", "read", "mirror")

    assert any(row["private"] and WORDS in row["content"] for row in account.messages if row.get("private"))


def test_people_can_have_it_heard_once_more(outside):
    outside.heard.side_effect = [httpx.Response(413), verbose(WORDS)]
    message = arrive(outside, voice())
    jobs.run_due("media", "read")

    assert again.read([Media.objects.get().id], actor="usuário:1", now=now()) == 1
    jobs.run_due("read")

    message.refresh_from_db()
    assert message.text == WORDS
    assert again.read([Media.objects.get().id], actor="usuário:1", now=now()) == 0


def test_a_reading_whose_process_died_is_done_by_the_next(outside):
    arrive(outside, voice())
    jobs.run_due("media")
    (slow,) = jobs.stage("read").claim(1)
    assert jobs.stage("read").claim(1) == []

    Reading.objects.update(leased_until=now() - timedelta(seconds=1))
    jobs.run_due("read")
    jobs.stage("read").run(slow)

    assert (Reading.objects.get().state, Reading.objects.get().attempts) == ("done", 2)


def test_a_case_may_limit_how_long_a_note_is():
    case = {"id": "x", "start": "2026-11-26T08:50:00-03:00", "setup": {"audio_max_s": 60}}
    turns = [{"at": "+0s", "from": "lead", "type": "audio", "text": "oi", "media": {"duration_s": 90}}]

    assert read({**case, "turns": turns}).setup.audio_max_s == 60
