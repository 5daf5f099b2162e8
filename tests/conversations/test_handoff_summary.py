"""What the person who picks a handoff up reads (domain.md, "Handoff summary fields")."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import handoff, handoff_summary
from conversations.handoff_summary import MAX_CHARS, UNKNOWN, Said, Told, Values, build
from conversations.models import Handoff
from knowledge import loader, queries
from leads import classification, services
from leads.models import Fact, Identity, Interest
from leads.temperature import Engagement
from tests.factories import ConversationFactory, IdentityFactory, MessageFactory, now

AT = datetime(2026, 11, 24, 12, 15, tzinfo=UTC)
FACTS = {
    "nome": Told("Patrícia", "Sou a Patrícia"),
    "empresa": Told("Casa do Burger", "da Casa do Burger"),
    "cidade": Told("Itajaí"),
    "uf": Told("SC"),
    "produto": Told("FB300", "quero a FB300"),
    "volume": Told("1500 hamburgueres/dia", "uns 1500 por dia"),
    "urgencia": Told("alta", "pra semana que vem"),
    "conhece_seleto": Told("nao", "não conhecia vocês"),
}
FIELDS = [
    "Canal",
    "Nome",
    "Empresa",
    "Localização",
    "Produto de interesse",
    "Capacidade/volume",
    "Urgência",
    "Já conhece a Seleto",
    "Observações",
    "Pontuação",
    "Falta saber",
    "Próximo passo sugerido",
]


def values(**fields):
    return Values(**{"reason": Handoff.Reason.HOT, "channel": "WhatsApp (principal)", **fields})


def read(note):
    return dict(line.split(": ", 1) for line in note.splitlines() if ": " in line and line[0] not in "[-")


def test_every_field_is_there_when_nothing_is_known():
    told = read(build(values(channel="")))

    assert set(FIELDS) <= set(told)
    assert {name for name, text in told.items() if text == UNKNOWN} == set(FIELDS) - {
        "Pontuação",
        "Falta saber",
        "Próximo passo sugerido",
    }


def test_facts_stand_with_the_leads_words():
    told = read(build(values(facts=FACTS, product_names={"FB300": "Formadora semiautomática"})))

    assert told["Nome"] == "Patrícia"
    assert told["Empresa"] == "Casa do Burger (“da Casa do Burger”)"
    assert told["Localização"] == "Itajaí/SC"
    assert told["Produto de interesse"] == "FB300, Formadora semiautomática (“quero a FB300”)"
    assert told["Capacidade/volume"] == "1.500 hambúrgueres/dia (“uns 1500 por dia”)"
    assert told["Urgência"] == "alta (até 30 dias) (“pra semana que vem”)"
    assert told["Já conhece a Seleto"] == "não (“não conhecia vocês”)"
    assert told["Falta saber"] == "CNPJ, e-mail"


def test_the_profiles_name_is_not_taken_for_the_leads_word():
    assert read(build(values(shown_name="Pati 🍔")))["Nome"] == f"{UNKNOWN} (no WhatsApp: Pati 🍔)"


def test_the_score_stands_with_its_reasons():
    note = build(values(temperature="quente", score=78, reasons=["Precisa em até 30 dias (“pra semana”)."]))

    assert "Pontuação: 78 de 100, quente\n- Precisa em até 30 dias (“pra semana”)." in note


def test_observations_hold_what_has_no_field_of_its_own():
    facts = {"segmento": Told("hamburgueria"), "cnpj": Told("11222333000181")}
    note = build(values(facts=facts, interests=["LINHA_ESPETO"], open_questions=["Qual o ruído em dB?"]))

    assert read(note)["Observações"] == (
        "segmento: hamburgueria; CNPJ: 11.222.333/0001-81; avisar quando houver: LINHA_ESPETO;"
        " pergunta em aberto: “Qual o ruído em dB?”"
    )


@pytest.mark.parametrize("reason", list(Handoff.Reason))
def test_every_reason_has_its_next_step_and_its_queue(reason):
    note = build(values(reason=reason))

    assert note.startswith(f"Repasse: {reason.label} (fila {Handoff.QUEUE_OF[reason].label})")
    assert read(note)["Próximo passo sugerido"]


def test_the_last_messages_say_who_and_when():
    note = build(values(messages=[Said(AT, "Lead", "Quero\ncomprar"), Said(AT, "Agente", "Claro!")]))

    assert note.endswith("Últimas mensagens:\n[24/11 09:15] Lead: Quero comprar\n[24/11 09:15] Agente: Claro!")


def test_a_flood_of_text_stays_within_bounds():
    facts = {name: Told("x" * 200, "palavra " * 60) for name in Fact.Field.values}
    messages = [Said(AT, "Lead", "a" * 60_000) for _ in range(40)]
    note = build(values(facts=facts, reasons=["r" * 900] * 9, messages=messages, open_questions=["q" * 500] * 3))

    assert len(note) <= MAX_CHARS
    assert all(f"{field}: " in note for field in FIELDS)
    assert "Últimas mensagens:" in note


@pytest.mark.django_db
def test_the_handoff_keeps_the_summary_of_its_moment(channel):
    loader.load()
    conversation = talked_with(channel)

    row = handoff.open_handoff(conversation, reason=Handoff.Reason.HOT, now=now())

    row.refresh_from_db()
    told = read(row.summary)
    assert told["Nome"] == "Patrícia"
    assert told["Canal"] == "WhatsApp (principal)"
    assert told["Pontuação"].endswith("morno")
    assert "avisar quando houver: LINHA_ESPETO" in told["Observações"]
    assert row.summary.endswith("Lead: Quero a FB300")
    assert "Apagada" not in row.summary


@pytest.mark.django_db
def test_a_handoff_that_is_open_already_keeps_its_summary(channel):
    conversation = talked_with(channel)
    first = handoff.open_handoff(conversation, reason=Handoff.Reason.HOT, now=now())
    MessageFactory.create(conversation=conversation, text="Mais uma coisa")

    again = handoff.open_handoff(conversation, reason=Handoff.Reason.ASKED_HUMAN, now=now())

    assert (again.pk, again.reason) == (first.pk, first.reason)
    assert "Mais uma coisa" not in again.summary


@pytest.mark.django_db
def test_reading_takes_two_statements(channel):
    loader.load()
    conversation = talked_with(channel)
    queries.products()

    with CaptureQueriesContext(connection) as statements:
        handoff_summary.of(conversation, Handoff.Reason.HOT)

    assert len([query for query in statements if "conversations_channel" not in query["sql"]]) == 2


def talked_with(channel):
    conversation = ConversationFactory.create(channel=channel, revision=1)
    IdentityFactory.create(lead=conversation.lead, display_name="Pati")
    Identity.objects.update(display_name="Pati")
    message = MessageFactory.create(conversation=conversation, text="Quero a FB300", revision=1)
    MessageFactory.create(conversation=conversation, text="Apagada", revision=0, deleted_at=now())
    services.record_facts(
        conversation.lead_id,
        [
            services.NewFact(field, value, Fact.Evidence.SAID, "mensagem", message.id, quote=value, start=0, end=1)
            for field, value in ((Fact.Field.NOME, "Patrícia"), (Fact.Field.PRODUTO, "FB300"))
        ],
        now=now(),
    )
    classification.reclassify(conversation.lead_id, Engagement(), now())
    Interest.objects.create(lead=conversation.lead, produto="LINHA_ESPETO", at=now())
    return conversation
