"""Play one scripted conversation against running processes and judge it.

What the lead writes goes through the provider's webhook, what the agent says is read from the provider's log.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import DatabaseError

from conversations import repair
from conversations.evals.assertions import Outcome, Result, check
from conversations.evals.observed import Final, Line
from conversations.evals.outside import Entry, Outside, OutsideError
from conversations.evals.pace import NeverQuiet, Pace
from conversations.evals.schema import Case, Turn
from conversations.evals.target import TargetError
from knowledge.catalogue import shipped_products

# What stops one case, not the run.
CASE_ERRORS = (OutsideError, NeverQuiet, TargetError, repair.Refused, DatabaseError)
FIRST_PHONE = 5511900002001
# Bubbles further apart than this are two replies, where the product does not say which run sent them.
_SAME_REPLY = timedelta(seconds=10)
# What an event of the clock takes; any other takes faults.
_NEEDED = {"sdr_resume": "resume", "tick": ""}


class Product(Protocol):
    """The installation under test, as far as it is prepared, steered and asked beside the wires.

    ``limits`` names what it cannot be made to do ("faults", "setup", "resume", "sdr") and the assertions that it cannot
    answer. ``runs`` maps the provider's message id to the processing run that sent it; ids that are missing are
    grouped by time. ``by_people``: those of the messages that a person of the team wrote through the product.
    """

    limits: frozenset[str]

    def begin(self, case: Case) -> None: ...

    def resume(self, provider_ids: list[str]) -> None: ...

    def final(self, provider_ids: list[str], *, start: datetime) -> Final: ...

    def runs(self, provider_ids: list[str]) -> dict[str, str]: ...

    def by_people(self, provider_ids: list[str]) -> set[str]: ...


@dataclass(frozen=True, slots=True)
class Played:
    """One case's result: what ``play`` prints."""

    id: str
    title: str
    results: tuple[Result, ...]
    lines: tuple[Line, ...] = ()
    final: Final = field(default_factory=Final)

    @property
    def passed(self) -> bool:
        return all(result.passed for result in self.results)

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "passed": self.passed,
            "assertions": [result.as_dict() for result in self.results],
            "transcript": [line.as_dict() for line in self.lines],
            "final": self.final.as_dict(),
        }


def failed(case_id: str, key: str, why: str, *, title: str = "") -> Played:
    """A case that could not be played or not be read."""
    return Played(case_id, title, (Result(key, "a played conversation", None, why),))


class Player:
    """Plays cases, each with a lead nobody has seen; several at once where neither product nor pace is prepared."""

    def __init__(self, *, outside: Outside, product: Product, pace: Pace, first_phone: int = FIRST_PHONE) -> None:
        self._outside = outside
        self._product = product
        self._pace = pace
        # Phones whose last four digits are zeros have no WhatsApp in the sandbox.
        self._phones: Iterator[int] = filter(lambda phone: phone % 10_000, itertools.count(first_phone))

    def play(self, case: Case) -> Played:
        """Raises what the installation raises; the caller makes a failed line of it."""
        if why := _beyond(case, self._product.limits):
            untried = tuple(Result(key, expected, None, why) for key, expected in case.must)
            return Played(case.id, case.title, untried or (Result("case", "a played conversation", None, why),))
        self._product.begin(case)
        origin = self._pace.begin(case.start)
        stage = _Stage(case, str(next(self._phones)), origin, self._outside, self._product, self._pace)
        if case.setup.crm_companies and "setup" not in self._product.limits:
            self._outside.crm_knows(case.setup.crm_companies)
        for turn in case.turns:
            self._pace.reach(origin + timedelta(seconds=turn.at_s))
            stage.act(turn)
        self._pace.finish()
        outcome = stage.outcome()
        return Played(case.id, case.title, check(outcome), outcome.lines, outcome.final)


def _beyond(case: Case, limits: frozenset[str]) -> str:
    """Why the case cannot be played at all; nobody need wait, nor be written to, for half of it."""
    for turn in case.turns:
        if turn.sender == "sdr_chatwoot" and "sdr" in limits:
            return "not run: nobody can be played in the Chatwoot of this installation"
        event = turn.text.removeprefix("event:")
        if turn.sender == "clock" and _NEEDED.get(event, "faults") in limits:
            return f"not run: {event} cannot be done to this installation"
    return ""


