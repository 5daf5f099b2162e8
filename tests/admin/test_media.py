"""Staff hear and see what leads sent; nobody else does, and no file runs in their browser."""

import pytest
from django.contrib.auth.models import User

from conversations.media import files
from conversations.models import Media, Outbox
from seleto.lib.models import AuditEntry
from tests.factories import ConversationFactory, MessageFactory, now

OGG = b"OggS" + bytes(60)


@pytest.fixture(autouse=True)
def _root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def stored(mime: str = "audio/ogg", content: bytes = OGG, **fields) -> Media:
    message = MessageFactory.create(
        conversation=ConversationFactory.create(), type=fields.get("kind", "audio"), text=""
    )
    media = Media.objects.create(
        **{
            "message": message,
            "direction": Media.Direction.IN,
            "source": Media.Source.CHANNEL,
            "kind": Media.Kind.AUDIO,
            "mime": mime,
            "size": len(content),
            "path": "ab/abcdef.ogg",
            "state": Media.State.STORED,
            "due_at": now(),
            "created_at": now(),
            "keep_until": now(),
            **fields,
        }
    )
    if media.state == Media.State.STORED:
        files.located(media.path).parent.mkdir(exist_ok=True)
        files.located(media.path).write_bytes(content)
    return media


def address(media: Media) -> str:
    return f"/admin/conversations/media/{media.pk}/arquivo/"


def page(media: Media) -> str:
    return f"/admin/conversations/conversation/{media.message.conversation_id}/change/"


def test_a_voice_note_is_heard_in_the_conversation(manager):
    media = stored()

    assert f'<audio class="sl-file" controls preload="none" src="{address(media)}">' in manager.get(page(media)).text
    answer = manager.get(address(media))

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, OGG, "audio/ogg")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "part", "said"),
    [
        ("bytes=4-9", OGG[4:10], "bytes 4-9/64"),
        ("bytes=-3", OGG[-3:], "bytes 61-63/64"),
        ("bytes=60-", OGG[60:], "bytes 60-63/64"),
    ],
)
def test_a_player_may_ask_for_a_part(manager, asked, part, said):
    answer = manager.get(address(stored()), headers={"Range": asked})

    assert (answer.status_code, answer.content, answer["Content-Range"]) == (206, part, said)


@pytest.mark.parametrize("asked", ["bytes=", "bytes=-", "bytes=9-4", "bytes=999-", "lines=1-2", "bytes=0-1,3-4"])
def test_a_part_that_is_none_is_the_whole(manager, asked):
    answer = manager.get(address(stored()), headers={"Range": asked})

    assert (answer.status_code, answer.content) == (200, OGG)


@pytest.mark.parametrize("mime", ["application/pdf", "text/plain", "application/xml", "image/svg+xml", "text/html"])
def test_whatever_a_browser_might_run_is_only_saved(manager, mime):
    media = stored(mime, kind="document", filename='x"; filename=mal.html')

    answer = manager.get(address(media))

    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "\n" not in answer["Content-Disposition"]


def test_a_name_with_markup_is_text_on_the_page(manager):
    media = stored("application/pdf", kind="document", filename="<script>alert(1)</script>.pdf")

    assert "<script>alert(1)" not in manager.get(page(media)).text


def test_only_staff_who_may_see_it(client, db):
    media = stored()
    assert client.get(address(media)).status_code == 302

    client.force_login(User.objects.create_user("fora"))
    assert client.get(address(media)).status_code == 302

    client.force_login(User.objects.create_user("sem_direito", is_staff=True))
    assert client.get(address(media)).status_code == 403


def test_a_file_that_is_gone_is_not_found(manager):
    media = stored()
    Media.objects.update(path="ab/none.ogg")

    assert manager.get(address(media)).status_code == 404


def test_what_could_not_be_had_is_shown_and_tried_again(manager):
    media = stored(state="failed", reason="http_503", mime="", path="", url="https://media.example/a.ogg")
    listing = "/admin/conversations/media/"
    assert "erro 503" in manager.get(page(media)).text or "http 503" in manager.get(page(media)).text
    assert str(media.pk) in manager.get(f"{listing}?atencao=sim").text

    manager.post(listing, {"action": "fetch_again", "_selected_action": [str(media.pk)]})

    media.refresh_from_db()
    assert (media.state, media.reason) == ("due", "")
    assert AuditEntry.objects.filter(action="media.again", subject_id=media.pk).exists()


def test_sending_a_message_again_fetches_its_file_again(manager):
    media = stored(state="failed", reason="http_503", mime="", path="", url="https://chatwoot.example/a.ogg")
    conversation = media.message.conversation
    row = Outbox.objects.create(
        conversation=conversation,
        channel=conversation.channel,
        message=media.message,
        media=media,
        origin="person",
        order=1,
        to="5511900000001",
        status="parked",
        reason="anexo:http_503",
        due_at=now(),
        created_at=now(),
    )

    form = {"action": "requeue", "_selected_action": [str(row.pk)], "confirmed": "yes"}
    manager.post("/admin/conversations/outbox/", form)

    media.refresh_from_db()
    row.refresh_from_db()
    assert (media.state, row.status) == ("due", "queued")


def test_a_clerk_sees_no_button(clerk):
    media = stored(state="failed", reason="http_503", mime="", path="", url="https://media.example/a.ogg")

    assert "Baixar de novo" not in clerk.get(f"/admin/conversations/media/{media.pk}/change/").text
