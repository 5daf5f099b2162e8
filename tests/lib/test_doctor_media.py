"""``manage.py doctor``: where files are kept, and the server that speaks."""

from pathlib import Path

import httpx
import pytest
import respx
from pytest_django import Settings

from knowledge.models import Flag
from sandbox.zapi import media
from seleto import doctor_media
from seleto.findings import Level

pytestmark = pytest.mark.django_db

SPEECH = "http://voz.test/v1"


@pytest.fixture(autouse=True)
def place(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "made" / "later"
    settings.SPEECH_BASE_URL, settings.SPEECH_API_KEY = SPEECH, "sk-que-ninguem-pode-ver"
    return tmp_path


def found() -> dict[str, tuple[Level, str]]:
    return {row.check: (row.level, row.text) for row in doctor_media.examine()}


def test_a_folder_still_to_be_made_is_fine_and_stays_unmade(place: Path) -> None:
    assert found()["media"][0] == Level.OK
    assert not list(place.iterdir())


def test_a_file_where_the_folder_should_be(place: Path) -> None:
    (place / "made").write_text("in the way")

    level, text = found()["media"]

    assert level == Level.ERROR
    assert "MEDIA_ROOT" in text
    assert str(place) not in text


def test_a_disk_that_fills_up(settings: Settings) -> None:
    settings.SANDBOX, settings.DISK_MIN_FREE_MB = False, 10**9

    level, text = found()["media"]

    assert level == Level.ERROR
    assert "DISK_MIN_FREE_MB" in text


def test_nobody_is_asked_to_speak_while_the_switch_is_off(respx_mock: respx.Router) -> None:
    Flag.objects.create(name=Flag.Name.AUDIO_OUT, scope="global", on=False)

    assert found()["speech"][0] == Level.OK
    assert not respx_mock.calls


@pytest.mark.parametrize(
    ("answer", "level", "said"),
    [
        (httpx.Response(200, content=(media.build("x-1.ogg") or ("", b""))[1]), Level.OK, "fala"),
        (httpx.Response(200, content=b"<html>login</html>"), Level.WARNING, "não devolve áudio"),
        (httpx.Response(401), Level.WARNING, "SPEECH_API_KEY"),
        (httpx.Response(404), Level.WARNING, "SPEECH_MODEL"),
        (httpx.Response(503), Level.WARNING, "http_503"),
        (httpx.ConnectError("no route"), Level.WARNING, "não há conexão"),
    ],
)
def test_the_server_that_speaks_is_asked_for_a_word(
    respx_mock: respx.Router, answer: httpx.Response | Exception, level: Level, said: str
) -> None:
    Flag.objects.create(name=Flag.Name.AUDIO_OUT, scope="channel:principal", on=True)
    respx_mock.post(f"{SPEECH}/audio/speech").mock(side_effect=[answer])

    had, text = found()["speech"]

    assert had == level
    assert said.casefold() in text.casefold()
    assert "sk-" not in text
