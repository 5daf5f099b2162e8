"""Chatwoot misbehaves, its people delete, merge and talk at once: nothing missing, nothing twice, the lead served."""

import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.db.models import Q, QuerySet

from conversations.models import ChatwootInbox, ChatwootLink, Conversation, Event, Message, Turn
from seleto.lib import clock
from tests.flows.pipe import Pipe, later, new_lead, until

pytestmark = pytest.mark.xdist_group("installation")

FULL = os.environ.get("CHAOS_FULL") == "1"
BIANCA, CAIO = 11, 12
API = "/chatwoot/api/v1/accounts/1"
# Every kind of call that writes, and those that look before it.
CALLS = [
    f"{API}/contacts/filter",
    f"{API}/contacts",
    f"{API}/conversations",
    f"{API}/conversations/*/messages",
    f"{API}/conversations/*/labels",
    f"{API}/conversations/*/custom_attributes",
    f"{API}/conversations/*/toggle_status",
]
FAILURES: list[dict[str, Any]] = [
    *({"status": status, "after": after} for status in (401, 404, 422, 429, 500) for after in (False, True)),
    {"drop": "before"},
    {"drop": "after"},
]
SHOWN = ["received", "sent", "delivered", "read", "played", "unknown", "failed"]


def lead_in_chatwoot(pipe: Pipe, text: str = "Quero conhecer a FB300.") -> str:
    """A lead who was answered and whose conversation stands in Chatwoot, with no webhook under way."""
    lead = new_lead()
    pipe.writes(lead, text)
    settled(pipe, lead)
    return lead


def settled(pipe: Pipe, *leads: str) -> None:
    until(lambda: all(pipe.received(lead) for lead in leads), what="the lead is answered")
    until(pipe.idle, what="the pipe is idle")
    until(lambda: all(mirrored(pipe, lead) for lead in leads), what="both sides stand in Chatwoot, once and in order")
    until(pipe.idle, what="every webhook is answered")


def link_of(lead: str) -> QuerySet[ChatwootLink]:
    return ChatwootLink.objects.filter(lead__conversations__address=lead)


def number_of(lead: str) -> int:
    found = link_of(lead).values_list("display_id", flat=True).first()
    return int(found or 0)


def mirrored(pipe: Pipe, lead: str) -> bool:
    number = number_of(lead)
    return bool(number) and thread(pipe, number) == said(lead)


def thread(pipe: Pipe, number: int) -> list[tuple[str, str]]:
    rows = pipe.get("chatwoot/state", conversation=str(number))["messages"]
    return [
        ("lead" if row["message_type"] == "incoming" else "nosso", row["content"])
        for row in rows
        if row["message_type"] != "activity" and not row["private"]
    ]


def said(lead: str) -> list[tuple[str, str]]:
    rows = Message.objects.filter(conversation__address=lead, status__in=SHOWN)
    return [
        ("lead" if row.author == Message.Author.LEAD else "nosso", row.text)
        for row in rows.order_by("sent_at", "revision", "created_at")
    ]


def types(pipe: Pipe, lead: str, text: str, agent: int = BIANCA, **how: Any) -> None:
    pipe.tell("chatwoot/message", conversation=number_of(lead), agent=agent, text=text, **how)


def person_is_heard(pipe: Pipe, lead: str, *texts: str) -> None:
    until(lambda: set(texts) <= set(pipe.told(lead)), what="the SDR's words reach the lead")
    pipe.calm()
    assert [pipe.told(lead).count(text) for text in texts] == [1] * len(texts)
    assert Conversation.objects.get(address=lead, closed_at=None).owner == "human"


@contextmanager
def hour_later(pipe: Pipe) -> Iterator[None]:
    """An hour passes for everybody, and is taken back afterwards."""
    with later(timedelta(hours=1)):  # ours first: the webhooks of that hour come when the sandbox's clock is moved
        pipe.tell("clock", offset_s=3600)
        try:
            yield
        finally:
            pipe.tell("clock", offset_s=0)


# --- Webhooks --------------------------------------------------------------------------------------------------------


def test_a_lost_webhook_is_made_up_for_by_asking(pipe: Pipe) -> None:
    lead = lead_in_chatwoot(pipe)
    pipe.fault("webhook:chatwoot/inbox/message_created", drop="before", times=1)

    types(pipe, lead, "Oi, é a Bianca.")
    link_of(lead).update(polled_at=None)

    person_is_heard(pipe, lead, "Oi, é a Bianca.")


