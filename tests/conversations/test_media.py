"""Files of messages: fetched, kept, mirrored to Chatwoot, and sent from there (domain.md, Human in the loop)."""

import base64
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import respx
import time_machine

from conversations.media import again
from conversations.models import ChatwootLink, ChatwootNote, Conversation, Media, Message, Outbox
from seleto.lib import jobs
from seleto.lib.models import Alert, AuditEntry
from tests import zapi
from tests.conversations import chatwoot
from tests.factories import ConversationFactory, IdentityFactory, now

pytestmark = pytest.mark.django_db

OGG = b"OggS" + bytes(60)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
PDF = b"%PDF-1.7\n" + bytes(60)
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(40)
STORE = "https://media.example/zapi"
BLOBS = "https://chatwoot.example/rails/active_storage/blobs/redirect/ASSINADO"


@pytest.fixture(autouse=True)
def _world(channel, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ZAPI_MEDIA_HOSTS = ["media.example"]
    settings.CHATWOOT_MEDIA_HOSTS = ["bucket.example"]
    settings.TRANSCRIPTION_ENABLED = False  # what files say has tests of its own
    settings.MEDIA_RETRY_S = settings.CHATWOOT_RETRY_S = 0
    settings.MEDIA_MAX_ATTEMPTS = 3
    settings.CIRCUIT_FAILURES = 50
    settings.QUIET_DEFAULT_S = settings.QUIET_AFTER_ANSWER_S = settings.QUIET_FRAGMENT_S = 3600


@pytest.fixture
def outside(channel):
    """Chatwoot, the provider and its storage; ``outside.files`` are what the storages hold, by address."""
    chatwoot.inbox(channel)
    with respx.mock(assert_all_called=False) as router:
        account = chatwoot.Account()
        account.files, account.sends, account.answer = {}, [], None
        router.route(host__regex=r"^(media|bucket)\.example$").side_effect = lambda request: _stored(account, request)
        router.route(path__startswith="/rails/").side_effect = lambda request: _stored(account, request)
        router.route(host="chatwoot.example").side_effect = account.handle
        router.post(path__regex="/send-").side_effect = lambda request: _taken(account, request)
        yield account


def _stored(account, request):
    held = account.files.get(str(request.url), httpx.Response(404))
    if isinstance(held, Exception):
        raise held
    return httpx.Response(200, content=held) if isinstance(held, bytes) else held


def _taken(account, request):
    account.sends.append((request.url.path.partition("/send-")[2], json.loads(request.content)))
    if account.answer is not None:
        answer, account.answer = account.answer, None
        if isinstance(answer, Exception):
            raise answer
        return answer
    return httpx.Response(200, json={"messageId": zapi.message_id(), "zaapId": "z"})


def _name(value) -> str:
    """Bytes make no readable name of a test."""
    return value if isinstance(value, str) else type(value).__name__


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds))


def voice(url: str = f"{STORE}/a.ogg", **fields):
    return zapi.received(None, audio={"audioUrl": url, "mimeType": "audio/ogg; codecs=opus", "seconds": 7}, **fields)


def arrive(payload) -> Message:
    assert zapi.post(payload).status_code == 200
    jobs.run_due("ingest")
    return Message.objects.latest("created_at")


def known(channel) -> Conversation:
    """A lead whose conversation stands in Chatwoot."""
    conversation = ConversationFactory.create(channel=channel, owner=Conversation.Owner.HUMAN)
    IdentityFactory.create(lead=conversation.lead)
    ChatwootLink.objects.create(lead=conversation.lead, channel=channel, display_id=40, contact_id=500)
    return conversation


def attached(*files: tuple[str, str], text: str = "", **fields):
    """An SDR's message; each file as (file_type, name)."""
    rows = [
        {"id": 300 + number, "file_type": kind, "data_url": f"{BLOBS}/{name}" if name else ""}
        for number, (kind, name) in enumerate(files)
    ]
    return chatwoot.written(text or None, attachments=rows, **fields)


def sdr_sends(outside, event) -> None:
    outside.conversations.setdefault(40, {"id": 40, "contact_id": 500, "labels": [], "custom_attributes": {}})
    assert chatwoot.post(event).status_code == 200
    jobs.run_due("ingest")


# --- What arrives --------------------------------------------------------------------------------------------------


