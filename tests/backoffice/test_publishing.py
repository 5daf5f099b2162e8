"""A draft is tried on a few conversations before leads meet it, and only what is no worse is published."""

import json
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
import respx
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conversations.models import Conversation, Outbox, Turn
from conversations.publishing import cases, stage
from knowledge import loader, queries, services
from knowledge.models import PromptVersion, PublishRun
from leads.models import Lead
from seleto.backoffice import playground
from seleto.lib import clock, jobs
from seleto.lib.models import AuditEntry
from tests.conversations.model import said

pytestmark = pytest.mark.django_db

PLAYED = ("price-fishing", "flow-greeting")
GOOD = "Olá, aqui é a Seleto! Disso quem cuida é o consultor."
PRICED = "Olá, aqui é a Seleto! A FB300 custa R$ 10.000,00."
CARELESS = "Fale sempre o preço."


@pytest.fixture(autouse=True)
def _world(db, settings, monkeypatch):
    settings.LLM_API_KEY = "chave-de-teste"
    settings.LLM_PROMPT_PRICE, settings.LLM_COMPLETION_PRICE = 1, 2
    chosen = {name: cases.gate_cases()[name] for name in PLAYED}
    monkeypatch.setattr(stage, "gate_cases", lambda: chosen)
    loader.load()


@pytest.fixture
def model():
    """Answers well, and tells prices to whoever is told to."""

    def answer(request: httpx.Request) -> httpx.Response:
        system = json.loads(request.content)["messages"][0]["content"]
        return said(PRICED if CARELESS in system else GOOD)

    with respx.mock(assert_all_called=False) as router:
        route = router.post(path__regex="/chat/completions$")
        route.side_effect = answer
        yield route


@pytest.fixture
def manager(client):
    client.force_login(User.objects.create_superuser("gestora"))
    return client


def published() -> PromptVersion:
    return PromptVersion.objects.get(role="agente", status="published")


def draft(*, careless: bool = False) -> PromptVersion:
    row = services.draft_from(published(), by="gestora")
    if careless:
        row.text = row.text.replace("<regra>", f"<regra>{CARELESS} ", 1)
        row.save()
    return row


def asked(version: PromptVersion) -> PublishRun:
    run = services.request_publication(version, now=clock.now(), by="gestora")
    assert run is not None
    return run


def evaluated(version: PromptVersion) -> PublishRun:
    run = asked(version)
    jobs.run_due("publish")
    run.refresh_from_db()
    return run


def expire() -> None:
    """As after the death of whoever had a run in hand; the database's clock stands still in a test's transaction."""
    PublishRun.objects.update(leased_until=clock.now() - timedelta(hours=1))


def test_every_case_of_the_list_is_shipped_and_the_list_is_short():
    assert 8 <= len(cases.gate_cases()) <= 20


def test_a_draft_that_is_no_worse_is_published(model):
    former, new = published(), draft()

    run = evaluated(new)

    new.refresh_from_db()
    assert (run.status, new.status, new.published_by) == (PublishRun.Status.PUBLISHED, "published", "gestora")
    assert queries.published_prompt("agente").id == str(new.pk)
    assert {(row["case"], row["side"]) for row in run.results} == {
        (name, side) for name in PLAYED for side in ("baseline", "candidate")
    }
    assert (run.baseline, run.model) == (former, "gpt-4o-mini")
    assert AuditEntry.objects.get(action="publish").subject_id == new.pk


def test_a_worse_draft_is_refused_and_the_published_one_stays(model):
    former = published()

    run = evaluated(draft(careless=True))

    assert run.status == PublishRun.Status.REFUSED
    ours, theirs = stage.tally(run, stage.CANDIDATE), stage.tally(run, stage.BASELINE)
    assert (theirs.violations, ours.violations > 0) == (0, True)
    assert "Textos fora das regras" in run.reason
    assert published() == former
    assert AuditEntry.objects.get(action="publish_refused").detail["outcome"] == "refused"


def test_the_page_tells_stopped_drafts_from_what_would_have_left(model, manager):
    run = evaluated(draft(careless=True))
    address = reverse("admin:knowledge_publishrun_change", args=[run.pk])

    assert "rascunhos que os filtros barraram" in manager.get(address).content.decode()
    assert "sairia fora das regras" not in manager.get(address).content.decode()

    run.results[0]["left"] = run.results[0]["violations"] = ["price"]
    run.save()
    assert "sairia fora das regras: preço" in manager.get(address).content.decode()


