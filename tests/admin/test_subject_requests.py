"""The data officer's list: fifteen days to answer, nothing before the person is known, never deleted."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User

from leads import subjects
from leads.models import ErasureStep, Fact, Lead, SubjectExport, SubjectRequest
from seleto.backoffice import roles
from seleto.lib.models import AuditEntry
from tests.factories import LeadFactory, now

PAGE = "/admin/leads/subjectrequest"


@pytest.fixture
def officer(db, client):
    roles.bring_up()
    user = User.objects.create_user("encarregada", is_staff=True)
    user.groups.set(Group.objects.filter(name=roles.DATA_OFFICER))
    client.force_login(user)
    return client


def asked(told, kind, *, proved=True):
    SubjectRequest.objects.all().delete()
    source = SubjectRequest.Source.ADMIN
    row = subjects.open_request(told.lead.pk, kind, source=source, actor="usuário:1", now=now())
    if proved:
        subjects.confirm_documents(row.pk, actor="usuário:1", now=now())
    return row


def do(client, row, deed, **fields):
    return client.post(f"{PAGE}/{row.pk}/fazer/{deed}/", fields, follow=True)


def test_a_new_request_is_due_in_fifteen_days(officer):
    lead = LeadFactory.create()

    officer.post(f"{PAGE}/add/", {"lead": lead.pk, "kind": "access", "note": "pediu por e-mail"})

    request = SubjectRequest.objects.get()
    assert request.due_at - request.opened_at == timedelta(days=15)
    assert (request.closed_at, request.note, request.source) == (None, "pediu por e-mail", "admin")


def test_nothing_is_handed_out_or_erased_before_the_person_is_known(officer, told):
    for kind, deed in (("access", "copia"), ("erasure", "apagar"), ("correction", "corrigir"), ("review", "revisar")):
        row = asked(told, kind, proved=False)
        assert f"fazer/{deed}/" not in officer.get(f"{PAGE}/{row.pk}/change/").content.decode()
        fields = {"sure": "on", "field": "cidade", "value": "Itu", "outcome": "visto"}
        answer = do(officer, row, deed, **fields)
        assert "identidade" in answer.content.decode()

    assert not SubjectExport.objects.exists()
    assert Lead.objects.get(pk=told.lead.pk).anonymised_at is None


def test_the_copy_holds_what_was_said_and_each_download_is_noted(officer, told):
    row = asked(told, "access")
    do(officer, row, "copia")
    made = SubjectExport.objects.get()

    answer = officer.post(f"{PAGE}/copia/{made.pk}/")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        told_json = json.loads(archive.read("dados.json"))
        page = archive.read("dados.html").decode()
    assert told_json["titular"]["id"] == str(told.lead.pk)
    assert any("Sou a Marina" in json.dumps(part, ensure_ascii=False) for part in told_json["nossos_registros"])
    assert "Sou a Marina" in page
    assert "<script>" not in page
    assert AuditEntry.objects.filter(action="subject.download", subject_id=row.pk).count() == 1
    assert (answer["X-Content-Type-Options"], "no-store" in answer["Cache-Control"]) == ("nosniff", True)


def test_a_copy_has_an_end_and_needs_the_permission(officer, clerk, told):
    row = asked(told, "access")
    made = SubjectExport.objects.create(
        request=row, lead_id=told.lead.pk, content=b"zip", size=3, made_by="x", made_at=now(), remove_at=now()
    )

    assert clerk.post(f"{PAGE}/copia/{made.pk}/").status_code == 403
    officer.force_login(User.objects.get(username="encarregada"))
    assert "removida" in officer.post(f"{PAGE}/copia/{made.pk}/", follow=True).content.decode()


def test_erasing_shows_a_receipt_for_every_place(officer, told):
    row = asked(told, "erasure")

    page = do(officer, row, "apagar", sure="on").content.decode()

    assert "Recibo da eliminação" in page
    row.refresh_from_db()
    assert row.status == "done"
    states = dict(ErasureStep.objects.filter(lead_id=told.lead.pk).values_list("store", "status"))
    assert (states["backups"], states["provider"], states["search"]) == ("expires", "no_api", "done")


def test_a_correction_keeps_the_old_value_and_no_cpf(officer, told):
    row = asked(told, "correction")

    assert "CPF" in do(officer, row, "corrigir", field="nome", value="529.982.247-25").content.decode()
    do(officer, row, "corrigir", field="nome", value="Mariana Exemplo")

    values = Fact.objects.filter(lead=told.lead, field="nome").order_by("created_at")
    assert [(fact.value == "Mariana Exemplo", fact.superseded_at is None) for fact in values] == [
        (False, False),
        (True, True),
    ]


def test_the_automatic_class_is_looked_at_by_a_person(officer, told):
    row = asked(told, "review")

    do(officer, row, "revisar", temperature="quente", outcome="pediu visita por telefone")

    row.refresh_from_db()
    assert (row.status, row.outcome) == ("done", "pediu visita por telefone")
    assert Lead.objects.get(pk=told.lead.pk).temperature == "quente"
    assert AuditEntry.objects.filter(action="lead.correct_temperature").exists()


def test_requests_are_kept(manager, told):
    assert manager.post(f"{PAGE}/{told.subjectrequest.pk}/delete/").status_code == 403
