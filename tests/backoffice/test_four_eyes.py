"""What leads are told changes only once a second person has agreed, whichever page it is changed on."""

from datetime import date

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from knowledge import loader
from knowledge.models import (
    Article,
    Gap,
    Holiday,
    Phrase,
    PricePolicy,
    Product,
    ProductPrice,
    PromptVersion,
    SafetyRules,
    Synonym,
)
from knowledge.prompts import renamed
from seleto.backoffice import roles
from seleto.backoffice.four_eyes.picture import differences, picture
from seleto.backoffice.models import PendingChange
from seleto.lib.models import AuditEntry
from tests.factories import now

pytestmark = pytest.mark.django_db

RULES = "/admin/knowledge/safetyrules/1/change/"


def manager(name: str) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=roles.MANAGER))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def two(db):
    """Rute writes, Davi approves; the switch is on."""
    loader.load()
    roles.bring_up()
    SafetyRules.objects.update(four_eyes=True)
    return manager("rute"), manager("davi")


def synonym(client: Client, term: str = "chapinha", means: str = "hamburguer"):
    return client.post("/admin/knowledge/synonym/add/", {"term": term, "means": means})


def page(row: PendingChange, deed: str = "") -> str:
    return f"/admin/backoffice/pendingchange/{row.pk}/{deed or 'change'}/"


def decided(client: Client, deed: str = "aprovar", **fields: str) -> str:
    return client.post(page(PendingChange.objects.get(), deed), fields, follow=True).content.decode()


def form(row: Article, **changed: str) -> dict[str, str]:
    return {"code": row.code, "title": row.title, "text": row.text, "use": row.use, "active": "on"} | changed


def test_off_nothing_is_held(two):
    SafetyRules.objects.update(four_eyes=False)

    synonym(two[0])

    assert Synonym.objects.filter(term="chapinha").exists()
    assert not PendingChange.objects.exists()


def test_a_change_waits_and_tells_what_it_would_do(two):
    rute, davi = two
    row = Article.objects.order_by("code").first()

    said = rute.post(f"/admin/knowledge/article/{row.pk}/change/", form(row, title="Outro <b>título</b>"), follow=True)

    assert Article.objects.get(pk=row.pk).title == row.title
    assert "Nada mudou ainda" in said.content.decode()
    assert "com sucesso" not in said.content.decode()
    shown = davi.get(page(PendingChange.objects.get())).content.decode()
    assert "Outro" in shown
    assert "&lt;b&gt;" in shown
    assert "<b>título" not in shown
    assert "1 mudança espera" in davi.get("/admin/").content.decode()
    assert AuditEntry.objects.get(action="pending.ask")


def test_another_person_puts_it_in_force_with_history_and_audit(two):
    rute, davi = two
    row = Article.objects.order_by("code").first()
    rute.post(f"/admin/knowledge/article/{row.pk}/change/", form(row, title="Outro título"))

    assert "a mudança já vale" in decided(davi)

    assert Article.objects.get(pk=row.pk).title == "Outro título"
    record = Article.history.filter(id=row.pk).first()
    assert (record.history_user.username, record.history_change_reason) == ("rute", "aprovado por davi")
    held = PendingChange.objects.get()
    assert (held.status, held.decided_by, held.posted) == ("approved", "davi", {})
    assert AuditEntry.objects.get(action="pending.approve").actor == f"usuário:{User.objects.get(username='davi').pk}"
    assert AuditEntry.objects.filter(action="change", subject_kind="article").count() == 1


def test_nobody_approves_or_declines_their_own(two):
    rute, _ = two
    synonym(rute)

    assert "outra pessoa precisa olhar" in decided(rute)
    assert "desista dela" in decided(rute, "recusar", reason="não quero mais")
    assert PendingChange.objects.get().status == "waiting"
    assert "Você desistiu" in decided(rute, "desistir")
    assert "já foi decidida" in decided(rute, "desistir")
    assert not Synonym.objects.filter(term="chapinha").exists()


def test_another_one_declines_with_a_reason_and_cannot_withdraw(two):
    rute, davi = two
    synonym(rute)

    assert "Só quem pediu" in decided(davi, "desistir")
    assert "Escreva por que" in decided(davi, "recusar", reason="  ")
    assert "Mudança recusada" in decided(davi, "recusar", reason="não é assim que se diz")

    assert "não é assim que se diz" in rute.get(page(PendingChange.objects.get())).content.decode()
    assert not Synonym.objects.filter(term="chapinha").exists()


@pytest.mark.parametrize("deed", ["aprovar", "recusar"])
def test_who_may_not_publish_decides_nothing(two, deed):
    synonym(two[0])
    user = User.objects.create_user("auditora", is_staff=True)
    user.groups.add(Group.objects.get(name=roles.AUDITOR))
    client = Client()
    client.force_login(user)
    held = PendingChange.objects.get()

    assert client.get(page(held)).status_code == 200
    assert client.post(page(held, deed), {"reason": "porque sim"}).status_code == 403
    assert two[1].get(page(held, deed)).status_code == 405


