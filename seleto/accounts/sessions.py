"""How long a session may be used, and for how long a password given earlier counts for what is sensitive.

Times are real ones (``time.time``): the sandbox's clock, which people move, ends nobody's session.
"""

import time
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

_BEGAN, _SEEN, _PROVED = "began_at", "seen_at", "proved_at"
# Looking at a page writes the session at most so often.
_NOTED_EVERY_S = 60


def begin(request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    """For the signal after each login, which has given the session a new key."""
    now = int(time.time())
    for name in (_BEGAN, _SEEN, _PROVED):
        request.session[name] = now
    log.info("login.succeeded", user=user.pk)


def is_over(session: SessionBase) -> bool:
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


def end_others(user: AbstractBaseUser, *, keep: str | None = None) -> int:
    """End a person's sessions, but for the one with the key ``keep``; how many there were. For a staff of dozens: a
    session says whose it is only when it is read."""
    ended = 0
    for row in Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=keep or "").iterator():
        if row.get_decoded().get(SESSION_KEY) == str(user.pk):
            row.delete()
            ended += 1
    return ended