def test_a_voice_note_is_fetched_and_kept(outside, settings):
    outside.files[f"{STORE}/a.ogg"] = OGG

    message = arrive(voice())
    due = Media.objects.get()
    assert (due.state, due.direction, due.kind, due.duration_s) == ("due", "in", "audio", 7)
    jobs.run_due("media")

    media = message.files.get()
    assert (media.state, media.mime, media.size, media.url) == ("stored", "audio/ogg", len(OGG), "")
    assert len(media.sha256) == 64
    file = Path(settings.MEDIA_ROOT) / media.path
    assert file.read_bytes() == OGG
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert str(media.id) not in media.path
    assert media.keep_until.date() == (now() + timedelta(days=settings.MEDIA_KEEP_DAYS)).date()


@pytest.mark.parametrize(
    ("content", "kind", "body", "mime"),
    [
        ({"image": {"imageUrl": f"{STORE}/x", "caption": "minha cozinha"}}, "image", PNG, "image/png"),
        ({"video": {"videoUrl": f"{STORE}/x", "seconds": 3}}, "video", MP4, "video/mp4"),
        ({"audio": {"audioUrl": f"{STORE}/x"}}, "audio", MP4, "audio/mp4"),
        (
            {"document": {"documentUrl": f"{STORE}/x", "fileName": "../etc/ficha técnica.pdf"}},
            "document",
            PDF,
            "application/pdf",
        ),
        (
            {"sticker": {"stickerUrl": f"{STORE}/x"}},
            "sticker",
            b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(20),
            "image/webp",
        ),
    ],
    ids=_name,
)
def test_every_kind_of_file(outside, content, kind, body, mime):
    outside.files[f"{STORE}/x"] = body

    message = arrive(zapi.received(None, **content))
    jobs.run_due("media")

    media = message.files.get()
    assert (media.kind, media.state, media.mime) == (kind, "stored", mime)
    assert "/" not in media.filename
    assert ".." not in media.filename


def test_what_a_person_sends_from_the_companys_phone_is_fetched_too(outside):
    outside.files[f"{STORE}/a.ogg"] = OGG

    message = arrive(voice(fromMe=True, fromApi=False))
    jobs.run_due("media")

    assert message.author == Message.Author.PHONE
    assert (message.files.get().direction, message.files.get().state) == ("out", "stored")


@pytest.mark.parametrize(
    ("held", "state", "reason"),
    [
        (b"", "failed", "empty"),
        (b"<!doctype html><html></html>", "failed", "page"),
        (PNG, "failed", "other_content"),
        (b"MZ" + bytes(60), "failed", "unknown_content"),
        (httpx.Response(404), "expired", "http_404"),
        (httpx.Response(410), "expired", "http_410"),
        (httpx.Response(302, headers={"Location": "http://169.254.169.254/"}), "failed", "not_https"),
        (httpx.Response(302, headers={"Location": "https://evil.example/a"}), "failed", "host_not_allowed"),
        (httpx.Response(503), "failed", "http_503"),
    ],
    ids=_name,
)
def test_what_cannot_be_had_is_given_up_where_people_see_it(outside, settings, held, state, reason):
    outside.files[f"{STORE}/a.ogg"] = held

    message = arrive(voice())
    jobs.run_due("media")

    media = message.files.get()
    assert (media.state, media.reason, media.path) == (state, reason, "")
    assert Alert.objects.get(key="media:failed").closed_at is None
    assert [one for one in Path(settings.MEDIA_ROOT).rglob("*") if one.is_file()] == []


def test_an_address_elsewhere_is_never_asked(outside):
    message = arrive(voice("https://evil.example/a.ogg"))
    jobs.run_due("media")

    assert message.files.get().reason == "host_not_allowed"


def test_a_file_the_provider_could_not_get_is_given_up_at_once(outside):
    message = arrive(zapi.received(None, image={"imageUrl": "", "downloadError": "failed"}))

    media = message.files.get()
    assert (media.state, media.reason) == ("failed", "provedor_sem_arquivo")


def test_a_storage_that_is_down_is_asked_again(outside, settings):
    settings.MEDIA_RETRY_S = 60
    outside.files[f"{STORE}/a.ogg"] = httpx.Response(503)
    message = arrive(voice())
    jobs.run_due("media")
    assert message.files.get().state == "due"

    outside.files[f"{STORE}/a.ogg"] = OGG
    with later(61):
        jobs.run_due("media")

    assert message.files.get().state == "stored"