def test_who_writes_without_the_right_to_publish_sees_their_own_change_alone(two):
    synonym(two[0])
    user = User.objects.create_user("redatora", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_synonym", "add_synonym"]))
    client = Client()
    client.force_login(user)

    said = synonym(client, term="redondo")

    mine, others = (PendingChange.objects.get(author_name=name) for name in ("redatora", "rute"))
    assert said["Location"] == page(mine)
    assert client.get(page(mine)).status_code == 200
    assert client.get(page(others)).status_code == 403
    assert client.get("/admin/backoffice/pendingchange/").status_code == 403


def test_the_approver_needs_the_right_to_the_change_itself(two):
    synonym(two[0])
    user = User.objects.create_user("publica", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="publish_knowledge"))
    client = Client()
    client.force_login(user)

    assert "o seu papel não pode" in decided(client)
    assert not Synonym.objects.filter(term="chapinha").exists()


def test_what_was_changed_meanwhile_is_not_put_in_force(two):
    rute, davi = two
    row = Article.objects.order_by("code").first()
    rute.post(f"/admin/knowledge/article/{row.pk}/change/", form(row, text="Novo texto do artigo."))
    Article.objects.filter(pk=row.pk).update(text="Alguém mudou antes.")

    assert "não se aplica mais" in decided(davi)

    assert Article.objects.get(pk=row.pk).text == "Alguém mudou antes."
    assert PendingChange.objects.get().status == "stale"


def test_the_checks_of_the_form_run_again(two):
    rute, davi = two
    phrase = {"situation": "espera", "language": "pt", "text": "Um momento, campeão.", "active": "on"}
    rute.post("/admin/knowledge/phrase/add/", phrase)
    SafetyRules.objects.update(forbidden="campeão")

    assert "barraria" in decided(davi)

    assert PendingChange.objects.get().status == "waiting"
    assert not Phrase.objects.filter(text=phrase["text"]).exists()


def test_the_same_request_twice_waits_once(two):
    synonym(two[0])
    said = synonym(two[0])

    assert PendingChange.objects.count() == 1
    assert said.status_code == 302


def _article(client):
    row = Article.objects.order_by("code").first()
    client.post(f"/admin/knowledge/article/{row.pk}/change/", form(row, text="Novo texto."))


def _product(client):
    row = Product.objects.get(pk="FB300")
    rows = {"attributes-TOTAL_FORMS": "1", "attributes-INITIAL_FORMS": "0", "attributes-0-name": "producao_dia"}
    empty = {"handouts-TOTAL_FORMS": "0", "handouts-INITIAL_FORMS": "0"}
    fields = {"name": row.name, "description": "Outra descrição", "aliases": row.aliases, "available": "on"}
    client.post("/admin/knowledge/product/FB300/change/", fields | rows | empty | {"attributes-0-text": "mil por dia"})


def _phrase(client):
    row = Phrase.objects.order_by("pk").first()
    client.post(
        f"/admin/knowledge/phrase/{row.pk}/change/",
        {"situation": row.situation, "language": row.language, "text": "Só um momento."},
    )


def _delete(client):
    row = Synonym.objects.order_by("pk").first()
    client.post(f"/admin/knowledge/synonym/{row.pk}/delete/", {"post": "yes"})


def _delete_many(client):
    keys = [str(key) for key in Synonym.objects.order_by("pk").values_list("pk", flat=True)[:2]]
    data = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    client.post("/admin/knowledge/synonym/", data)


def _policy(client):
    client.post("/admin/knowledge/pricepolicy/1/change/", {"cold_lead_exception": "on", "confirm": "on"})


def _price(client):
    price = {"product": "FB300", "amount": "18900", "valid_from_date": "01/11/2026"}
    client.post("/admin/knowledge/productprice/add/", price)


def _rules(client):
    client.post(RULES, {"questions": "1", "forbidden": "concorrente", "four_eyes": "on"})


def _switch_off(client):
    client.post(RULES, {"questions": "2", "forbidden": "", "confirm": "on"})


def _restore(client):
    row = Synonym.objects.create(term="chapa larga", means="hamburguer")
    row.means = "bife"
    row.save()
    former = Synonym.history.filter(id=row.pk).last()
    client.post(f"/admin/knowledge/synonym/{row.pk}/history/{former.pk}/")


def _import(client):
    sheet = SimpleUploadedFile("s.csv", b"termo do cliente;termo dos artigos\nprensadinha;hamburguer\n")
    preview = client.post("/admin/knowledge/synonym/import/", {"import_file": sheet, "resource": "0"})
    data = {field.html_name: field.value() for field in preview.context["confirm_form"]}
    client.post("/admin/knowledge/synonym/process_import/", data)


