"""What every answer tells the browser, looked at on every page that there is: a passive scan of our own."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.admin.sites import site
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from seleto.lib import headers
from tests.admin.conftest import story

pytestmark = pytest.mark.security

FULL = os.environ.get("FULL") == "1"  # else forms that add, and what is asked of rows that are not there, are left out
OPEN = [
    "/",
    "/healthz",
    "/metrics",
    "/api/schema/",
    "/api/docs/",
    "/api/v1/",
    "/admin/login/",
    "/nirgends",
    "/favicon.ico",
]
DOORS = ["/webhooks/zapi/principal/errado/", "/webhooks/whatsapp/nuvem/", "/webhooks/chatwoot/principal/errado/"]
EXPECTED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# A script in the page itself: the policy refuses to run it, so a page must not rely on one.
INLINE = re.compile(
    r"<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>|\son[a-z]+=[\"']|javascript:", re.IGNORECASE
)


def _addresses(patterns=None, prefix=""):
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _addresses(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            filled = re.sub(r"<(?:(\w+):)?\w+>", lambda found: "1" if found[1] == "int" else str(_ID), route)
            yield "/" + re.sub(r"\(\?P<[^>]+>.*\)|[\^$]|\\Z", "", filled)


_ID = "0192f0c1-7d3a-7c3e-9a53-3f6f5f1c0a01"
ADMIN = sorted({one for one in _addresses() if one.startswith("/admin/")} - {"/admin/logout/"})


def directives(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (part.split() for part in policy.split(";"))}


def complaints(answer) -> list[str]:
    """What a passive scanner would say of an answer."""
    found = [name for name, value in EXPECTED.items() if answer.headers.get(name) != value]
    said = directives(answer.headers.get("Content-Security-Policy", "none"))
    if said.get("default-src") != ["'none'"] or (said.get("frame-ancestors") != ["'none'"] and "sandbox" not in said):
        found.append("Content-Security-Policy")
    if "camera=()" not in answer.headers.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    if "no-store" not in answer.headers.get("Cache-Control", "") and answer.status_code < 300:
        found.append("Cache-Control")
    if any(name in answer.headers for name in ("X-Powered-By", "Access-Control-Allow-Origin")):
        found.append("talkative")
    for name, cookie in answer.cookies.items():
        if (not cookie["httponly"] and cookie.value) or cookie["samesite"] not in ("Lax", "Strict"):
            found.append(f"cookie {name}")
    return found


@pytest.mark.parametrize("address", OPEN + DOORS)
def test_what_everybody_may_ask_carries_every_header(client, db, address):
    for answer in (client.get(address), client.post(address, b"{}", content_type="application/json")):
        assert complaints(answer) == []


def test_every_page_of_the_admin_carries_every_header_and_no_script_of_its_own(client, db, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    told = story()
    client.force_login(User.objects.create_superuser("gestora"))
    pages = {f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
             for row in vars(told).values() if type(row) in site._registry}  # fmt: skip
    opened = 0
    for address in sorted({*ADMIN, *pages} - {"/admin/logout/"}):
        if not FULL and address.endswith(("/add/", "/history/", "/delete/", "/change/")) and address not in pages:
            continue
        answer = client.get(address)
        assert complaints(answer) == [], address
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            opened += 1
            assert not INLINE.search(answer.content.decode()), address
    assert opened > 60


def test_scripts_come_from_here_and_from_nowhere_else():
    for place, policy in headers._BY_PLACE:
        said = directives(policy)
        assert set(said["script-src"]) <= {"'self'", "'unsafe-eval'"}, place
        assert said["base-uri"] == said["object-src"] == ["'none'"]
        assert not any("http" in source or source == "*" for sources in said.values() for source in sources)
    assert set(directives(headers.NOTHING)) == {
        "default-src",
        "form-action",
        "base-uri",
        "frame-ancestors",
        "object-src",
    }
    assert "'unsafe-eval'" not in headers.DOCS


def test_refused_hosts_get_nothing(client, settings):
    settings.ALLOWED_HOSTS = ["seleto.example.com"]

    answer = client.get("/healthz", headers={"Host": "outro.example.org"})

    assert answer.status_code == 400
    assert complaints(answer) == []


def test_over_tls_browsers_are_told_to_stay_there(client, db, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True

    assert client.get("/admin/login/").url == "https://testserver/admin/login/"
    told = client.get("/admin/login/", secure=True).headers["Strict-Transport-Security"]

    assert told == "max-age=31536000; includeSubDomains; preload"


def test_the_proxy_s_word_on_tls_counts_only_where_there_is_a_proxy(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert settings.SECURE_PROXY_SSL_HEADER is None

    assert client.get("/admin/login/", headers={"X-Forwarded-Proto": "https"}).status_code == 301


def test_programs_without_tls_are_refused_and_not_sent_on(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True

    for address in ("/api/v1/leads", "/webhooks/zapi/principal"):
        answer = client.post(address, headers={"Authorization": "Bearer a-key"})
        assert (answer.status_code, answer.headers.get("Location")) == (400, None), address
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert client.get("/api/v1/leads", secure=True).status_code == 401
    assert client.get("/admin/login/").status_code == 301


def test_cookies_belong_to_this_host_and_to_tls():
    """Read in a process of its own, as an installation's settings are."""
    code = (
        "import django; django.setup(); from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY)"
    )
    own = {"PATH": os.environ["PATH"], "PUBLIC_URL": "https://seleto.example.com"}
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**own, "DJANGO_SETTINGS_MODULE": "seleto.settings"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert told.split() == ["__Host-sessionid", "__Host-csrftoken", *["True"] * 4]


def test_a_form_of_another_page_is_refused(db):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("gestora"))

    for address in ("/admin/logout/", "/admin/auth/user/add/", "/admin/segundo-fator/", "/admin/login/"):
        assert client.post(address, {"username": "a"}).status_code == 403, address


def test_nothing_answers_trace(client, db):
    for address in OPEN:
        answer = client.trace(address, headers={"X-Told": "what-the-caller-told"})
        assert answer.status_code >= 300, address
        assert b"what-the-caller-told" not in answer.content


def test_logging_out_empties_the_browser_s_cache(client, db):
    client.force_login(User.objects.create_superuser("gestora"))

    assert client.post("/admin/logout/").headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get("/admin/login/").headers


def test_headers_come_before_everything_else():
    assert settings.MIDDLEWARE[0] == "seleto.lib.headers.SecurityHeaders"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_browser_runs_no_script_that_got_into_a_page(chromium, live_server):
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    page.goto("/api/docs/")
    page.get_by_text("Seleto API").first.wait_for()
    page.goto("/admin/login/")

    page.evaluate(
        "document.body.appendChild(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
    )
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')")
    page.wait_for_timeout(100)

    assert page.evaluate("window.ran") is None
    with pytest.raises(AssertionError, match="Content Security Policy"):
        context.close()
