"""API tokens are shown once, kept as digests, and refused in a form a program can read."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from seleto.lib import problems, tokens
from seleto.lib.models import ApiToken
from seleto.lib.tokens import Scope

NOW = datetime.now(UTC)


class Echo(APIView):
    class Input(serializers.Serializer[Any]):
        bubbles = serializers.IntegerField()

    def get(self, request: Request) -> Response:
        assert isinstance(request.user, tokens.ApiClient)
        return Response({"actor": request.user.actor})

    def put(self, request: Request) -> Response:
        raise ValueError("Fulana")

    def post(self, request: Request) -> Response:
        given = self.Input(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(given.validated_data)


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("Fulana")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


urlpatterns = [
    path("api/v1/echo/", Echo.as_view()),
    path("api/v1/broken/", broken),
    path("api/v1/forbidden/", forbidden),
    path("api/v1/suspicious/", suspicious),
    path("page/broken/", broken),
    path("page/forbidden/", forbidden),
    path("page/suspicious/", suspicious),
]
handler400 = problems.bad_request
handler403 = problems.permission_denied
handler404 = problems.not_found
handler500 = problems.server_error


@pytest.fixture
def api() -> Client:
    return Client(raise_request_exception=False)


def bearer(plain: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {plain}"}


@pytest.mark.django_db
def test_the_plain_text_is_not_stored() -> None:
    token, plain = tokens.create(name="sandbox", now=NOW)

    assert plain.startswith("slt_")
    assert len(plain) > 40
    assert token.digest != plain
    assert plain.removeprefix("slt_") not in str(ApiToken.objects.values().get())


@pytest.mark.django_db
def test_a_name_is_given_once() -> None:
    tokens.create(name="sandbox", now=NOW)

    with pytest.raises(IntegrityError):
        tokens.create(name="sandbox", now=NOW)


@pytest.mark.django_db
@pytest.mark.urls("tests.lib.test_tokens")
def test_the_holder_is_let_in_until_the_token_is_revoked(api: Client) -> None:
    _, plain = tokens.create(name="sandbox", now=NOW)
    assert api.get("/api/v1/echo/", headers=bearer(plain)).json() == {"actor": "api:sandbox"}

    assert tokens.revoke(name="sandbox", now=NOW)

    assert api.get("/api/v1/echo/", headers=bearer(plain)).status_code == 401
    assert not tokens.revoke(name="sandbox", now=NOW)


@pytest.mark.django_db
@pytest.mark.urls("tests.lib.test_tokens")
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer slt_wrong", "Bearer \x00\xff", "Basic YTpi", "slt_x"]
)
def test_anybody_else_is_refused(api: Client, header: str) -> None:
    answer = api.get("/api/v1/echo/", headers={"Authorization": header} if header else {})

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["title"] == "Unauthorized"


@pytest.mark.django_db
@pytest.mark.urls("tests.lib.test_tokens")
def test_a_session_of_the_admin_opens_no_api(api: Client) -> None:
    api.force_login(User.objects.create_superuser("gestora"))

    assert api.get("/api/v1/echo/").status_code == 401


@pytest.mark.django_db
@pytest.mark.urls("tests.lib.test_tokens")
def test_refusals_are_problems(api: Client) -> None:
    _, plain = tokens.create(name="sandbox", now=NOW, scopes=list(Scope))

    invalid = api.post("/api/v1/echo/", {"bubbles": "x"}, content_type="application/json", headers=bearer(plain))
    malformed = api.post("/api/v1/echo/", "{", content_type="application/json", headers=bearer(plain))
    wrong_type = api.post("/api/v1/echo/", "a=1", content_type="text/plain", headers=bearer(plain))
    wrong_verb = api.delete("/api/v1/echo/", headers=bearer(plain))

    assert [one.status_code for one in (invalid, malformed, wrong_type, wrong_verb)] == [400, 400, 415, 405]
    for answer in (invalid, malformed, wrong_type, wrong_verb):
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
        assert answer.json()["type"] == "about:blank"
    assert list(invalid.json()["errors"]) == ["bubbles"]
    assert "DELETE" not in wrong_verb.headers["Allow"]


@pytest.mark.django_db
@pytest.mark.urls("tests.lib.test_tokens")
@pytest.mark.parametrize(
    ("path_end", "status"), [("nowhere/", 404), ("broken/", 500), ("forbidden/", 403), ("suspicious/", 400)]
)
def test_programs_get_problems_and_people_get_pages(api: Client, path_end: str, status: int) -> None:
    program, person = api.get(f"/api/v1/{path_end}"), api.get(f"/page/{path_end}")

    assert (program.status_code, person.status_code) == (status, status)
    assert program.headers["Content-Type"] == "application/problem+json"
    assert program.json()["status"] == status
    assert person.headers["Content-Type"].startswith("text/html")
    assert "Fulana" not in program.content.decode() + person.content.decode()


@pytest.mark.django_db
@pytest.mark.urls("tests.lib.test_tokens")
def test_a_fault_of_ours_is_a_problem_that_tells_nothing(api: Client) -> None:
    _, plain = tokens.create(name="sandbox", now=NOW, scopes=list(Scope))

    answer = api.put("/api/v1/echo/", {}, content_type="application/json", headers=bearer(plain))

    assert answer.status_code == 500
    assert answer.json() == {"type": "about:blank", "title": "Internal Server Error", "status": 500}