def test_a_download_whose_process_died_is_done_by_the_next(outside):
    outside.files[f"{STORE}/a.ogg"] = OGG
    message = arrive(voice())
    jobs.stage("media").claim(1)
    assert jobs.stage("media").claim(1) == []

    Media.objects.update(leased_until=now() - timedelta(seconds=1))
    jobs.run_due("media")

    assert (message.files.get().state, message.files.get().attempts) == ("stored", 2)


def test_a_slower_download_leaves_nothing_behind(outside, settings):
    outside.files[f"{STORE}/a.ogg"] = OGG
    message = arrive(voice())
    (slow,) = jobs.stage("media").claim(1)
    Media.objects.update(leased_until=now() - timedelta(seconds=1))
    jobs.run_due("media")

    jobs.stage("media").run(slow)

    files = [one for one in Path(settings.MEDIA_ROOT).rglob("*") if one.is_file()]
    assert files == [Path(settings.MEDIA_ROOT) / message.files.get().path]


def test_what_a_dead_process_left_half_written_is_cleared_away(outside, settings):
    new = Path(settings.MEDIA_ROOT) / "new"
    new.mkdir(parents=True)
    for name, age_s in (("old", 7200), ("fresh", 10)):
        (new / name).write_bytes(b"half")
        os.utime(new / name, (now().timestamp() - age_s,) * 2)
    outside.files[f"{STORE}/a.ogg"] = OGG
    arrive(voice())
    Media.objects.update(attempts=1)

    jobs.run_due("media")

    assert [one.name for one in new.iterdir()] == ["fresh"]


def test_a_file_goes_with_its_conversation(outside, settings, django_capture_on_commit_callbacks):
    outside.files[f"{STORE}/a.ogg"] = OGG
    message = arrive(voice())
    jobs.run_due("media")
    file = Path(settings.MEDIA_ROOT) / message.files.get().path
    assert file.exists()

    with django_capture_on_commit_callbacks(execute=True):
        message.delete()

    assert not file.exists()


def test_people_can_have_it_fetched_once_more(outside):
    message = arrive(voice())
    jobs.run_due("media")
    outside.files[f"{STORE}/a.ogg"] = OGG

    assert again.fetch([message.files.get().id], actor="usuário:1", now=now()) == 1
    jobs.run_due("media")

    assert message.files.get().state == "stored"
    assert Alert.objects.get(key="media:failed").closed_at is not None
    assert AuditEntry.objects.filter(action="media.again").exists()
    assert again.fetch([message.files.get().id], actor="usuário:1", now=now()) == 0


# --- The mirror ----------------------------------------------------------------------------------------------------


def shown(outside):
    return [(row["message_type"], row["content"], row.get("attachments") or []) for row in outside.messages]


def test_a_message_is_mirrored_with_its_file(outside, channel):
    outside.files[f"{STORE}/x.png"] = PNG
    arrive(zapi.received(None, image={"imageUrl": f"{STORE}/x.png", "caption": "minha cozinha"}))

    jobs.run_due("media", "mirror")

    assert shown(outside) == [(0, "minha cozinha", [("image.png", "image/png", PNG)])]
    assert outside.messages[0]["source_id"] == f"seleto:{Message.objects.get().id}"
    assert Media.objects.get().chatwoot_id == outside.messages[0]["id"]


def test_order_is_kept_while_a_file_is_on_its_way(outside):
    arrive(voice())
    arrive(zapi.received("oi, mandei um áudio"))
    jobs.run_due("mirror")
    assert outside.messages == []

    outside.files[f"{STORE}/a.ogg"] = OGG
    jobs.run_due("media", "mirror")

    assert [(content, len(files)) for _, content, files in shown(outside)] == [("", 1), ("oi, mandei um áudio", 0)]


def test_a_file_that_takes_too_long_follows_its_words(outside, settings):
    settings.MEDIA_RETRY_S = 60
    outside.files[f"{STORE}/a.ogg"] = httpx.Response(503)
    arrive(voice())
    jobs.run_due("media", "mirror")
    assert outside.messages == []

    with later(settings.MEDIA_MIRROR_WAIT_S + 1):
        jobs.run_due("mirror")
    assert [content for _, content, _ in shown(outside)] == ["[áudio] (o arquivo vem a seguir)"]

    outside.files[f"{STORE}/a.ogg"] = OGG
    with later(61):
        jobs.run_due("media", "mirror")
        ChatwootLink.objects.update(due_at=now())
        jobs.run_due("mirror")
    assert [len(files) for _, _, files in shown(outside)] == [0, 1]


