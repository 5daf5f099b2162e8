"""Lists of leads that leave as spreadsheets, and repeated leads that are compared and joined."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.contrib.auth.models import Permission, User
from openpyxl import load_workbook

from leads.models import Empresa, Lead, Orcamento
from seleto.backoffice import exports
from seleto.backoffice.models import ExportRun
from seleto.lib import clock, jobs, privacy
from seleto.lib.models import AuditEntry
from seleto.lib.privacy import Subject
from seleto.lib.spreadsheets import Format, safe, write
from tests.factories import now
from tests.leads.test_duplicates import lead

pytestmark = pytest.mark.django_db


def person(client, *codenames: str) -> User:
    user = User.objects.create_user("rute", is_staff=True)
    views = ["view_lead", "view_empresa", "view_orcamento"]
    user.user_permissions.set(Permission.objects.filter(codename__in=[*views, *codenames]))
    client.force_login(user)
    return user


@pytest.fixture
def exporter(client):
    return person(client, "export_lead")


def taken(client, form="csv", where="lead", **filters) -> list[list[str]]:
    said = client.post(f"/admin/leads/{where}/exportar/", {"form": form}, query_params=filters)
    assert said.status_code == 200
    if form == "csv":
        return list(csv.reader(StringIO(said.content.decode("utf-8-sig")), delimiter=";"))
    sheet = load_workbook(BytesIO(said.content)).active
    return [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_short_list_comes_at_once(client, exporter, form):
    lead("5511900000001", nome="José", cidade="Itajaí", produto="FB300", volume="1500 hamburgueres/dia")

    header, row = taken(client, form)

    told = dict(zip(header, row, strict=True))
    assert (told["nome ou perfil"], told["cidade"], told["telefones"]) == ("José", "Itajaí", "5511900000001")
    assert (told["volume"], told["temperatura"]) == ("1.500 hambúrgueres/dia", "não classificado")


def test_the_list_is_what_its_filters_show_and_the_audit_says_which_but_not_what(client, exporter):
    lead(nome="Rute")
    Lead.objects.filter(pk=lead(nome="Marina").pk).update(temperature="quente")

    _, *rows = taken(client, temperature__exact="quente", q="Marina", o="1")

    assert [row[2] for row in rows] == ["Marina"]
    entry = AuditEntry.objects.get(action="lead.export")
    assert entry.actor == f"usuário:{exporter.pk}"
    assert (entry.subject_kind, entry.subject_id) == ("lead", None)
    assert entry.detail == {"rows": 1, "format": "csv", "filters": ["q", "temperature__exact"]}


@pytest.mark.parametrize("evil", ["=1+1", "+55", "-2", "@SUM(A1)", "\t=1", "  =cmd|' /C calc'!A0", "＝1", "\r=1"])
@pytest.mark.parametrize("form", list(Format))
def test_no_cell_is_a_formula(form, evil):
    content = write(form, ["a"], [[evil], ["normal - nada"], [7], [None]], sheet="x")

    if form is Format.CSV:
        cell = next(iter(list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))[1:]))[0]
    else:
        cells = [row[0] for row in load_workbook(BytesIO(content)).active.iter_rows(min_row=2)]
        assert [cell.data_type for cell in cells[:3]] == ["s", "s", "n"]
        cell = cells[0].value
    assert cell.startswith("'")
    assert safe("normal - nada") == "normal - nada"


def test_empresas_and_orcamentos_leave_the_same_way(client, exporter):
    empresa = Empresa.objects.create(nome="Burger do Zé", cnpj="69882044007797", created_at=now())
    Orcamento.objects.create(lead=lead(nome="Rute"), empresa=empresa, produto="FB300", created_at=now())

    assert "69.882.044/0077-97" in taken(client, where="empresa")[1]
    assert {"Rute", "Burger do Zé", "FB300"} <= set(taken(client, where="orcamento")[1])


@pytest.mark.parametrize("where", ["lead", "empresa", "orcamento"])
def test_who_may_only_look_takes_nothing_out(client, where):
    person(client)
    lead(nome="Rute")

    for ask in (client.get, client.post):
        assert ask(f"/admin/leads/{where}/exportar/", {"form": "csv"}).status_code == 403
    assert b"exportar/" not in client.get(f"/admin/leads/{where}/").content
    assert client.get("/admin/backoffice/exportrun/").status_code == 403
    assert not AuditEntry.objects.exists()


@pytest.fixture
def long(settings, client, exporter):
    """A list that the worker writes."""
    settings.EXPORT_DIRECT_ROWS = 1
    for name in ("Rute", "Marina"):
        lead(nome=name)
    said = client.post("/admin/leads/lead/exportar/", {"form": "csv"})
    run = ExportRun.objects.get()
    assert said["Location"] == f"/admin/backoffice/exportrun/{run.pk}/change/"
    return run


def page(client, run) -> str:
    return client.get(f"/admin/backoffice/exportrun/{run.pk}/change/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_long_list_is_written_by_the_worker_for_its_asker_alone(client, long):
    assert "0 de 2 linhas" in page(client, long)

    jobs.run_due("export")

    assert "Baixar o arquivo" in page(client, long)
    file = f"/admin/backoffice/exportrun/{long.pk}/arquivo/"
    assert "Marina" in client.get(file).content.decode("utf-8-sig")
    client.force_login(User.objects.create_superuser("outra"))
    assert client.get(file).status_code == 404
    assert "Nenhuma exportação longa" in client.get("/admin/backoffice/exportrun/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_file_is_removed_when_its_time_is_over(client, long, monkeypatch):
    jobs.run_due("export")
    assert exports.next_due() == long.remove_at
    later = long.remove_at + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    jobs.run_due("export")

    long.refresh_from_db()
    assert (long.status, long.content, long.keys) == (ExportRun.Status.REMOVED, None, [])
    assert "foi removido" in page(client, long)
    assert client.get(f"/admin/backoffice/exportrun/{long.pk}/arquivo/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_the_file_goes_with_a_person_who_is_erased(long):
    jobs.run_due("export")
    subject = Subject(Lead.objects.first().pk, {})
    (store,) = [one for one in privacy.registered() if one.label == "Planilhas exportadas"]
    assert store.find(subject) == [f"exportrun:{long.pk}"]

    assert store.erase(subject) == 1

    long.refresh_from_db()
    assert (long.content, store.find(subject)) == (None, [])


@pytest.fixture
def merger(client):
    return person(client, "merge_lead")


def test_two_leads_are_compared_and_joined(client, merger):
    one = lead("5511900000001", nome="Rute", cidade="Itu", cnpj="69882044007797")
    other = lead("5511900000002", nome="Rute", cidade="Itu", cnpj="11222333000181")
    listed = client.get("/admin/leads/lead/repetidos/").content.decode()
    address = f"/admin/leads/lead/repetidos/{one.pk}/{other.pk}/"
    assert address in listed
    assert "mesmo nome e cidade" in listed

    shown = client.get(address).content.decode()
    assert "CNPJ diferente" in shown
    assert "69.882.044/0077-97" in shown
    assert client.post(address, {"kept": str(other.pk)}).status_code == 200, "it must be confirmed"
    assert Lead.objects.count() == 2
    said = client.post(address, {"kept": str(other.pk), "sure": "on"})

    assert said["Location"] == f"/admin/leads/lead/{other.pk}/change/"
    assert Lead.objects.get() == other
    assert AuditEntry.objects.get(action="lead.merge").actor == f"usuário:{merger.pk}"


def test_two_people_are_told_apart(client, merger):
    one, other = lead(email="loja@burger.example"), lead(email="loja@burger.example")

    client.post(f"/admin/leads/lead/repetidos/{one.pk}/{other.pk}/diferentes/")

    assert "Nenhum lead repetido" in client.get("/admin/leads/lead/repetidos/").content.decode()
    assert Lead.objects.count() == 2


def test_two_marked_leads_may_be_compared_and_three_may_not(client, merger):
    keys = [str(lead(nome=name).pk) for name in ("Rute", "Marina", "Ana")]

    said = client.post("/admin/leads/lead/", {"action": "merge_marked", "_selected_action": keys[:2]})
    many = client.post("/admin/leads/lead/", {"action": "merge_marked", "_selected_action": keys}, follow=True)

    assert said["Location"] == f"/admin/leads/lead/repetidos/{keys[0]}/{keys[1]}/"
    assert "exatamente dois" in many.content.decode()


def test_who_may_not_join_leads_neither_sees_nor_does_it(client, exporter):
    one, other = lead(email="loja@burger.example"), lead(email="loja@burger.example")
    address = f"/admin/leads/lead/repetidos/{one.pk}/{other.pk}/"

    assert client.get("/admin/leads/lead/repetidos/").status_code == 403
    assert client.post(address, {"kept": str(one.pk), "sure": "on"}).status_code == 403
    assert client.post(f"{address}diferentes/").status_code == 403
    assert "repetidos" not in client.get("/admin/leads/lead/").content.decode()
    assert Lead.objects.count() == 2


def test_pages_ask_the_same_whatever_there_is(client, merger, django_assert_max_num_queries):
    for number in range(3):
        lead(nome="Rute", cidade="Itu", email=f"{number}@burger.example")
    one, other = Lead.objects.order_by("pk")[:2]

    with django_assert_max_num_queries(8):
        client.get("/admin/leads/lead/repetidos/")
    with django_assert_max_num_queries(14):
        client.get(f"/admin/leads/lead/repetidos/{one.pk}/{other.pk}/")
