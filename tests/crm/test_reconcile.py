"""What people do in the CRM is met by comparing, told once, and put right by a button; over real HTTP."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django import Settings

from conversations.models import Handoff
from crm import drifts, gateways, reconcile, services
from crm.models import CrmLink, CrmSettings, CrmSync, Drift
from leads.models import Empresa, Lead, Orcamento, Temperature
from seleto.lib import privacy
from seleto.lib.models import AuditEntry
from tests.crm.memory import CNPJ, Told, lead_with, reclass, run_due, sync, told
from tests.crm.piperun import PipeRunAccount, started
from tests.sandbox.outside import Outside

pytestmark = pytest.mark.django_db

NOTHING = ""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Outside]:
    with started() as outside:
        yield outside


@pytest.fixture
def account(sandbox: Outside, settings: Settings) -> PipeRunAccount:
    settings.CRM_RETRY_S = 0
    return PipeRunAccount(sandbox, settings)


@pytest.fixture
def story(account: PipeRunAccount) -> SimpleNamespace:
    """A hot lead that stands in the CRM as it should, with the ids of its records there."""
    CrmSettings.objects.create(stage_qualified_id=account.next_stage_id)
    lead = lead_with()
    sync(lead)
    return there(lead, account)


def there(lead: Lead, account: PipeRunAccount) -> SimpleNamespace:
    need = Orcamento.objects.get(lead=lead)
    ids = {kind: CrmLink.objects.get(kind=kind, local_id=key).remote_id for kind, key in local_ids(lead, need).items()}
    return SimpleNamespace(lead=lead, need=need, account=account, **ids)


def local_ids(lead: Lead, need: Orcamento) -> dict[str, Any]:
    return {"empresa": lead.empresa_id, "pessoa": lead.pk, "oportunidade": need.pk}


def night(lead: Lead | None = None) -> list[reconcile.Seen]:
    gateway = gateways.current()
    assert gateway is not None
    return list(reconcile.everything(gateway, lead_ids=[lead.pk] if lead else []))


def open_drifts() -> list[tuple[str, str]]:
    return sorted(Drift.objects.filter(closed_at=None).values_list("kind", "repair"))


def record(story: SimpleNamespace, kind: str, id_: str) -> dict[str, Any]:
    rows = story.account.state()[kind]
    return next(row for row in rows if str(row["id"]) == id_)


def test_what_agrees_is_told_by_nobody_and_takes_few_calls(story) -> None:
    (seen,) = night()

    assert (seen.new, seen.found, open_drifts()) == (0, (), [])
    assert seen.requests <= 7
    assert {row["method"] for row in calls(story)} == {"GET"}


def calls(story: SimpleNamespace) -> list[dict[str, Any]]:
    """Those of the comparison alone."""
    story.account.admin("clear-calls")
    night(story.lead)
    found: list[dict[str, Any]] = story.account.outside.look("piperun/calls")["calls"]
    return found


# --- Each kind of disagreement, as people cause it: what is told, the proposal, and what stands there after it --------

Cause = Callable[[SimpleNamespace], None]


def delete(kind: str, key: str) -> Cause:
    return lambda story: story.account.admin("delete", kind=kind, id=int(getattr(story, key)), for_good=True)


def edit(kind: str, key: str, **values: Any) -> Cause:
    return lambda story: story.account.admin("edit", kind=kind, id=int(getattr(story, key)), values=values)


def steer(action: str) -> Cause:
    return lambda story: story.account.admin(action, id=int(story.oportunidade))


def twin(kind: str, key: str) -> Cause:
    return lambda story: story.account.admin("twin", kind=kind, id=int(getattr(story, key)))


def move_back(story: SimpleNamespace) -> None:
    story.account.admin("move", id=int(story.oportunidade), stage_id=int(story.account.stage_id))


def other_company(story: SimpleNamespace) -> None:
    other = story.account.type_in("company", name="Outra Empresa Fictícia")
    edit("persons", "pessoa", company_id=int(other))(story)


def other_person(story: SimpleNamespace) -> None:
    other = story.account.type_in("person", name="Outra Pessoa Exemplo")
    edit("deals", "oportunidade", person_id=int(other))(story)


def told_newer(story: SimpleNamespace) -> None:
    """A person changed the name there; the lead then said again what we had written."""
    edit("companies", "empresa", name="NOME ANTIGO LTDA")(story)
    told(story.lead, at=datetime.now(UTC) + timedelta(minutes=5), empresa="Restaurante Lenha Fictícia")


def second_code(story: SimpleNamespace) -> None:
    code = CrmLink.objects.get(kind="pessoa").code
    story.account.admin("seed", persons=[{"name": "Cópia Exemplo", "external_code": code}])


def second_reference(story: SimpleNamespace) -> None:
    code = CrmLink.objects.get(kind="oportunidade").code
    story.account.admin("seed", deals=[{"title": "Cópia", "reference": code, "person_id": int(story.pessoa)}])


def forgotten(story: SimpleNamespace) -> None:
    """Our link lost the id of a deal that stands there under our code."""
    CrmLink.objects.filter(kind="oportunidade").update(remote_id="", written={})
    Orcamento.objects.update(oportunidade_pipe_id=None)


def closed_here(story: SimpleNamespace) -> None:
    Orcamento.objects.update(status=Orcamento.Status.CLOSED, closed_at=datetime.now(UTC))


def unknown_deal(story: SimpleNamespace) -> None:
    delete("deals", "oportunidade")(story)
    CrmLink.objects.filter(kind="oportunidade").delete()


def parked(story: SimpleNamespace) -> None:
    CrmSync.objects.update(status="parked", reason="x", parked_at=datetime.now(UTC) - timedelta(hours=30))


SYNC, FORGET, RELINK, CLOSE = (str(value) for value in ("sincronizar", "esquecer", "religar", "encerrar"))
KINDS: list[tuple[str, Cause, str]] = [
    (drifts.GONE, delete("companies", "empresa"), FORGET),
    (drifts.GONE, delete("persons", "pessoa"), FORGET),
    (drifts.GONE, delete("deals", "oportunidade"), FORGET),
    (drifts.OUTDATED, told_newer, SYNC),
    (drifts.OTHER_COMPANY, other_company, SYNC),
    (drifts.WITHOUT_PERSON, edit("deals", "oportunidade", person_id=None), SYNC),
    (drifts.OTHER_PERSON, other_person, SYNC),
    (drifts.STAGE, move_back, SYNC),
    (drifts.CLOSED_THERE, steer("win"), CLOSE),
    (drifts.CLOSED_THERE, steer("lose"), CLOSE),
    (drifts.CLOSED_THERE, steer("freeze"), CLOSE),
    (drifts.CLOSED_THERE, lambda story: story.account.admin("delete", kind="deals", id=int(story.oportunidade)), CLOSE),
    (drifts.OPEN_THERE, closed_here, NOTHING),
    (drifts.UNLINKED, forgotten, RELINK),
    (drifts.UNKNOWN_DEAL, unknown_deal, FORGET),
    (drifts.TWO_COMPANIES, twin("companies", "empresa"), NOTHING),
    (drifts.SAME_PHONE, twin("persons", "pessoa"), NOTHING),
    (drifts.SAME_CODE, second_code, NOTHING),
    (drifts.SAME_CODE, second_reference, NOTHING),
    (drifts.PARKED, parked, SYNC),
]


@pytest.mark.parametrize(("kind", "cause", "repair"), KINDS)
def test_each_disagreement_is_told_once_with_its_repair_and_put_right(story, kind, cause, repair) -> None:
    cause(story)

    night()
    night()

    assert (kind, repair) in open_drifts()
    drift = Drift.objects.get(kind=kind, closed_at=None)
    assert drift.lead_id == story.lead.pk
    assert CNPJ not in str(drift.evidence)
    assert "Fictícia" not in str(drift.evidence)
    if repair == NOTHING:
        with pytest.raises(services.CannotRepair):
            services.repair(drift.pk, by="usuário:1", now=datetime.now(UTC))
        return
    services.repair(drift.pk, by="usuário:1", now=datetime.now(UTC))
    run_due()
    drift.refresh_from_db()
    assert (drift.closed_as, drift.closed_by) == ("reparada", "usuário:1")
    assert AuditEntry.objects.get(action="crm.repair").subject_id == drift.pk
    night()
    assert not Drift.objects.filter(kind=kind, closed_at=None).exists()


def test_a_repair_writes_what_it_says_and_nothing_else(story) -> None:
    told_newer(story)
    edit("companies", "empresa", website="https://escolhido.example.com")(story)
    night()

    services.repair(Drift.objects.get().pk, by="usuário:1", now=datetime.now(UTC))
    run_due()

    company = record(story, "companies", story.empresa)
    assert (company["name"], company["website"]) == ("Restaurante Lenha Fictícia", "https://escolhido.example.com")


def test_a_stage_moved_back_is_moved_on_when_a_person_says_so(story) -> None:
    move_back(story)
    night()
    assert Drift.objects.get().evidence["movida_por_pessoa"] is True

    services.repair(Drift.objects.get().pk, by="usuário:1", now=datetime.now(UTC))
    run_due()

    assert str(record(story, "deals", story.oportunidade)["stage_id"]) == story.account.next_stage_id


@pytest.mark.parametrize(
    "cause",
    [
        edit("companies", "empresa", name="RESTAURANTE LENHA FICTÍCIA LTDA ME"),
        edit("persons", "pessoa", name="Patrícia E. Exemplo"),
        edit("deals", "oportunidade", title="Negócio da Patrícia", temperature=4),
        lambda story: story.account.admin("move", id=int(story.oportunidade), stage_id=647560),
        lambda story: story.account.admin("note", id=int(story.oportunidade), text="liguei"),
    ],
)
def test_what_a_person_changed_over_there_stands(story, cause) -> None:
    cause(story)

    night()

    assert open_drifts() == []


def test_what_people_put_right_is_closed_by_itself(story) -> None:
    move_back(story)
    night()

    story.account.admin("move", id=int(story.oportunidade), stage_id=int(story.account.next_stage_id))
    night()

    drift = Drift.objects.get()
    assert (drift.closed_as, drift.closed_by) == ("sumiu", "sistema")


def test_what_a_person_calls_right_is_not_told_again_until_it_changes(story) -> None:
    steer("win")(story)
    night()
    services.ignore(Drift.objects.get().pk, by="usuário:1", now=datetime.now(UTC))

    night()
    assert open_drifts() == []

    steer("lose")(story)
    night()
    assert open_drifts() == [(drifts.CLOSED_THERE, CLOSE)]


def test_a_repair_of_what_changed_meanwhile_is_refused(story) -> None:
    steer("win")(story)
    night()
    steer("reopen")(story)

    with pytest.raises(services.CannotRepair):
        services.repair(Drift.objects.get().pk, by="usuário:1", now=datetime.now(UTC))

    assert Orcamento.objects.get().status == Orcamento.Status.OPEN
    assert Drift.objects.get().closed_at is None


def test_an_orcamento_closed_by_repair_begins_anew_for_a_lead_who_asked_again(story) -> None:
    steer("lose")(story)
    told(story.lead, at=datetime.now(UTC) + timedelta(minutes=5), volume="900 hamburgueres/dia")
    Orcamento.objects.update(volume="900 hamburgueres/dia")
    night()

    services.repair(Drift.objects.get(kind=drifts.CLOSED_THERE).pk, by="usuário:1", now=datetime.now(UTC))

    assert sorted(Orcamento.objects.values_list("status", flat=True)) == ["aberto", "encerrado"]


def test_a_hot_lead_handed_over_without_a_deal_is_found_and_gets_one(account) -> None:
    CrmSettings.objects.create(stage_qualified_id=account.next_stage_id)
    lead = lead_with()
    conversation = lead.conversations.get()
    Handoff.objects.create(
        conversation=conversation,
        reason=Handoff.Reason.HOT,
        queue=Handoff.Queue.SALES,
        opened_at=datetime.now(UTC) - timedelta(hours=1),
    )

    night()
    assert open_drifts() == [(drifts.HANDED_OVER, SYNC)]

    services.repair(Drift.objects.get().pk, by="usuário:1", now=datetime.now(UTC))
    run_due()
    night()
    assert (open_drifts(), account.count("deal")) == ([], 1)


def test_records_of_an_erased_lead_are_looked_for_until_they_are_gone(story) -> None:
    (store,) = [one for one in privacy.registered() if one.app == "crm"]
    store.erase(privacy.Subject(story.lead.pk, {}))
    Orcamento.objects.all().delete()

    night()
    assert open_drifts() == [(drifts.ERASED, NOTHING)] * 2

    delete("persons", "pessoa")(story)
    delete("deals", "oportunidade")(story)
    night()
    assert open_drifts() == []


def test_a_lead_with_news_waits_for_its_sync(story) -> None:
    CrmSync.objects.update(due_at=datetime.now(UTC) + timedelta(seconds=5))
    move_back(story)

    assert night() == []


def test_what_a_refused_search_hides_is_counted_and_stops_nobody(story) -> None:
    other = lead_with(Told(empresa="Casa de Carnes Fictícia", cnpj="90551247000199"), phone="5511900000002")
    sync(other)
    story.account.fault("unprocessable", "GET persons/*", times=1)

    seen = night()

    assert sorted(one.skipped for one in seen) == ["", "invalid_fields"]
    assert CrmSync.objects.filter(checked_at=None).count() == 0


def test_two_leads_of_one_company_tell_of_its_twin_once(story) -> None:
    other = lead_with(phone="5511900000002")
    assert Empresa.objects.count() == 1
    sync(other)
    twin("companies", "empresa")(story)

    night()

    assert open_drifts() == [(drifts.TWO_COMPANIES, NOTHING)]


def test_a_lead_that_cooled_keeps_its_stage_without_a_word(story) -> None:
    reclass(story.lead, Temperature.WARM)
    sync(story.lead)
    move_back(story)

    night()

    assert open_drifts() == []


def test_within_the_second_that_their_times_tell_a_person_s_word_stands(story) -> None:
    edit("companies", "empresa", name="NOME DE UMA PESSOA")(story)
    # Their times are Brasília's, without fractions.
    changed = datetime.fromisoformat(f"{record(story, 'companies', story.empresa)['updated_at']}-03:00")
    told(story.lead, at=changed + timedelta(milliseconds=900), empresa="Restaurante Lenha Fictícia")
    night()
    assert open_drifts() == []

    told(story.lead, at=changed + timedelta(seconds=1), empresa="Restaurante Lenha Fictícia")
    night()
    assert open_drifts() == [(drifts.OUTDATED, SYNC)]