def test_webhooks_twice_and_out_of_order_have_one_effect_each(pipe: Pipe) -> None:
    lead = lead_in_chatwoot(pipe)
    pipe.fault("webhook:chatwoot/inbox/message_created", reorder=True, duplicate=2, times=1)

    types(pipe, lead, "Oi, é a Bianca.", wait=False)
    types(pipe, lead, "Posso ligar?")

    person_is_heard(pipe, lead, "Oi, é a Bianca.", "Posso ligar?")


def test_a_webhook_late_by_an_hour_still_takes_over_and_repeats_nothing(pipe: Pipe) -> None:
    lead, asked = lead_in_chatwoot(pipe), lead_in_chatwoot(pipe)
    pipe.fault("webhook:chatwoot/inbox/message_created", latency_s=3600, times=2)
    types(pipe, lead, "Oi, é a Bianca.", wait=False)
    types(pipe, asked, "E eu sou o Caio.", agent=CAIO, wait=False)
    link_of(asked).update(polled_at=None)
    until(lambda: "E eu sou o Caio." in pipe.told(asked), what="asking was quicker")
    assert "Oi, é a Bianca." not in pipe.told(lead)

    with hour_later(pipe):
        person_is_heard(pipe, lead, "Oi, é a Bianca.")
        person_is_heard(pipe, asked, "E eu sou o Caio.")


# --- Calls -----------------------------------------------------------------------------------------------------------


def test_every_kind_of_call_may_fail_before_and_after_its_effect(pipe: Pipe) -> None:
    """Each failure strikes each kind of call at least once, over leads that write at the same time."""
    rules = [(call, failure) for call in CALLS for failure in FAILURES] * (10 if FULL else 1)
    random.Random(5).shuffle(rules)
    for call, failure in rules:
        pipe.fault(call, times=1, **failure)
    leads = [new_lead() for _ in range(60 if FULL else 10)]

    for text in ("Sou a Marina, quero a FB300.", "E a FB700?"):
        for lead in leads:
            pipe.writes(lead, text)
        until(lambda: all(len(pipe.replies(lead)) >= 1 for lead in leads), what="every lead is served meanwhile")
        until(pipe.idle, what="the pipe is idle")
    until(lambda: not _rules_left(pipe, leads), what="every fault has struck")

    settled(pipe, *leads)
    people = pipe.get("chatwoot/state")
    for lead in leads:
        link = link_of(lead).distinct().get()
        mine = [row for row in people["contacts"] if row["identifier"] == f"seleto:{link.lead_id}"]
        assert len(mine) == 1
        (row,) = [row for row in people["conversations"] if row["contact_id"] == mine[0]["id"]]
        assert row["custom_attributes"]["seleto_nome"] == "Marina"


def _rules_left(pipe: Pipe, leads: list[str]) -> int:
    """How many faults have not struck yet; the leads' attributes and labels are written again so that they may."""
    links = ChatwootLink.objects.filter(lead__conversations__address__in=leads, due_at=None)
    for link in links.distinct():
        ChatwootLink.objects.filter(pk=link.pk, due_at=None).update(
            written={"conversation": link.display_id}, due_at=clock.now()
        )
    left = [rule for rule in pipe.get("faults")["faults"] if rule["endpoint"] in CALLS]
    # Only a new lead has a contact made; one at a time, or a slow machine drowns in them.
    under_way = ChatwootLink.objects.filter(Q(display_id=None, status="ready") | ~Q(leased_until=None)).exists()
    if {rule["endpoint"] for rule in left} <= set(CALLS[:3]) and left and not under_way:
        pipe.writes(new_lead(), "Quero conhecer a FB300.")
    return len(left)


def test_a_server_that_does_not_answer_in_time_gets_nothing_twice(pipe: Pipe) -> None:
    pipe.fault(f"{API}/conversations/*/messages", latency_s=2, after=True, times=1)

    lead_in_chatwoot(pipe)


# --- What people do over there ---------------------------------------------------------------------------------------


def test_resolved_there_the_next_message_is_the_agents(pipe: Pipe) -> None:
    lead = lead_in_chatwoot(pipe)
    types(pipe, lead, "Fechamos então!")
    person_is_heard(pipe, lead, "Fechamos então!")
    until(lambda: _status(pipe, lead) == "open", what="shown as a person's")

    pipe.tell("chatwoot/status", conversation=number_of(lead), status="resolved")
    until(lambda: Conversation.objects.filter(address=lead, owner="nobody").exists(), what="nobody is in charge")
    pipe.writes(lead, "Vocês vendem a FB700?")

    until(lambda: len(pipe.replies(lead)) == 2, what="the agent answers")
    until(lambda: _status(pipe, lead) == "pending", what="shown as the agent's")