def test_a_file_that_never_comes_is_said_to_be_missing(outside):
    arrive(voice())

    jobs.run_due("media", "mirror")

    ((_, content, files),) = shown(outside)
    assert content.startswith("[áudio] (arquivo indisponível: ")
    assert files == []


def test_a_file_promised_to_the_sdr_that_never_comes_is_told(outside, settings):
    settings.MEDIA_RETRY_S = 60
    outside.files[f"{STORE}/a.ogg"] = httpx.Response(503)
    arrive(voice())
    jobs.run_due("media")
    with later(61):
        jobs.run_due("mirror")
        outside.files[f"{STORE}/a.ogg"] = httpx.Response(404)
        jobs.run_due("media", "mirror")

    assert [content for _, content, _ in shown(outside)][-1].startswith("⚠️ O arquivo de uma mensagem")


def test_a_server_that_refuses_the_file_gets_the_words(outside):
    outside.files[f"{STORE}/x.png"] = PNG
    refusals = iter([httpx.Response(422, json={"error": "Attachments size is too big"})])
    outside.fail = lambda method, path: (
        next(refusals, None) if method == "POST" and path.endswith("/messages") else None
    )
    arrive(zapi.received(None, image={"imageUrl": f"{STORE}/x.png", "caption": "olha"}))

    jobs.run_due("media", "mirror")
    ChatwootLink.objects.update(due_at=now())
    jobs.run_due("mirror")

    assert [(content, files) for _, content, files in shown(outside)] == [
        ("olha (o Chatwoot não aceitou o arquivo; ele está no painel do Seleto)", [])
    ]


def test_an_upload_whose_answer_was_lost_is_not_repeated(outside):
    outside.files[f"{STORE}/x.png"] = PNG
    lost = iter([True])
    outside.lose = lambda method, path: method == "POST" and path.endswith("/messages") and next(lost, False)
    arrive(zapi.received(None, image={"imageUrl": f"{STORE}/x.png", "caption": "olha"}))

    jobs.run_due("media", "mirror")
    ChatwootLink.objects.update(due_at=now())
    jobs.run_due("mirror")

    assert len(outside.messages) == 1
    assert Media.objects.get().chatwoot_id == outside.messages[0]["id"]


# --- What SDRs attach ----------------------------------------------------------------------------------------------


def test_an_sdrs_files_go_to_the_lead_after_the_text_and_in_order(outside, channel):
    conversation = known(channel)
    outside.files |= {
        f"{BLOBS}/foto.png": PNG,
        f"{BLOBS}/proposta.pdf": PDF,
        f"{BLOBS}/voz.mp3": OGG,
        f"{BLOBS}/v.mp4": MP4,
    }

    sdr_sends(
        outside,
        attached(
            ("image", "foto.png"), ("file", "proposta.pdf"), ("audio", "voz.mp3"), ("video", "v.mp4"), text="Segue"
        ),
    )
    jobs.run_due("deliver")
    assert [path for path, _ in outside.sends] == ["text"]
    jobs.run_due("media", "deliver")

    assert [path for path, _ in outside.sends] == ["text", "image", "document/pdf", "audio", "video"]
    assert outside.sends[1][1]["image"] == f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert outside.sends[2][1]["fileName"] == "proposta.pdf"
    assert outside.sends[3][1]["audio"].startswith("data:audio/ogg;base64,")
    rows = Outbox.objects.filter(conversation=conversation).order_by("order")
    assert {row.status for row in rows} == {Outbox.Status.SENT}
    assert [row.message.chatwoot_id for row in rows] == [7001, None, None, None, None]
    assert {row.message.author for row in rows} == {Message.Author.PERSON}

    jobs.run_due("mirror")
    assert [row for row in outside.messages if not row["private"]] == []  # they stand there already


def test_a_redirect_to_the_configured_storage_is_followed(outside, channel):
    known(channel)
    outside.files[f"{BLOBS}/foto.png"] = httpx.Response(302, headers={"Location": "https://bucket.example/foto.png"})
    outside.files["https://bucket.example/foto.png"] = PNG

    sdr_sends(outside, attached(("image", "foto.png")))
    jobs.run_due("media", "deliver")

    assert [path for path, _ in outside.sends] == ["image"]
    assert Message.objects.get(type="image").chatwoot_id == 7001


