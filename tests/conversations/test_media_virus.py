"""Files are shown to a virus scanner before anybody gets them."""

import socket
import threading

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from conversations import handouts
from conversations.models import Media
from seleto.lib import jobs, scanning
from seleto.lib.errors import Rejected, Unavailable
from seleto.lib.models import Alert
from tests.conversations.test_media import OGG, STORE, _world, arrive, outside, voice  # noqa: F401

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.security]


@pytest.fixture
def clamd(settings, tmp_path):
    """Speaks INSTREAM as clamd does; ``say`` replaces its answer, ``seen`` is what it was shown."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(tmp_path / "clamd"))
    listening.listen()
    settings.CLAMD_ADDRESS, settings.CLAMD_TIMEOUT_S = f"unix:{tmp_path / 'clamd'}", 5
    clamd = type("Clamd", (), {"seen": [], "say": None})()

    def serve() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as heard:
                assert heard.read(10) == b"zINSTREAM\0"
                content = b""
                while length := int.from_bytes(heard.read(4), "big"):
                    content += heard.read(length)
                clamd.seen.append(content)
                found = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
                line.sendall((clamd.say or found) + b"\0")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield clamd
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)


def test_an_infected_file_is_set_aside_and_people_are_told(outside, clamd, settings, client):  # noqa: F811
    outside.files[f"{STORE}/a.ogg"] = OGG + EICAR
    message = arrive(voice())
    jobs.run_due("media")

    media = message.files.get()
    assert (media.state, media.reason) == (Media.State.FAILED, "virus")
    files = [one for one in settings.MEDIA_ROOT.rglob("*") if one.is_file()]
    assert files == [settings.MEDIA_ROOT / "quarantine" / str(media.pk)]
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert Alert.objects.get(key="media:virus").level == "critical"
    client.force_login(User.objects.create_superuser("gestora"))
    assert client.get(f"/admin/conversations/media/{media.pk}/arquivo/").status_code == 404
    assert "arquivo com vírus, isolado" in client.get("/admin/conversations/media/").content.decode()


def test_a_clean_file_is_seen_whole_and_kept(outside, clamd):  # noqa: F811
    outside.files[f"{STORE}/a.ogg"] = OGG * 3000
    message = arrive(voice())
    jobs.run_due("media")

    assert message.files.get().state == Media.State.STORED
    assert clamd.seen == [OGG * 3000]


@pytest.mark.parametrize("said", [b"stream: INSTREAM size limit exceeded. ERROR", b"", b"UNKNOWN COMMAND"])
def test_what_could_not_be_looked_at_waits(outside, clamd, settings, said):  # noqa: F811
    clamd.say = said or b"\0"
    outside.files[f"{STORE}/a.ogg"] = OGG
    message = arrive(voice())
    settings.MEDIA_RETRY_S = 60
    jobs.run_due("media")

    assert (message.files.get().state, message.files.get().reason) == (Media.State.DUE, "scanner_error")
    assert [one for one in settings.MEDIA_ROOT.rglob("*") if one.is_file()] == []


def test_a_scanner_that_is_away_is_waited_for(settings, tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    for address in (f"unix:{tmp_path / 'nobody'}", "localhost", "127.0.0.1:1"):
        settings.CLAMD_ADDRESS = address
        with pytest.raises(Unavailable, match="scanner_away"):
            scanning.look(tmp_path / "a")
    settings.CLAMD_ADDRESS = ""
    scanning.look(tmp_path / "a")


def test_what_a_manager_uploads_is_looked_at_too(clamd, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    infected = SimpleUploadedFile("tabela.pdf", b"%PDF-1.4\n" + EICAR)

    with pytest.raises(handouts.Unfit, match="vírus"):
        handouts.keep(infected, kind="catalogue")

    assert [one for one in settings.MEDIA_ROOT.rglob("*") if one.is_file()] == []


def test_the_answer_is_what_the_scanner_said(clamd, tmp_path):
    (tmp_path / "a").write_bytes(EICAR)

    with pytest.raises(Rejected, match="virus"):
        scanning.look(tmp_path / "a")
