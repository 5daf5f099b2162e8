"""/api/v1/privacy: only with the scope, nothing before the person is known, every step audited."""

import io
import zipfile

import pytest
from rest_framework.test import APIClient

from leads import subjects
from leads.models import Fact, Lead, SubjectRequest
from seleto.lib import tokens
from seleto.lib.models import AuditEntry
from seleto.lib.tokens import Scope
from tests.admin.conftest import story
from tests.factories import now

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/privacy/requests"


def caller(*scopes: Scope) -> APIClient:
    _, plain = tokens.create(name=f"sistema-{'-'.join(scopes)}", now=now(), scopes=scopes)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


@pytest.fixture
def api() -> APIClient:
    return caller(Scope.PRIVACY)


@pytest.fixture
def told():
    told = story()
    SubjectRequest.objects.all().delete()
    return told


def opened(api: APIClient, lead: Lead, kind: str) -> str:
    answer = api.post(ROOT, {"lead": str(lead.pk), "kind": kind}, format="json")
    assert answer.status_code == 201
    return f"{ROOT}/{answer.json()['id']}"


def test_other_scopes_see_nothing(told):
    operator = caller(Scope.READ, Scope.OPERATE)

    assert operator.get(ROOT).status_code == 403
    assert operator.post(ROOT, {"lead": str(told.lead.pk), "kind": "access"}, format="json").status_code == 403


def test_nothing_happens_before_the_person_is_known(api, told):
    for kind, deed, body in (
        ("access", "export", {}),
        ("erasure", "erasure", {}),
        ("correction", "correction", {"field": "nome", "value": "Mariana"}),
    ):
        answer = api.post(f"{opened(api, told.lead, kind)}/{deed}", body, format="json")
        assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert Lead.objects.get(pk=told.lead.pk).anonymised_at is None


def test_the_whole_way_of_a_copy(api, told):
    request = opened(api, told.lead, "portability")
    assert api.post(f"{request}/proof", {"how": "documents"}, format="json").json()["verified_how"] == "documents"

    answer = api.post(f"{request}/export")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"dados.json", "dados.html"} <= set(archive.namelist())
    closed = api.post(f"{request}/closing", {"status": "done", "outcome": "entregue"}, format="json").json()
    assert (closed["status"], closed["closed_at"] is not None) == ("done", True)
    deeds = AuditEntry.objects.filter(actor__startswith="api:").order_by("at").values_list("action", flat=True)
    assert [*deeds] == [
        "subject.open",
        "subject.verify",
        "subject.export",
        "subject.download",
        "subject.close",
    ]


def test_a_code_is_checked(api, told):
    request = opened(api, told.lead, "access")
    key = SubjectRequest.objects.get().pk
    code = subjects.new_code(key, now=now())

    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert api.post(f"{request}/proof", {"how": "code", "code": wrong}, format="json").status_code == 409
    assert api.post(f"{request}/proof", {"how": "code", "code": code}, format="json").json()["verified_how"] == "code"


def test_erasure_and_correction(api, told):
    fix = opened(api, told.lead, "correction")
    api.post(f"{fix}/proof", {"how": "documents"}, format="json")
    assert api.post(f"{fix}/correction", {"field": "cidade", "value": "Itu"}, format="json").status_code == 200
    assert Fact.objects.get(lead=told.lead, field="cidade", superseded_at=None).value == "Itu"

    leave = opened(api, told.lead, "erasure")
    api.post(f"{leave}/proof", {"how": "documents"}, format="json")
    receipt = api.post(f"{leave}/erasure").json()
    assert {"backups", "search", "leads", "conversations"} <= {line["store"] for line in receipt}
    assert api.get(f"{leave}/erasure").json() == receipt
