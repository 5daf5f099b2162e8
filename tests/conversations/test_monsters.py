"""Malformed and hostile messages through the webhook: nothing breaks, nothing is lost, the lead is answered or rightly
not. ``make chaos FULL=1`` sends 300 of them, the ordinary run the first 40."""

import io
import json
import os
import random
import zipfile
import zlib

import httpcore
import httpx
import numpy as np
import pytest
import respx
import soundfile  # type: ignore[import-untyped]  # has none

from conversations.models import Conversation, Event, Media, Message, Outbox, Reading, Turn
from knowledge import loader
from sandbox.zapi import media as voices
from seleto.lib import jobs
from tests import zapi
from tests.conversations.model import said
from tests.conversations.test_readings import STORE, later, verbose

pytestmark = pytest.mark.django_db
MANY = 300 if os.environ.get("CHAOS_FULL") == "1" else 40
SLICE = 20


def sound(samples: np.ndarray, kind: str = "OGG", subtype: str = "OPUS") -> bytes:
    made = io.BytesIO()
    soundfile.write(made, samples, 16_000, format=kind, subtype=subtype)
    return made.getvalue()


def bomb_zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", bytes(20_000_000))
    return made.getvalue()


def bomb_pdf() -> bytes:
    stream = zlib.compress(b"BT (x) Tj ET " * 4_000_000, 9)
    return (
        (
            b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
            b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n" % len(stream)
        )
        + stream
        + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )


def bodies() -> list[httpx.Response | Exception | bytes]:
    voice = voices.build("m-5.ogg")[1]  # type: ignore[index]
    hours = bytearray(sound(np.zeros(16_000)))
    return [
        b"",
        voice,
        voice[: len(voice) // 2],
        voice[:60],
        voice[40:],
        bytes(hours).replace(b"OpusHead", b"OpusHea"),
        b"OggS" + bytes(400),
        b"ID3" + bytes(400),
        b"RIFF\xff\xff\xff\xffWAVEfmt " + bytes(400),
        b"\x00\x00\x00\x18ftypM4A " + bytes(16) + b"mvhd" + bytes(12) + (1).to_bytes(4, "big") + b"\xff\xff\xff\xff",
        sound(np.zeros(16_000 * 400)),  # longer than the limit, whatever is said of it
        sound(np.random.default_rng(1).standard_normal(16_000) / 9, "WAV", "PCM_16"),
        b"<!doctype html><html>expired</html>",
        b"<svg onload=alert(1)>",
        bomb_zip(),
        bomb_pdf(),
        b"%PDF-1.7\n" + b"<<" * 5000,
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        b"MZ" + bytes(60),
        httpx.Response(404),
        httpx.Response(410),
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "http://169.254.169.254/latest"}),
        httpx.Response(200, headers={"Content-Length": "99999999999"}, content=b"OggS"),
        httpcore.ReadTimeout(),
        httpcore.ConnectError(),
    ]


def served(body: httpx.Response | Exception) -> httpx.Response:
    if isinstance(body, Exception):
        raise body
    return body


KINDS = {
    "audio": "audioUrl",
    "image": "imageUrl",
    "video": "videoUrl",
    "document": "documentUrl",
    "sticker": "stickerUrl",
}
ODD: list[object] = [
    None,
    "",
    0,
    -1,
    10**30,
    1.5,
    True,
    [],
    {},
    "x" * 70_000,
    "\x00\x01",
    "\ud800",
    "‮אב",
    {"a": {"b": []}},
    "1e999",
]


def monster(random_: random.Random, number: int) -> tuple[dict, str]:
    """A payload, and the address of its file ("" when it has none)."""
    phone = f"55119{90000000 + number}"
    url = f"{STORE}/{number}.bin"
    kind = random_.choice([*KINDS, "audio", "audio", "text", "location", "contact", "reaction", "poll", "futuro"])
    content = {KINDS[kind]: url, "seconds": random_.choice([1, 0, 10**9, "x"])} if kind in KINDS else {}
    for name in ("caption", "message", "mimeType", "fileName", "latitude", "longitude", "phones", "title", "seconds"):
        if random_.random() < 0.3:
            content[name] = random_.choice(ODD)
    if kind in KINDS and random_.random() < 0.1:
        content[KINDS[kind]] = random_.choice(
            [*ODD, "http://[::1]/", "https://0x7f.1/a", "javascript:1", "file:///etc"]
        )
    payload = {**zapi.received(None, phone=phone), kind: content}
    for name in ("messageId", "momment", "senderName", "referenceMessageId", "externalAdReply", "isEdit", "forwarded"):
        if random_.random() < 0.08:
            payload[name] = random_.choice(ODD)
    if random_.random() < 0.03:
        payload.pop(random_.choice(list(payload)))
    return payload, url


@pytest.mark.chaos
@pytest.mark.parametrize("begin", range(0, MANY, SLICE))
def test_monsters(begin, channel, settings, tmp_path):
    loader.load()
    settings.MEDIA_ROOT, settings.ZAPI_MEDIA_HOSTS = tmp_path, ["media.example"]
    settings.LLM_BASE_URL = settings.TRANSCRIPTION_BASE_URL = "https://modelo.example/v1"
    settings.MEDIA_MAX_ATTEMPTS = settings.READING_MAX_ATTEMPTS = 2
    settings.MEDIA_RETRY_S = settings.READING_RETRY_S = 0
    settings.CIRCUIT_FAILURES, settings.SEND_READ_RECEIPTS = 500, False
    random_, files = random.Random(begin), {}
    pool = bodies()
    with respx.mock(assert_all_called=False) as router:
        router.get(host="media.example").side_effect = lambda request: served(files[str(request.url)])
        router.post(path__regex="/audio/transcriptions").side_effect = lambda request: verbose("Legendas por Amara.org")
        router.post(path__regex="/chat/completions").side_effect = lambda request: said("Como posso ajudar?")
        router.post(path__regex="/send-text").side_effect = lambda request: httpx.Response(
            200, json={"messageId": zapi.message_id(), "zaapId": "z"}
        )
        for number in range(begin, begin + SLICE):
            payload, url = monster(random_, number)
            body = random_.choice(pool)
            files[url] = httpx.Response(200, content=body) if isinstance(body, bytes) else body
            before = Event.objects.count()
            status = zapi.post(json.dumps(payload).encode()).status_code
            assert status < 500
            assert status in (400, 401, 404, 413) or Event.objects.count() == before + 1
        for at_s in (0, 30, 90):
            with later(at_s):
                jobs.run_due("ingest", "media", "read", "turn", "deliver")

    assert not Event.objects.filter(status="new").exists()
    assert not Event.objects.filter(reason__startswith="erro:").exists()
    assert not Media.objects.filter(state="due").exists()
    assert not Reading.objects.filter(state__in=Reading.OPEN).exists()
    assert not Conversation.objects.exclude(turn_due_at=None).exists()
    assert set(Turn.objects.values_list("status", flat=True)) <= {"replied", "silent", "superseded"}
    for message in Message.objects.filter(author="lead", event__status="done"):
        assert Outbox.objects.filter(conversation=message.conversation_id, status="sent").exists(), message.type
    assert not Message.objects.filter(author="lead", text__contains="Amara").exists()