def _gap(client):
    gap = Gap.objects.create(
        key="geral: tomada", question="Qual é a tomada?", first_asked_at=now(), last_asked_at=now(), product_id="FB300"
    )
    client.post(f"/admin/knowledge/gap/{gap.pk}/change/", {"product": "FB300", "answer": "A tomada é de 220 V."})


def _draft(role: str = "resumo") -> PromptVersion:
    live = PromptVersion.objects.get(role=role, status="published")
    return PromptVersion.objects.create(role=role, version="v9", text=renamed(live.text, "v9"))


def _publish(client):
    client.post(f"/admin/knowledge/promptversion/{_draft().pk}/publicar/")


def _evaluate(client):
    client.post(f"/admin/knowledge/promptversion/{_draft('agente').pk}/publicar/")


def _roll_back(client):
    former = _draft()
    PromptVersion.objects.filter(pk=former.pk).update(status="retired", published_at=now())
    client.post(f"/admin/knowledge/promptversion/{former.pk}/voltar/")


def _trial(client):
    client.post(f"/admin/knowledge/prompttrial/iniciar/{_draft('agente').pk}/", {"share": "10"})


def _company(client):
    names = "name site catalogue_url address phone email hours time_zone holidays_of".split()
    from knowledge.models import CompanyProfile

    row = CompanyProfile.objects.get()
    fields = {name: getattr(row, name) for name in names}
    client.post("/admin/knowledge/companyprofile/1/change/", fields | {"hours": "de segunda a sábado"})


def _file(client):
    content = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    file = SimpleUploadedFile("catalogo.pdf", content, "application/pdf")
    fields = {"kind": "catalogue", "title": "Catálogo", "upload": file, "on_request": "on", "active": "on"}
    client.post("/admin/conversations/handout/add/", fields)


DOORS = [
    _article, _product, _phrase, _delete, _delete_many, _policy, _price, _rules, _switch_off, _restore, _import, _gap,
    _publish, _evaluate, _roll_back, _trial, _company, _file,
]  # fmt: skip


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__.strip("_"))
def test_every_way_to_change_it_is_held_and_does_the_same_once_approved(two, door, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    rute, davi = two
    before = None

    class Watching(Client):
        def post(self, *args, **kwargs):
            nonlocal before
            before = picture()
            return rute.post(*args, **kwargs)

    door(Watching())

    held = PendingChange.objects.get()
    assert differences(before, picture()) == []
    assert not list(tmp_path.rglob("*.pdf"))
    assert "a mudança já vale" in decided(davi), held.changes
    assert differences(before, picture()) == held.changes


def test_what_no_lead_hears_of_goes_on_at_once(two):
    rute, _ = two
    row = Article.objects.order_by("code").first()
    draft = _draft("agente")

    rute.post("/admin/knowledge/article/", {"action": "reviewed", "_selected_action": [str(row.pk)]})
    rute.post(f"/admin/knowledge/promptversion/{draft.pk}/change/", {"text": draft.text.replace("Seleto", "Casa", 1)})
    rute.post(
        "/admin/knowledge/holiday/add/",
        {"name": "Feira", "kind": "closed", "start_date": "01/12/2026", "end_date": "02/12/2026"},
    )

    assert not PendingChange.objects.exists()
    assert Article.objects.get(pk=row.pk).reviewed_on
    assert "Casa" in PromptVersion.objects.get(pk=draft.pk).text
    assert Holiday.objects.filter(start_date=date(2026, 12, 1)).exists()


def test_a_loosening_needs_two_who_may_loosen(two):
    rute, _ = two
    rute.post("/admin/knowledge/pricepolicy/1/change/", {"cold_lead_exception": "on", "confirm": "on"})
    user = User.objects.create_user("cuidadosa", is_staff=True)
    codes = ["publish_knowledge", "view_pricepolicy", "change_pricepolicy"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client = Client()
    client.force_login(user)

    assert "não afrouxá-las" in decided(client)

    assert not PricePolicy.objects.get().cold_lead_exception
    assert PendingChange.objects.get().status == "waiting"


def test_it_is_switched_on_only_where_two_may_publish(two):
    SafetyRules.objects.update(four_eyes=False)
    User.objects.filter(username="davi").update(is_active=False)
    rute = two[0]

    said = rute.post(RULES, {"questions": "2", "forbidden": "", "four_eyes": "on"})
    assert "Ainda não há duas pessoas" in said.content.decode()

    User.objects.filter(username="davi").update(is_active=True)
    assert rute.post(RULES, {"questions": "2", "forbidden": "", "four_eyes": "on"}).status_code == 302
    assert SafetyRules.objects.get().four_eyes
    assert not ProductPrice.objects.exists()
