"""A token does what it was made for, as long and as often as it may; exchanges leave no gap, every deed a trace."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from seleto.backoffice import roles
from seleto.lib import tokens
from seleto.lib.models import ApiToken, AuditEntry
from seleto.lib.tokens import Scope

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
NOBODY = UUID(int=7)


class Privacy(APIView):
    scope = Scope.PRIVACY

    def get(self, request: Request) -> Response:
        return Response({})


class Plain(APIView):
    def get(self, request: Request) -> Response:
        return Response({})

    post = get


urlpatterns = [path("api/v1/plain/", Plain.as_view()), path("api/v1/privacy/", Privacy.as_view())]


@pytest.fixture
def here(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.lib.test_token_lives"


def call(plain: str, address: str = "plain", method: str = "get", **extra: str) -> HttpResponse:
    ask = getattr(Client(), method)
    answer: HttpResponse = ask(f"/api/v1/{address}/", headers={"Authorization": f"Bearer {plain}"}, **extra)
    return answer


@pytest.mark.parametrize("scope", Scope)
def test_a_token_opens_what_its_scope_says_and_nothing_else(here: None, scope: Scope) -> None:
    _, plain = tokens.create(name="painel", now=NOW, scopes=[scope])

    opened = {
        Scope.READ: call(plain).status_code,
        Scope.OPERATE: call(plain, method="post").status_code,
        Scope.PRIVACY: call(plain, "privacy").status_code,
    }

    assert opened == {one: 200 if one == scope else 403 for one in Scope}


def test_every_address_of_the_api_asks_for_a_scope() -> None:
    """And for READ where it only looks; whoever adds one that gives or erases personal data says PRIVACY."""
    root: Any = get_resolver()
    pages = next(one for one in root.url_patterns if str(one.pattern) == "api/v1/").url_patterns
    views = {str(one.pattern): one.callback.view_class for one in pages}

    assert views
    assert all(tokens.HasToken in view.permission_classes for view in views.values())
    assert all(tokens.TokenPace in view.throttle_classes for view in views.values())


def test_a_token_ends_by_itself(here: None) -> None:
    _, plain = tokens.create(name="painel", now=NOW - timedelta(days=2), days=3)
    assert call(plain).status_code == 200

    ApiToken.objects.update(expires_at=NOW - timedelta(seconds=1))

    assert call(plain).status_code == 401
    assert tokens.rotate(name="painel", now=NOW) is None


@pytest.mark.parametrize(("scopes", "days"), [([], 90), ([Scope.READ], 0), ([Scope.READ], 367)])
def test_no_token_without_a_scope_or_for_ever(scopes: list[Scope], days: int) -> None:
    with pytest.raises(ValueError, match="token"):
        tokens.create(name="painel", now=NOW, scopes=scopes, days=days)


def test_an_exchanged_token_leaves_its_program_time(here: None) -> None:
    _, old = tokens.create(name="painel", now=NOW, days=5)

    new = tokens.rotate(name="painel", now=NOW)

    assert new is not None
    assert [call(old).status_code, call(new).status_code] == [200, 200]
    ApiToken.objects.update(previous_until=NOW - timedelta(seconds=1))
    assert [call(old).status_code, call(new).status_code] == [401, 200]


def test_the_older_text_never_outlives_its_own_term() -> None:
    tokens.create(name="painel", now=NOW - timedelta(days=4, hours=23), days=5)

    tokens.rotate(name="painel", now=NOW)

    assert ApiToken.objects.get().previous_until == NOW + timedelta(hours=1)


def test_revoking_ends_both_texts(here: None) -> None:
    _, old = tokens.create(name="painel", now=NOW)
    new = tokens.rotate(name="painel", now=NOW)

    tokens.revoke(name="painel", now=NOW)

    assert [call(old).status_code, call(str(new)).status_code] == [401, 401]


def test_use_is_noted_once_an_hour(here: None) -> None:
    _, plain = tokens.create(name="painel", now=NOW)
    call(plain)
    first = ApiToken.objects.get().last_used_at

    call(plain)

    assert first is not None
    assert ApiToken.objects.get().last_used_at == first


def test_each_token_has_a_pace_of_its_own(here: None, settings: Any) -> None:
    settings.API_PER_MIN, settings.API_BURST = 6, 3
    plains = [tokens.create(name=name, now=NOW)[1] for name in ("painel", "outro")]

    busy = [call(plains[0]) for _ in range(4)]

    assert [one.status_code for one in busy] == [200, 200, 200, 429]
    assert 1 <= int(busy[-1].headers["Retry-After"]) <= 10
    assert busy[-1].headers["Content-Type"] == "application/problem+json"
    assert call(plains[1]).status_code == 200


def test_whoever_guesses_has_to_wait_and_others_do_not(here: None, settings: Any) -> None:
    settings.API_REFUSED_PER_MIN = 3
    _, plain = tokens.create(name="painel", now=NOW)

    guesses = [call(f"slt_{number}", REMOTE_ADDR="203.0.113.9") for number in range(4)]

    assert [one.status_code for one in guesses] == [401, 401, 401, 429]
    assert 1 <= int(guesses[-1].headers["Retry-After"]) <= 60
    assert call(plain, REMOTE_ADDR="203.0.113.10").status_code == 200


# --- in the admin


def person(client: Client, role: str) -> Client:
    user = User.objects.create_user(role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


def shown(page: str) -> str:
    found = re.search(r"mostrada só desta vez: (slt_[\w-]+)", page)
    return found[1] if found else ""


@pytest.fixture
def operations(client: Client) -> Client:
    roles.bring_up()
    return person(client, roles.OPERATIONS)


def made(client: Client, **fields: Any) -> str:
    data = {"name": "painel", "can_read": "on", "days": 30, **fields}
    return client.post("/admin/lib/apitoken/add/", data, follow=True).content.decode()


def test_operations_make_exchange_and_revoke_and_see_each_text_once(operations: Client) -> None:
    first = shown(made(operations))
    token = ApiToken.objects.get(name="painel")
    assert tokens.digest(first) == token.digest
    assert "slt_" not in operations.get("/admin/lib/apitoken/").content.decode()
    assert "slt_" not in operations.get(f"/admin/lib/apitoken/{token.pk}/change/").content.decode()

    def press(action: str) -> str:
        data = {"action": action, "_selected_action": [token.pk]}
        return operations.post("/admin/lib/apitoken/", data, follow=True).content.decode()

    second = shown(press("rotate_tokens"))
    token.refresh_from_db()
    assert (token.digest, token.previous_digest) == (tokens.digest(second), tokens.digest(first))
    press("revoke_tokens")
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert shown(press("rotate_tokens")) == ""
    assert list(AuditEntry.objects.order_by("at").values_list("action", "detail__scopes")) == [
        ("create", ["read"]),
        ("rotate", ["read"]),
        ("revoke", ["read"]),
    ]
    assert not any("slt_" in str(row) for row in AuditEntry.objects.values_list("detail", flat=True))


@pytest.mark.parametrize("fields", [{"can_read": ""}, {"days": 0}, {"days": 367}, {"name": ""}])
def test_a_form_without_a_scope_or_an_end_makes_no_token(operations: Client, fields: dict[str, Any]) -> None:
    assert shown(made(operations, **fields)) == ""
    assert not ApiToken.objects.exists()


def test_only_who_serves_data_subjects_hands_that_on(operations: Client) -> None:
    made(operations, can_privacy="on")
    assert not ApiToken.objects.get(name="painel").can_privacy

    ApiToken.objects.update(can_privacy=True)
    token = ApiToken.objects.get()
    page = operations.post(
        "/admin/lib/apitoken/", {"action": "rotate_tokens", "_selected_action": [token.pk]}, follow=True
    )

    assert shown(page.content.decode()) == ""
    assert ApiToken.objects.get().digest == token.digest


# --- from a terminal


def command(*words: str) -> str:
    told = StringIO()
    call_command("api_token", *words, stdout=told)
    return told.getvalue().strip()


def test_the_command_does_the_same() -> None:
    first = command("create", "painel", "--scope", "read", "--scope", "privacy", "--days", "10")
    assert ApiToken.objects.get().digest == tokens.digest(first)
    assert command("list").startswith("painel\tprivacy read\taté ")

    second = command("rotate", "painel")
    assert ApiToken.objects.get().digest == tokens.digest(second)
    assert command("revoke", "painel") == "Revogada."
    assert command("list").endswith("revogada")
    assert list(AuditEntry.objects.order_by("at").values_list("actor", "action")) == [
        ("sistema", deed) for deed in ("create", "rotate", "revoke")
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("create",),
        ("create", "outra"),
        ("create", "painel", "--days", "400"),
        ("rotate", "nenhuma"),
        ("revoke", "nenhuma"),
    ],
)
def test_the_command_says_what_is_wrong(words: tuple[str, ...]) -> None:
    tokens.create(name="outra", now=NOW)

    with pytest.raises(CommandError):
        command(*words)

    assert ApiToken.objects.count() == 1
