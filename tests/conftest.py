"""What every test stands on: a database of its own, no network, short and repeatable hypothesis runs."""

import gc
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.contrib.staticfiles.views import serve
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests import databases, network

SERVER_REST_S = 5
PAYLOADS = Path(__file__).parent / "payloads"


def pytest_configure(config: pytest.Config) -> None:
    # Thousands of tests and all modules stay to the end: they are not looked through for garbage again and again.
    gc.disable()
    network.block()
    hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60, database=None)
    hypothesis.settings.register_profile("deep", deadline=None, max_examples=2_000)
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
    # Hashing passwords slowly is for people's passwords.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Every test client would look through all static files; the live server has a handler of its own for them.
    django_settings.WHITENOISE_USE_FINDERS = False
    committing: Any = TransactionTestCase
    committing._fixture_teardown = lambda _test: databases.empty()
    static: Any = StaticFilesHandler
    static.serve = _serve_for_a_day
    # The second factor has tests of its own (tests/accounts), which switch it on.
    django_settings.SECOND_FACTOR_REQUIRED = False
    # A channel is looked at in the tests of that alone; ten years.
    django_settings.CHANNEL_POLL_S = 315_360_000


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tests of one group share an installation: spread over processes they would start one each, and disturb it."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()
    if session.config.getoption("loadgroup", default=False):
        spread = [item for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
        if spread:
            raise pytest.UsageError("pytest-xdist does not see groups in this pytest; see the pin in pyproject.toml.")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replaces pytest-django's own: see ``tests.databases``. Tests that touch no database start no server."""
    with django_db_blocker.unblock():
        name = databases.prepare()
    yield
    with django_db_blocker.unblock():
        databases.drop(name)


@pytest.fixture(scope="module")
def owner(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """This module's tests speak to the database as the owner of its tables, not as the application."""
    from seleto.lib import ownership

    with django_db_blocker.unblock(), ownership.owning():
        yield


@pytest.fixture(scope="module")
def administrator(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """This module's tests make and drop the extension for vectors, which nobody else may."""
    with django_db_blocker.unblock(), databases.administering():
        yield


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    """Nothing that one test read from its database may be known to the next."""
    _forget()
    yield
    _forget()


@pytest.fixture(autouse=True)
def _server_at_rest(request: pytest.FixtureRequest) -> Iterator[None]:
    """A page that asks again every few seconds may be half answered when its browser closes: emptying the tables
    under that answer is a deadlock."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")  # emptied after what follows the yield
    yield
    until = time.monotonic() + SERVER_REST_S
    while any("process_request_thread" in thread.name for thread in threading.enumerate()):
        if time.monotonic() > until:
            break
        time.sleep(0.02)


def _forget() -> None:
    from conversations import channel_cache, spending
    from conversations.agent import tokens
    from conversations.chatwoot import inboxes
    from conversations.webhooks import base as webhooks
    from knowledge import queries
    from seleto.lib import circuits
    from seleto.lib import tokens as api_tokens

    channel_cache.forget()
    inboxes.forget()
    queries.clear_cache()
    circuits.forget()
    webhooks.forget()
    api_tokens.forget()
    spending.forget()
    tokens.forget()


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The address of the test's database, for a child process."""
    return databases.url()


@pytest.fixture
def payload() -> Callable[[str], Any]:
    """Reads a provider's JSON by its path under ``tests/payloads``, as in ``payload("zapi/received_text")``."""

    def read(name: str) -> Any:
        return json.loads((PAYLOADS / name).with_suffix(".json").read_text(encoding="utf-8"))

    return read


def _serve_for_a_day(handler: StaticFilesHandler, request: HttpRequest) -> HttpResponseBase:
    """Else a browser fetches a megabyte and a half of style, script and type anew for each of hundreds of pages."""
    response = serve(request, handler.file_path(request.path), insecure=True)
    response["Cache-Control"] = "max-age=86400"
    return response


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The system's Chromium, driven by Playwright; for tests marked ``browser``."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert program, "Install Chromium to run the browser tests."
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        _watch_policy(browser)
        yield browser
        browser.close()


def _watch_policy(browser: Any) -> None:
    """A test fails at its end when a page of it did what the content security policy refuses."""
    new_context = browser.new_context

    def watched(**options: Any) -> Any:
        context, said = new_context(**options), []
        close = context.close
        context.on("console", lambda line: said.append(line.text))

        def close_and_tell() -> None:
            close()
            refused = [line for line in said if "Content Security Policy" in line]
            assert not refused, refused

        context.close = close_and_tell
        return context

    browser.new_context = watched
