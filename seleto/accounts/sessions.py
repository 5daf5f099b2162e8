"""How long a session may be used, and for how long a password given earlier counts for what is sensitive.

Times are real ones (``time.time``): the sandbox's clock, which people move, ends nobody's session.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from seleto.lib import logs

log = logs.get(__name__)

_BEGAN, _SEEN, _PROVED, _BROWSER = "began_at", "seen_at", "proved_at", "browser"
# What tells a person which of their machines it is; in this order, as most browsers call themselves several names.
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}
# Looking at a page writes the session at most so often.
_NOTED_EVERY_S = 60


def begin(request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    """For the signal after each login, which has given the session a new key."""
    now = int(time.time())
    for name in (_BEGAN, _SEEN, _PROVED):
        request.session[name] = now
    request.session[_BROWSER] = _browser(request.headers.get("User-Agent", ""))
    log.info("login.succeeded", user=user.pk)


def is_over(session: SessionBase | Mapping[str, Any]) -> bool:
    """Too old, not used for too long, or of before such things were noted."""
    now = time.time()
    began, seen = session.get(_BEGAN), session.get(_SEEN)
    if began is None or seen is None:
        return True
    return bool(now - began > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_S)


def note(session: SessionBase) -> None:
    """A person did something."""
    now = int(time.time())
    if now - session.get(_SEEN, 0) >= _NOTED_EVERY_S:
        session[_SEEN] = now


def proved(session: SessionBase, *, grace: float = 1) -> bool:
    """Whether the password was given in the last ``REAUTHENTICATE_AFTER_S`` × ``grace`` seconds."""
    return bool(time.time() - session.get(_PROVED, 0) <= settings.REAUTHENTICATE_AFTER_S * grace)


def prove(session: SessionBase) -> None:
    """The password was given again; the session's old key is worth nothing from here on."""
    session.cycle_key()
    session[_PROVED] = int(time.time())


@dataclass(frozen=True, slots=True)
class Open:
    """A session in use: where, since when and when last; ``here`` is the one that asks."""

    browser: str
    began: datetime
    seen: datetime
    here: bool


def open_ones(user: AbstractBaseUser, *, here: str | None) -> list[Open]:
    """A person's sessions, the one with the key ``here`` first, then the latest used."""
    found = [
        Open(
            held.get(_BROWSER) or "navegador desconhecido", _at(held[_BEGAN]), _at(held[_SEEN]), row.session_key == here
        )
        for row, held in _of(user)
        if _BEGAN in held and _SEEN in held and not is_over(held)
    ]
    return sorted(found, key=lambda one: (not one.here, -one.seen.timestamp()))


def end_others(user: AbstractBaseUser, *, keep: str | None = None) -> int:
    """End a person's sessions, but for the one with the key ``keep``; how many there were."""
    others = [row for row, _ in _of(user) if row.session_key != keep]
    for row in others:
        row.delete()
    return len(others)


def _of(user: AbstractBaseUser) -> Iterator[tuple[Session, dict[str, Any]]]:
    """For a staff of dozens: a session says whose it is only when it is read."""
    for row in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        held = row.get_decoded()
        if held.get(SESSION_KEY) == str(user.pk):
            yield row, held


def _at(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, tz=UTC)


def _browser(agent: str) -> str:
    """In words of ours alone: what a browser says of itself is anybody's text."""
    browser = next((name for mark, name in _BROWSERS.items() if f"{mark}/" in agent), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in agent), "")
    return " em ".join(filter(None, (browser, system)))