class _Stage:
    """One case while it runs."""

    def __init__(self, case: Case, lead: str, origin: datetime, outside: Outside, product: Product, pace: Pace) -> None:
        self._case = case
        self._lead = lead
        self._origin = origin
        self._outside = outside
        self._product = product
        self._pace = pace
        self._script: list[Line] = []
        self._sent: dict[int, str] = {}

    def act(self, turn: Turn) -> None:
        """Do what the turn says and note it for the transcript."""
        at = (self._pace.now() - self._origin).total_seconds()
        provider_id = ""
        match turn.sender:
            case "lead":
                provider_id = self._sent[turn.number] = self._lead_acts(turn)
            case "sdr_phone":
                provider_id = self._sent[turn.number] = self._outside.person_writes(self._lead, turn.text)
            case "sdr_chatwoot":
                self._outside.sdr_writes(turn.text)
            case "clock":
                self._clock_acts(turn.text.removeprefix("event:"))
        sender, kind = ("system", "event") if turn.sender == "clock" else (turn.sender, turn.type)
        self._script.append(Line(at, sender, kind, turn.text, provider_id, turn=turn.number))

    def _lead_acts(self, turn: Turn) -> str:
        options: dict[str, Any] = {}
        if self._case.channel == "whatsapp_group":
            options["group"] = True
        if self._case.channel == "whatsapp_ad" and not self._sent:
            options["ad"] = True
        if turn.type == "delete":
            self._outside.lead_deletes(self._lead, self._sent[turn.of])
            return self._sent[turn.of]
        if turn.type == "edit":
            options |= {"isEdit": True, "messageId": self._sent[turn.of]}
        if turn.type == "reaction":
            replies = [entry.provider_id for entry in self._outside.messages(self._lead) if entry.origin == "api"]
            options["reference"] = replies[-1] if replies else ""
        return self._outside.lead_writes(self._lead, turn, **options)

    def _clock_acts(self, event: str) -> None:
        if event == "sdr_resume":
            self._product.resume(list(self._sent.values()))
        elif event in ("llm_down", "llm_up"):
            self._outside.model(mode="server_error" if event == "llm_down" else "normal")
        elif event in ("crm_down", "crm_up"):
            self._outside.crm_goes(up=event == "crm_up")

    def outcome(self) -> Outcome:
        sent = [entry for entry in self._outside.messages(self._lead) if entry.origin == "api"]
        people = self._product.by_people([entry.provider_id for entry in sent])
        sent = [entry for entry in sent if entry.provider_id not in people]
        ids = [*self._sent.values(), *(entry.provider_id for entry in sent)]
        # The CRM of an installation that is not ours holds other leads too.
        foreign = self._lead if "setup" in self._product.limits else ""
        return Outcome(
            case=self._case,
            lines=tuple(sorted([*self._script, *self._spoken(sent)], key=lambda line: line.at)),
            final=replace(
                self._product.final(ids, start=self._origin),
                crm=self._outside.crm(foreign),
                assigned_to=self._outside.assignee(self._lead),
            ),
            products=shipped_products(),
            not_run=dict.fromkeys(self._product.limits, "not run: this installation does not tell"),
        )

    def _spoken(self, sent: list[Entry]) -> list[Line]:
        """The agent's messages, numbered by the run that sent them. A reaction is no reply."""
        runs = self._product.runs([entry.provider_id for entry in sent])
        lines: list[Line] = []
        number, last_run, last_at = 0, "", datetime.min.replace(tzinfo=self._origin.tzinfo)
        for entry in sent:
            at = (entry.at - self._origin).total_seconds()
            if entry.type == "reaction":
                lines.append(Line(at, "agent", entry.type, entry.text, entry.provider_id))
                continue
            run = runs.get(entry.provider_id, "")
            if run != last_run or (not run and entry.at - last_at > _SAME_REPLY) or not number:
                number += 1
            last_run, last_at = run, entry.at
            lines.append(Line(at, "agent", entry.type, entry.text, entry.provider_id, reply=number))
        return lines