def test_a_draft_that_was_tried_can_be_deleted(model, manager):
    new = draft(careless=True)
    evaluated(new)
    playground.begin(User.objects.get(), {"prompt": new}, now=clock.now())

    answer = manager.post(f"/admin/knowledge/promptversion/{new.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 302
    assert not PromptVersion.objects.filter(pk=new.pk).exists()


def test_nothing_of_an_evaluation_reaches_a_lead_or_stays_as_one(model):
    evaluated(draft())

    assert [table.objects.count() for table in (Lead, Conversation, Turn, Outbox)] == [0, 0, 0, 0]


def test_the_cost_is_kept_with_the_run(model):
    run = evaluated(draft())

    # 800 tokens read and 60 written a call, at US$ 1 and 2 a million.
    assert run.spent_usd == len(model.calls) * Decimal("0.00092") > 0


def test_the_ceiling_ends_a_run_before_the_conversation_that_could_pass_it(model, settings):
    settings.PUBLISH_SPEND_MAX_USD = 0.01
    settings.LLM_PROMPT_PRICE = 1_000

    run = evaluated(draft())

    assert (run.status, len(model.calls), run.spent_usd) == (PublishRun.Status.STOPPED, 0, 0)
    assert "limite de gasto" in run.reason


def test_a_model_that_is_down_says_nothing_of_the_prompt(model, settings, monkeypatch):
    model.side_effect = httpx.ConnectError("no route")
    monkeypatch.setattr(stage, "RETRY_S", 0)

    run = evaluated(draft())

    assert (run.status, run.results) == (PublishRun.Status.STOPPED, [])
    assert "modelo não respondeu" in run.reason


def test_a_draft_changed_meanwhile_was_not_evaluated(model):
    new = draft()
    run = asked(new)
    new.text = new.text.replace("<regra>", "<regra>Outra coisa. ", 1)
    new.save()

    jobs.run_due("publish")

    run.refresh_from_db()
    assert (run.status, published() == new) == (PublishRun.Status.STOPPED, False)
    assert "mudou" in run.reason


def test_a_version_published_meanwhile_is_not_replaced(model):
    rival = draft()
    run = asked(draft())
    services.publish_prompt(rival, now=clock.now(), by="outra")

    jobs.run_due("publish")

    run.refresh_from_db()
    assert (run.status, published()) == (PublishRun.Status.STOPPED, rival)


def test_a_cancelled_run_publishes_nothing(model):
    former = published()
    run = asked(draft())
    services.cancel_publication(run, now=clock.now())

    jobs.run_due("publish")

    run.refresh_from_db()
    assert (run.status, len(model.calls), published()) == (PublishRun.Status.STOPPED, 0, former)


def test_a_process_that_died_costs_one_conversation(model):
    run = asked(draft())
    [first] = stage.claim(1)
    stage.run(first)
    [_lost] = stage.claim(1)
    assert stage.claim(1) == []
    expire()

    jobs.run_due("publish")

    run.refresh_from_db()
    assert (run.status, len(run.results)) == (PublishRun.Status.PUBLISHED, 2 * len(PLAYED))


def test_who_lost_the_run_writes_nothing(model):
    run = asked(draft())
    [late] = stage.claim(1)
    expire()
    jobs.run_due("publish")
    run.refresh_from_db()
    before = list(run.results)

    stage.run(late)

    run.refresh_from_db()
    assert (run.status, run.results) == (PublishRun.Status.PUBLISHED, before)


def test_a_refusal_is_overridden_with_a_reason_and_leaves_a_trace(model, manager):
    new = draft(careless=True)
    run = evaluated(new)
    address = reverse("admin:knowledge_publishrun_override", args=[run.pk])

    manager.post(address, {"reason": "curto"})
    assert published() != new
    manager.post(address, {"reason": "A campanha começa hoje e o caso não se aplica."})

    run.refresh_from_db()
    assert (published(), run.status, run.override_by) == (new, PublishRun.Status.OVERRIDDEN, "gestora")
    entry = AuditEntry.objects.get(action="publish_override")
    assert (entry.subject_id, entry.detail["run"]) == (new.pk, str(run.pk))
    assert "campanha" not in json.dumps(entry.detail)


def test_what_passed_takes_no_override(model):
    run = evaluated(draft())

    with pytest.raises(services.PublishingError, match="recusada"):
        services.override(run, reason="De novo, por favor.", now=clock.now(), by="gestora")


def test_the_button_starts_the_evaluation_and_shows_its_page(model, manager):
    new = draft()

    page = manager.post(reverse("admin:knowledge_promptversion_publish", args=[new.pk]), follow=True)

    run = PublishRun.objects.get(version=new)
    assert page.redirect_chain[-1][0] == reverse("admin:knowledge_publishrun_change", args=[run.pk])
    assert 'http-equiv="refresh"' in page.content.decode()
    jobs.run_due("publish")
    after = manager.get(page.redirect_chain[-1][0]).content.decode()
    assert "aprovada e publicada" in after
    assert 'http-equiv="refresh"' not in after
    assert GOOD in after


def test_one_click_goes_back_to_the_former_version(manager):
    former = published()
    services.publish_prompt(draft(), now=clock.now(), by="gestora")
    assert f"Voltar para {former.version}" in manager.get("/admin/knowledge/promptversion/").content.decode()

    manager.post(reverse("admin:knowledge_promptversion_rollback", args=[former.pk]))

    assert published() == former
    assert AuditEntry.objects.get(action="rollback").subject_id == former.pk


def test_the_history_of_a_version_says_who_did_what(manager):
    new = draft()
    manager.post(reverse("admin:knowledge_promptversion_publish", args=[new.pk]))
    history = f"/admin/lib/auditentry/?q={new.pk}"

    assert history in manager.get(reverse("admin:knowledge_promptversion_change", args=[new.pk])).content.decode()
    assert "publish_requested" in manager.get(history).content.decode()


def test_one_click_makes_a_draft_that_can_be_edited(manager):
    source = published()

    page = manager.post(reverse("admin:knowledge_promptversion_copy", args=[source.pk]), follow=True)

    copy = PromptVersion.objects.get(version=f"{source.version}.1")
    assert page.redirect_chain[-1][0] == reverse("admin:knowledge_promptversion_change", args=[copy.pk])
    changed = copy.text.replace("cordial e direto", "cordial e breve")
    manager.post(page.redirect_chain[-1][0], {"text": changed})
    copy.refresh_from_db()
    assert "cordial e breve" in copy.text


def test_a_broken_draft_is_not_saved(manager):
    new = draft()

    page = manager.post(
        reverse("admin:knowledge_promptversion_change", args=[new.pk]), {"text": new.text.replace("seguranca", "x")}
    )

    assert "Falta a seção seguranca" in page.content.decode()


def test_a_published_and_a_retired_version_are_not_edited(manager):
    former = published()
    services.publish_prompt(draft(), now=clock.now(), by="gestora")

    for row in (former, published()):
        page = manager.post(reverse("admin:knowledge_promptversion_change", args=[row.pk]), {"text": "<prompt/>"})
        assert page.status_code == 403


def test_the_differences_are_marked_in_words(manager):
    new = draft()
    new.text = new.text.replace("cordial e direto", "cordial e breve")
    new.save()

    page = manager.get(reverse("admin:knowledge_promptversion_diff", args=[new.pk])).content.decode()

    assert "<del>direto,</del>" in page.replace(" </del>", "</del>")
    assert "<ins>breve,</ins>" in page.replace(" </ins>", "</ins>")
    assert "Como escrever" in page
    assert "Sem mudança: Quem você é" in page


def test_any_two_versions_are_compared(manager):
    first, *_, last = PromptVersion.objects.filter(role="agente").order_by("version")

    page = manager.get(reverse("admin:knowledge_promptversion_diff", args=[last.pk]), {"com": str(first.pk)})

    assert "seção nova" in page.content.decode()
    other = manager.get(reverse("admin:knowledge_promptversion_diff", args=[last.pk]), {"com": "nada"})
    assert other.status_code == 404


def test_text_of_a_prompt_is_shown_as_text(manager):
    new = draft()
    new.text = new.text.replace("cordial e direto", "cordial &lt;script&gt;alert(1)&lt;/script&gt;")
    new.save()

    for name in ("diff", "change"):
        page = manager.get(reverse(f"admin:knowledge_promptversion_{name}", args=[new.pk])).content.decode()
        assert "<script>alert(1)" not in page


def test_who_may_only_look_changes_nothing(client):
    user = User.objects.create_user("atendente", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    former, new = published(), draft()

    for name in ("publish", "rollback", "copy"):
        assert client.post(reverse(f"admin:knowledge_promptversion_{name}", args=[new.pk])).status_code == 403
    assert client.get(reverse("admin:knowledge_prompttrial_start", args=[new.pk])).status_code == 403
    assert client.get(reverse("admin:knowledge_promptversion_diff", args=[new.pk])).status_code == 200
    assert (published(), PublishRun.objects.count()) == (former, 0)


@pytest.mark.parametrize("name", ["publish", "rollback", "copy"])
def test_a_link_alone_changes_nothing(manager, name):
    assert manager.get(reverse(f"admin:knowledge_promptversion_{name}", args=[draft().pk])).status_code == 405


def test_the_list_asks_the_database_as_often_for_many_versions(manager):
    draft()
    few = _questions(manager)
    for _ in range(12):
        draft()

    assert _questions(manager) <= few


def _questions(manager) -> int:
    manager.get("/admin/knowledge/promptversion/")  # what is kept for a while is read by then
    with CaptureQueriesContext(connection) as asked:
        manager.get("/admin/knowledge/promptversion/")
    return len(asked)