def test_deleted_there_a_conversation_goes_on_in_a_new_one(pipe: Pipe) -> None:
    lead = lead_in_chatwoot(pipe)
    before, old = number_of(lead), len(said(lead))
    pipe.tell("chatwoot/delete-conversation", conversation=before)

    pipe.writes(lead, "Vocês vendem a FB700?")
    until(lambda: len(pipe.replies(lead)) == 2, what="the agent answers")
    until(lambda: number_of(lead) not in (0, before), what="it goes on in another conversation")
    pipe.calm()

    until(lambda: thread(pipe, number_of(lead)) == said(lead)[old:], what="what is new stands there")
    types(pipe, lead, "Oi, é a Bianca.")
    person_is_heard(pipe, lead, "Oi, é a Bianca.")


def test_a_merged_contact_keeps_its_conversation(pipe: Pipe) -> None:
    lead = lead_in_chatwoot(pipe)
    token = ChatwootInbox.objects.get(channel__slug="principal").credentials["user_token"]
    base = f"{ChatwootInbox.objects.get(channel__slug='principal').base_url}/api/v1/accounts/1"
    answer = httpx.post(
        f"{base}/contacts", json={"name": "Cadastro antigo"}, headers={"api_access_token": token}, trust_env=False
    )
    other = answer.raise_for_status().json()["payload"]["contact"]["id"]
    pipe.tell("chatwoot/merge", base=other, merged=link_of(lead).values_list("contact_id", flat=True).first())

    pipe.writes(lead, "Sou a Marina, de Itajaí.")
    until(lambda: len(pipe.replies(lead)) == 2, what="the agent answers")
    settled(pipe, lead)

    until(lambda: link_of(lead).filter(contact_id=other).exists(), what="the contact is the one that is left")
    types(pipe, lead, "Oi, é a Bianca.")
    person_is_heard(pipe, lead, "Oi, é a Bianca.")


def test_two_sdrs_at_once_are_both_heard(pipe: Pipe) -> None:
    lead = lead_in_chatwoot(pipe)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda who: types(pipe, lead, f"Oi, aqui é {who}.", agent=who), (BIANCA, CAIO)))

    person_is_heard(pipe, lead, "Oi, aqui é 11.", "Oi, aqui é 12.")


@pytest.mark.parametrize(("mode", "calls"), [("normal", 1), ("price_leak", 2)])
def test_i5_an_sdr_who_types_while_the_model_thinks_has_the_only_word(pipe: Pipe, mode: str, calls: int) -> None:
    lead = lead_in_chatwoot(pipe)
    told, asked = pipe.told(lead), len(pipe.get("model/calls")["calls"])
    pipe.model(mode=mode, latency_s=1.5)
    pipe.writes(lead, "E a FB700?")
    until(lambda: len(pipe.get("model/calls")["calls"]) >= asked + calls, what="the model is asked")
    assert Turn.objects.filter(conversation__address=lead, status=Turn.Status.RUNNING).exists()

    types(pipe, lead, "Deixa comigo!")

    person_is_heard(pipe, lead, "Deixa comigo!")
    assert pipe.told(lead) == [*told, "Deixa comigo!"]
    assert not Event.objects.filter(status=Event.Status.PARKED).exists()


def test_many_first_messages_at_once_make_one_contact_and_one_conversation_each(pipe: Pipe) -> None:
    leads = [new_lead() for _ in range(1_000 if FULL else 40)]
    past = datetime.now(UTC) - timedelta(days=3)  # too old to be answered: only the mirror has work to do
    bodies = [pipe.message(lead, "Bom dia", at=past) for lead in leads for _ in range(2)]

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(pipe.post, bodies)) == {200}
    done = {"due_at": None, "leased_until": None}
    until(lambda: link_of_all(leads).filter(**done).count() == len(leads), what="all stand in Chatwoot")

    state = pipe.get("chatwoot/state")
    ours = {f"seleto:{lead_id}" for lead_id in link_of_all(leads).values_list("lead_id", flat=True)}
    contacts = [row["id"] for row in state["contacts"] if row["identifier"] in ours]
    conversations = [row["id"] for row in state["conversations"] if row["contact_id"] in contacts]
    messages = [row for row in state["messages"] if row["conversation_id"] in conversations and row["content"]]
    assert (len(ours), len(contacts), len(conversations)) == (len(leads), len(leads), len(leads))
    assert sum(row["message_type"] == "incoming" for row in messages) == len(bodies)


def link_of_all(leads: list[str]) -> QuerySet[ChatwootLink]:
    addresses = Conversation.objects.filter(address__in=leads).values("lead_id")
    return ChatwootLink.objects.filter(lead_id__in=addresses, display_id__isnull=False)


def _status(pipe: Pipe, lead: str) -> str:
    (row,) = pipe.get("chatwoot/state", conversation=str(number_of(lead)))["conversations"]
    return str(row["status"])
