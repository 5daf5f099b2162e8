"""Whether a recorded history keeps the invariants of the design (I1–I12). Pure: a history in, what it broke out.

Every check says in its text which rows it is about by their kind and number, never what a lead wrote.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.chaos.history import History, Row

_FINAL_OUTBOX = frozenset({"sent", "unknown", "parked", "cancelled"})
_MAY_HAVE_LEFT = frozenset({"sent", "unknown"})
_HANDED = "lead_quente pediu_humano orcamento_formal insistencia_preco duvida_tecnica suporte_tecnico reclamacao"
HANDOFF_REASONS = frozenset(
    [*_HANDED.split(), *"pedido_titular fornecedor candidato fora_do_escopo idioma falha_agente".split()]
)


@dataclass(frozen=True, slots=True)
class Broken:
    """``invariant`` as the design numbers them."""

    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


def judge(history: History) -> list[Broken]:
    """Everything the history breaks, in the order of the invariants."""
    return [Broken(name, what) for name, check in CHECKS for what in check(history)]


def unknowns(history: History) -> list[Row]:
    """Rows of which nobody knows whether they left: listed for a person, never repeated."""
    return [row for row in history.table("outbox") if row["status"] == "unknown"]


def _by(rows: list[Row], key: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def nothing_accepted_is_lost(history: History) -> Iterator[str]:
    stored = {row["provider_id"] for row in history.table("messages") if row["author"] == "lead"}
    for hook in history.webhooks:
        if hook["status"] == 200 and hook.get("answered", True) and hook["id"] not in stored:
            yield f"webhook {hook['id']} was answered 200 and no message came of it"
    for event in history.table("events"):
        if event["status"] == "new":
            yield f"event {event['key']} is still waiting"
    parked = {row["conversation_id"] for row in history.table("turns") if row["status"] == "parked"}
    owed = _by([row for row in history.table("messages") if row["author"] == "lead"], "conversation_id")
    for talk in history.table("conversations"):
        if talk["owner"] != "agent" or talk["closed_at"] is not None or talk["id"] in parked:
            continue
        waits = [
            row
            for row in owed.get(talk["id"], [])
            if row["revision"] > talk["answered_revision"] and row["deleted_at"] is None and row["type"] != "reaction"
        ]
        if waits and talk["turn_due_at"] is None and any(row["own_words"] for row in waits):
            yield f"conversation {talk['id']} has {len(waits)} unanswered messages and no turn to come"
    for row in history.table("outbox"):
        if row["status"] not in _FINAL_OUTBOX:
            yield f"outbox row {row['id']} is still {row['status']}"


def one_effect_each(history: History) -> Iterator[str]:
    counts = Counter(row["provider_id"] for row in history.table("messages") if row["provider_id"])
    for provider_id, count in counts.items():
        if count > 1:
            yield f"message {provider_id} stands {count} times"
    typed = Counter(
        row["chatwoot_id"]
        for row in history.table("messages")
        if row["author"] == "person" and row["chatwoot_id"] is not None
    )
    for number, count in typed.items():
        if count > 1:
            yield f"the SDR's message {number} was forwarded {count} times"
    shown = Counter(row["source_id"] for row in history.chatwoot if str(row["source_id"] or "").startswith("seleto:"))
    for source, count in shown.items():
        if count > 1:
            yield f"{source} stands {count} times in Chatwoot"


def one_turn_at_a_time(history: History) -> Iterator[str]:
    for talk, turns in _by(history.table("turns"), "conversation_id").items():
        if any(turn["status"] == "running" for turn in turns):
            yield f"a turn of conversation {talk} still runs"
        replied = [turn for turn in turns if turn["status"] in ("replied", "silent")]
        for before, after in pairwise(replied):
            if after["read_revision"] <= before["read_revision"]:
                yield f"turns {before['id']} and {after['id']} answered the same messages"
            if before["finished_at"] and after["started_at"] < before["finished_at"]:
                yield f"turns {before['id']} and {after['id']} ran at the same time"
    orders = {row["provider_id"]: row["order"] for row in history.table("outbox") if row["provider_id"]}
    for lead, entries in _by([row for row in history.provider if row["origin"] == "api"], "lead").items():
        left = [orders[row["provider_id"]] for row in entries if row["provider_id"] in orders]
        if left != sorted(left):
            yield f"bubbles to a lead left out of order: {left} ({lead[-4:]})"


def what_left_was_checked(history: History) -> Iterator[str]:
    for row in history.table("outbox"):
        if row["origin"] == "agent" and hashlib.sha256(row["text"].encode()).hexdigest() != row["reviewed_sha256"]:
            yield f"outbox row {row['id']} holds another text than the one reviewed"
    ours = {(row["to"], row["text"]) for row in history.table("outbox")}
    for entry in history.provider:
        if entry["origin"] == "api" and entry["type"] == "text" and (entry["lead"], entry["text"]) not in ours:
            yield f"the provider took a text that no row holds ({entry['provider_id']})"


def never_over_a_human(history: History) -> Iterator[str]:
    for talk, commits in _by(history.table("commits"), "conversation").items():
        spoke, people = False, 0
        for commit in commits:
            if commit["what"] == "wrote":
                spoke, people = True, people + 1
            elif commit["what"] == "owner":
                spoke = spoke and commit["who"] != "agent"
            elif commit["people"] != people:
                yield f"a claim in conversation {talk} saw {commit['people']} messages of people where {people} stood"
            elif commit["who"] == "agent" and spoke:
                yield f"row {commit['row_id']} was claimed over a person"


def at_most_once_out(history: History) -> Iterator[str]:
    took = Counter(
        (row["lead"], row["text"]) for row in history.provider if row["origin"] == "api" and row["type"] == "text"
    )
    texts = [row for row in history.table("outbox") if row["media_id"] is None]
    might = Counter((row["to"], row["text"]) for row in texts if row["status"] in _MAY_HAVE_LEFT)
    surely = Counter((row["to"], row["text"]) for row in texts if row["status"] == "sent")
    for key, count in took.items():
        if count > might[key]:
            yield f"a text left {count} times where {might[key]} rows say so (to …{key[0][-4:]})"
    for key, count in surely.items():
        if took[key] < count:
            yield f"{count} rows say a text was sent and the provider took {took[key]} (to …{key[0][-4:]})"
    for row in unknowns(history):
        if not row["reason"]:
            yield f"outbox row {row['id']} is unknown and nobody is shown it"


def a_fact_has_evidence(history: History) -> Iterator[str]:
    said = {row["id"]: row for row in history.table("messages")}
    for fact in history.table("facts"):
        if fact["evidence"] != "said":
            continue
        source = said.get(fact["source_id"])
        if source is None or source["author"] != "lead" or not source["own_words"]:
            yield f"fact {fact['field']} was said in no message of the lead"
        elif not any(fact["quote"] in text for text in (source["text"], *source["previous_texts"])):
            yield f"fact {fact['field']} quotes what its message does not say"


def handoff_is_one_act(history: History) -> Iterator[str]:
    notices = {row["conversation_id"] for row in history.table("outbox") if row["survives_handoff"]}
    talks = {row["id"]: row for row in history.table("conversations")}
    noted = {row["link_id"] for row in history.table("notes")}
    links = {row["lead_id"]: row["id"] for row in history.table("links")}
    synced = {row["lead_id"] for row in history.table("syncs")}
    for handoff in history.table("handoffs"):
        talk = talks[handoff["conversation_id"]]
        if talk["id"] not in notices:
            yield f"handoff {handoff['id']} without notice to the lead"
        if handoff["closed_at"] is None and talk["owner"] != "human":
            yield f"handoff {handoff['id']} is open and {talk['owner']} is in charge"
        if links.get(talk["lead_id"]) not in noted:
            yield f"handoff {handoff['id']} without a summary for the SDR"
        if talk["lead_id"] not in synced:
            yield f"handoff {handoff['id']} without a row for the CRM"
    given = {row["conversation_id"] for row in history.table("handoffs")}
    for talk in talks.values():
        if talk["owner"] == "human" and talk["owner_reason"] in HANDOFF_REASONS and talk["id"] not in given:
            yield f"conversation {talk['id']} was handed over without a handoff"


def the_crm_has_no_twins(history: History) -> Iterator[str]:
    for name, groups in (history.crm.get("twins") or {}).items():
        yield f"{len(groups)} twins in the CRM: {name}"
    for link in history.table("crm_links"):
        if link["unsure"]:
            yield f"CRM link {link['id']} ({link['kind']}) is still unsure"


def silence_is_kept(history: History) -> Iterator[str]:
    quiet = {hook["lead"] for hook in history.webhooks if hook.get("silent")}
    for entry in history.provider:
        if entry["origin"] == "api" and entry["lead"] in quiet:
            yield f"something left to a party that is never answered ({entry['provider_id']})"


def nothing_personal_leaks(history: History) -> Iterator[str]:
    for line in history.logs:
        yield f"a log line holds what belongs to a lead: {line}"


def dead_ends_are_visible(history: History) -> Iterator[str]:
    alerts = {row["key"] for row in history.table("alerts")}
    stuck: list[tuple[str, Callable[[Row], bool], str]] = [
        ("events", lambda row: row["status"] == "parked", "event:parked"),
        ("turns", lambda row: row["status"] == "parked", "turn:parked"),
        ("outbox", lambda row: row["status"] == "parked", "outbox:parked"),
        ("outbox", lambda row: row["status"] == "unknown", "outbox:unknown"),
        ("links", lambda row: row["status"] == "parked", "chatwoot:parked"),
        ("syncs", lambda row: row["status"] == "parked", "crm:parked"),
    ]
    for table, is_stuck, alert in stuck:
        for row in filter(is_stuck, history.table(table)):
            if not row["reason"]:
                yield f"{table} row {row['id']} is parked without a reason"
            if alert not in alerts:
                yield f"{table} row {row['id']} is parked and no alert was opened"
    for table, state, waiting in (("media", "state", ("due",)), ("readings", "state", ("waiting", "due"))):
        for row in history.table(table):
            if row[state] in waiting:
                yield f"{table} row {row['id']} is still {row[state]}"
    for table in ("links", "syncs"):
        for row in history.table(table):
            if row["leased_until"] is not None:
                yield f"{table} row {row['id']} is still held"


CHECKS: tuple[tuple[str, Callable[[History], Iterator[str]]], ...] = (
    ("I1", nothing_accepted_is_lost),
    ("I2", one_effect_each),
    ("I3", one_turn_at_a_time),
    ("I4", what_left_was_checked),
    ("I5", never_over_a_human),
    ("I6", at_most_once_out),
    ("I7", a_fact_has_evidence),
    ("I8", handoff_is_one_act),
    ("I9", the_crm_has_no_twins),
    ("I10", silence_is_kept),
    ("I11", nothing_personal_leaks),
    ("I12", dead_ends_are_visible),
)
