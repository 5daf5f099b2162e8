"""What should stand in the CRM, by the rules of domain.md; no database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from crm import notes, plan
from crm.models import CrmOrigin, CrmSettings
from crm.values import Firm, Handed, Need, Told, Values
from leads.models import Temperature

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LEAD, ORCAMENTO, EMPRESA = UUID(int=1), UUID(int=2), UUID(int=3)
COMPLETE = {"nome": "Patrícia", "cidade": "Itajaí", "uf": "SC", "produto": "FB300", "urgencia": "alta"}
FIRM = Firm(EMPRESA, nome="Lenha Fictícia", cnpj="47081823000152", cidade="Itajaí", uf="SC")
NEED = Need(ORCAMENTO, empresa_id=EMPRESA, produto="FB300", necessidade="hamburguer", urgencia="alta")


def values(facts: dict[str, str] | None = None, **fields: object) -> Values:
    told = {name: Told(value, NOW, True) for name, value in (COMPLETE if facts is None else facts).items()}
    known = {
        "lead_id": LEAD,
        "created_at": NOW - timedelta(hours=1),
        "temperature": Temperature.WARM,
        "facts": told,
        "phones": ("5511900000001",),
        "firms": {EMPRESA: FIRM},
        "empresa_id": EMPRESA,
        "needs": (NEED,),
        "last_said_at": NOW - timedelta(minutes=1),
        "product_names": {"FB300": "FB300"},
    }
    return Values(**{**known, **fields})  # type: ignore[arg-type]


def made(known: Values, *origins: CrmOrigin, **rules: object) -> plan.Plan:
    return plan.make(known, CrmSettings(**{"stage_qualified_id": "2", **rules}), origins, now=NOW)


@pytest.mark.parametrize(
    ("temperature", "rules", "deals", "registered"),
    [
        ("quente", {}, 1, True),
        ("morno", {}, 1, True),
        ("morno", {"warm_deal": "nunca"}, 0, False),
        ("nao_classificado", {}, 1, True),
        ("frio", {}, 0, False),
        ("frio", {"cold_person": True}, 0, True),
        ("frio", {"cold_deal": True}, 1, True),
    ],
)
def test_each_class_has_what_the_rules_give_it(temperature, rules, deals, registered) -> None:
    found = made(values(temperature=temperature), **rules)

    assert len(found.deals) == deals
    assert (found.person is not None, bool(found.companies)) == (registered, registered)


def test_only_a_hot_lead_advances_its_deal() -> None:
    assert made(values(temperature="quente")).deals[0].advance_to == "2"
    assert made(values(temperature="quente"), stage_qualified_id="").deals[0].advance_to == ""
    assert made(values()).deals[0].advance_to == ""


def test_a_lead_whom_nobody_could_call_waits_for_a_phone_as_long_as_they_talk() -> None:
    found = made(values(phones=()))

    assert not found.deals
    assert found.person is None
    assert found.waits_until == NOW + timedelta(minutes=29)
    assert "falta um telefone ou e-mail" in found.words[1]


@pytest.mark.parametrize(
    "fields",
    [
        {"facts": {**COMPLETE, "email": "ana@exemplo.com.br"}},
        {"not_told": frozenset({"telefone"})},
        {"last_said_at": NOW - timedelta(hours=1)},
        {"temperature": "quente"},
    ],
    ids=["an e-mail", "will not tell", "gone quiet", "hot"],
)
def test_without_a_phone_it_waits_no_longer_than_it_helps(fields) -> None:
    assert len(made(values(phones=(), **fields)).deals) == 1


@pytest.mark.parametrize("missing", ["nome", "cidade", "uf", "urgencia"])
def test_a_warm_lead_waits_for_the_minimum(missing) -> None:
    facts = {name: value for name, value in COMPLETE.items() if name != missing}

    found = made(values(facts))

    assert found.deals == ()
    assert any("falta" in words for words in found.words)


def test_what_the_lead_would_not_tell_counts_as_answered_and_is_written_nowhere() -> None:
    found = made(values({**COMPLETE, "cidade": "Não informado", "uf": "não informado", "urgencia": "Não informado"}))

    assert found.deals[0].title == "Lead — FB300 — a definir"
    assert found.person is not None
    assert (found.person.cidade, found.person.uf) == ("", "")


def test_silence_is_enough_with_name_and_product() -> None:
    facts = {"nome": "Patrícia", "produto": "FB300"}

    talking = made(values(facts))
    silent = made(values(facts, last_said_at=NOW - timedelta(minutes=30)))
    nameless = made(values({"produto": "FB300"}, last_said_at=NOW - timedelta(days=1)))

    assert (talking.deals, talking.waits_until) == ((), NOW + timedelta(minutes=29))
    assert len(silent.deals) == 1
    assert (nameless.deals, nameless.waits_until) == ((), None)


def test_a_need_told_without_a_product_is_one() -> None:
    facts = {name: value for name, value in COMPLETE.items() if name != "produto"}

    found = made(values(facts, needs=(replace(NEED, produto="", necessidade="", volume="500/dia"),)))

    assert [deal.title for deal in found.deals] == ["Lead — a definir — Itajaí/SC"]


def test_what_stands_there_is_kept_true_whatever_the_class() -> None:
    found = made(values(temperature="frio", registered=True, needs=(replace(NEED, deal_id="9"),)))

    assert found.person is not None
    assert [(deal.may_create, deal.temperature) for deal in found.deals] == [(False, "frio")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"temperature": "quente"}, False),
        ({"temperature": "nao_classificado"}, False),
        ({"opted_out": True}, False),
        ({"handed": Handed(NOW, "pediu uma pessoa", "comercial")}, False),
        ({"needs": (replace(NEED, followed_up=True),)}, False),
        ({"last_said_at": NOW - timedelta(minutes=3)}, False),
    ],
)
def test_a_silent_warm_lead_is_followed_up_once(change, expected) -> None:
    known = values(**{"last_said_at": NOW - timedelta(hours=1), **change})

    found = made(known, follow_up_type_id="11", owner_id="22")

    assert (found.deals[0].follow_up is not None) is expected


def test_without_a_type_and_an_owner_there_is_no_task() -> None:
    assert made(values(last_said_at=NOW - timedelta(hours=1))).deals[0].follow_up is None


def test_the_most_telling_origin_wins() -> None:
    campaign = CrmOrigin(kind="campaign", value="Black Friday", origin_id="1")
    narrower = CrmOrigin(kind="campaign", value="Black Friday Hambúrguer", origin_id="4")
    origin = CrmOrigin(kind="origin", value="Instagram", origin_id="2")
    channel = CrmOrigin(kind="channel", value="principal", origin_id="3")
    known = values(referral={"title": "BLACK FRIDAY hamburguer 2026"}, origin="instagram", channel="principal")

    def of(*rules: CrmOrigin, known: Values = known) -> str:
        return made(known, *rules).deals[0].origin_id

    assert of(channel, origin, campaign, narrower) == "4"
    assert of(channel, origin, campaign) == "1"
    assert of(channel, origin) == "2"
    assert of(channel) == "3"
    assert of(known=values(channel="outro")) == "556735"


def test_a_title_takes_what_is_known_and_nothing_else() -> None:
    template = "{nome} / {empresa} — {produto} — {cidade}/{uf} {outro} {0}"

    found = made(values(), title_template=template).deals[0].title

    assert found == "Patrícia / Lenha Fictícia — FB300 — Itajaí/SC {outro} {0}"


def test_a_person_without_a_name_is_called_as_whatsapp_shows_them() -> None:
    known = values({"produto": "FB300"}, temperature="quente")
    assert made(replace(known, shown_name="Paty")).person.name == "Paty"  # type: ignore[union-attr]
    assert made(known).person.name == "Lead do WhatsApp"  # type: ignore[union-attr]


# --- The note


def _text(known: Values, need: Need = NEED) -> str:
    note, _ = notes.build(known, need)
    return "\n".join(line for title, lines in note.sections for line in (title, *lines))


def test_a_note_says_every_section_and_what_nobody_told() -> None:
    known = values({}, firms={}, empresa_id=None, phones=())

    text = _text(known, Need(ORCAMENTO))

    for title in (
        "Resumo do atendimento",
        "Dados do cliente",
        "Necessidade identificada",
        "Equipamento de interesse",
        "Classificação do lead",
        "Próximo passo",
    ):
        assert title in text
    assert text.count("Não informado") >= 10


def test_a_note_traces_the_price_that_was_told() -> None:
    assert "Preço informado ao lead pela exceção de lead frio: FB300, em 24/11/2026 às 09:00" in _text(
        values(disclosed=(("FB300", NOW),))
    )


def test_a_note_quotes_the_lead_and_shows_the_handover() -> None:
    known = values(handed=Handed(NOW, "lead quente", "comercial"))
    known = replace(known, facts={**known.facts, "urgencia": Told("alta", NOW, True, "preciso pra este mês")})

    text = _text(known)

    assert "Urgência: alta (até 30 dias) (“preciso pra este mês”)" in text
    assert "Repasse em 24/11/2026 às 09:00: lead quente (fila comercial)" in text
    assert "(DDD 11)" in text


@pytest.mark.parametrize(
    ("change", "new"),
    [
        ({"score": 71}, False),
        ({"summary": "Outra redação."}, False),
        ({"temperature": "quente"}, True),
        ({"interests": ("LINHA_ESPETO",)}, True),
    ],
)
def test_a_new_note_is_worth_writing_only_for_news(change, new) -> None:
    (_, before), (_, after) = notes.build(values(), NEED), notes.build(values(**change), NEED)

    assert (before != after) is new


def test_a_later_note_waits_for_silence_or_a_handover() -> None:
    noted = replace(NEED, deal_id="9", note_at=NOW - timedelta(minutes=5), note_digest="other")

    talking = made(values(needs=(noted,)))
    silent = made(values(needs=(noted,), last_said_at=NOW - timedelta(hours=1)))
    handed = made(values(needs=(noted,), handed=Handed(NOW, "lead quente", "comercial")))

    assert (talking.deals[0].note_due, talking.waits_until) == (False, NOW + timedelta(minutes=29))
    assert silent.deals[0].note_due
    assert handed.deals[0].note_due