@pytest.mark.parametrize("target", ["https://evil.example/a", "http://10.0.0.5/", "https://media.example/zapi/a"])
def test_no_redirect_leads_elsewhere(outside, channel, target):
    known(channel)
    outside.files[f"{BLOBS}/foto.png"] = httpx.Response(302, headers={"Location": target})

    sdr_sends(outside, attached(("image", "foto.png"), text="veja"))
    sdr_sends(outside, chatwoot.written("e então?", message_id=7002))
    jobs.run_due("deliver", "media", "deliver", "mirror")

    assert [body["message"] for _, body in outside.sends] == ["veja", "e então?"]
    assert Outbox.objects.get(media__isnull=False).status == Outbox.Status.PARKED
    note = ChatwootNote.objects.get()
    assert "foto.png" in note.text
    assert note.chatwoot_id is not None


def test_a_file_keeps_its_place_in_front_of_what_comes_after(outside, channel, settings):
    settings.MEDIA_RETRY_S = 60
    known(channel)
    outside.files[f"{BLOBS}/foto.png"] = httpx.Response(503)
    sdr_sends(outside, attached(("image", "foto.png")))
    sdr_sends(outside, chatwoot.written("é esta máquina", message_id=7002))
    jobs.run_due("media", "deliver")
    assert outside.sends == []

    outside.files[f"{BLOBS}/foto.png"] = PNG
    with later(61):
        jobs.run_due("media", "deliver")

    assert [path for path, _ in outside.sends] == ["image", "text"]


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (httpx.Response(400, json={"error": "invalid file"}), "parked", "não"),
        (httpx.ReadTimeout("slow"), "unknown", "confirmação"),
    ],
)
def test_the_sdr_is_told_what_did_not_arrive(outside, channel, settings, answer, status, said):
    settings.OUTBOX_AMBIGUOUS_WAIT_S = 5
    known(channel)
    outside.files[f"{BLOBS}/foto.png"] = PNG
    outside.answer = answer

    sdr_sends(outside, attached(("image", "foto.png"), text=""))
    jobs.run_due("media", "deliver")
    with later(6):
        jobs.run_due("deliver")

    assert Outbox.objects.get().status == status
    assert said in ChatwootNote.objects.get().text
    assert len(outside.sends) == 1  # never repeated by itself


def test_an_unavailable_provider_is_asked_again_for_a_file(outside, channel, settings):
    settings.OUTBOX_RETRY_S = 0
    known(channel)
    outside.files[f"{BLOBS}/foto.png"] = PNG
    outside.answer = httpx.Response(503)

    sdr_sends(outside, attached(("image", "foto.png")))
    jobs.run_due("media", "deliver")

    assert [path for path, _ in outside.sends] == ["image", "image"]
    assert Outbox.objects.get().status == Outbox.Status.SENT


def test_a_file_fetched_once_more_is_sent(outside, channel):
    known(channel)
    sdr_sends(outside, attached(("image", "foto.png")))
    jobs.run_due("media", "deliver")
    assert Outbox.objects.get().status == Outbox.Status.PARKED

    outside.files[f"{BLOBS}/foto.png"] = PNG
    again.fetch([Media.objects.get().id], actor="usuário:1", now=now())
    jobs.run_due("media", "deliver")

    assert Outbox.objects.get().status == Outbox.Status.SENT
    assert Message.objects.get().status == Message.Status.SENT


def test_what_is_no_file_is_named_to_the_sdr(outside, channel):
    known(channel)

    sdr_sends(outside, attached(("location", ""), text="estamos aqui"))
    jobs.run_due("deliver")

    assert [body["message"] for _, body in outside.sends] == ["estamos aqui"]
    assert "localização" in ChatwootNote.objects.get().text


def test_an_attachment_alone_takes_over(outside, channel):
    conversation = known(channel)
    Conversation.objects.update(owner=Conversation.Owner.AGENT)
    outside.files[f"{BLOBS}/foto.png"] = PNG

    sdr_sends(outside, attached(("image", "foto.png")))

    conversation.refresh_from_db()
    assert conversation.owner == Conversation.Owner.HUMAN


def test_a_file_of_a_private_note_stays_there(outside, channel):
    known(channel)

    sdr_sends(outside, attached(("image", "foto.png"), text="só para nós", private=True))

    assert not Media.objects.exists()
    assert not Outbox.objects.exists()
