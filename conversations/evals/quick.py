"""Play a scripted conversation by decisions alone: seconds instead of processes, for many cases and many runs.

Silences, retries and takeovers follow the rules of the pipe (``conversations.quiet``, ``turns.commit``) on a clock of
its own. What only the pipe can show (two processes, a provider that fails) is left to ``player``.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings

from conversations import quiet
from conversations.agent.endpoints import Endpoint
from conversations.agent.situations import subject_request_kind
from conversations.evals.assertions import Outcome, check
from conversations.evals.observed import Final, Line, lead_fields
from conversations.evals.player import Played
from conversations.evals.rehearsal import Material, Rehearsal, Said, Take
from conversations.evals.schema import Case, Turn
from conversations.formatting import typing_s
from conversations.models import Handoff
from leads.models import SubjectRequest

# Nothing listens there.
_NOWHERE = "http://127.0.0.1:9/v1"
# What a model call takes on this clock.
MODEL = timedelta(seconds=1.5)
# How long after the last turn a reply is waited for (eval/README.md: at least 120 s).
_TAIL = timedelta(seconds=180)
# Shown to people, nothing to answer.
_SHOWN_ONLY = frozenset({"sticker", "reaction"})
# What arrives without words until something listens to it or looks at it.
_WORDLESS = frozenset({"audio", "document"})


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One case's result with the turns behind it."""

    played: Played
    takes: tuple[Take, ...]
    outcome: Outcome


def rehearse(
    case: Case,
    material: Material,
    *,
    endpoint: Endpoint,
    split: "dict[int, list[str]] | None" = None,
    fails_at: int = 0,
) -> Rehearsed:
    """``split`` gives the bubbles a turn's text comes in; the model is out of reach at turn ``fails_at`` of the agent,
    counted from 1, and back at the retry."""
    stage = _Stage(case, replace(material, prices=case.setup.prices), endpoint, split or {}, fails_at)
    for turn in case.turns:
        stage.reach(case.instant(turn.at_s))
        stage.act(turn)
    stage.reach(case.instant(case.turns[-1].at_s) + _TAIL)
    outcome = stage.outcome()
    played = Played(case.id, case.title, check(outcome), outcome.lines, outcome.final)
    return Rehearsed(played, tuple(take for take in stage.talk.takes if take.decided), outcome)


@dataclass
class _Stage:
    """One case while it runs; times are instants of the case."""

    case: Case
    material: Material
    endpoint: Endpoint
    split: dict[int, list[str]]
    fails_at: int
    due: datetime | None = None
    since: datetime | None = None
    waiting: dict[int, list[Said]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    known_since: dict[str, float] = field(default_factory=dict)
    replies: int = 0
    down: bool = False
    handed_over: str = ""
    last_queue: str | None = None
    erasure: bool = False

    def __post_init__(self) -> None:
        origin = "anuncio" if self.case.channel == "whatsapp_ad" else ""
        self.talk = Rehearsal(self.material, origin=origin, endpoint=self.endpoint)

    def reach(self, instant: datetime) -> None:
        """Answer whatever is answered by then; what is not yet written when the lead goes on is answered later."""
        while self.due is not None and self.due + MODEL <= instant:
            self._answer(self.due)

    def act(self, turn: Turn) -> None:
        at = self.case.instant(turn.at_s)
        kind = "event" if turn.sender == "clock" else turn.type
        sender = "system" if turn.sender == "clock" else turn.sender
        self.lines.append(Line(turn.at_s, sender, kind, turn.text, turn=turn.number))
        if turn.sender == "lead" and self.case.channel != "whatsapp_group":
            self._lead_acts(turn, at)
        elif turn.sender in ("sdr_phone", "sdr_chatwoot"):
            for said in self._taken():
                self.talk.see(said)
            self.talk.person_says(turn.text, at)
        elif turn.sender == "clock":
            self._clock_acts(turn.text.removeprefix("event:"))

    def _lead_acts(self, turn: Turn, at: datetime) -> None:
        if turn.type == "delete":
            self.waiting.pop(turn.of, None)
            self.due = self.due if self.waiting else None
            return
        if turn.type in _SHOWN_ONLY:
            if turn.type != "reaction":
                self.talk.see(Said(turn.text, at, turn.type))
            return
        if turn.type == "edit":
            if turn.of not in self.waiting:
                return
            self.waiting[turn.of] = [Said(turn.text, at)]
        else:
            texts = self.split.get(turn.number) or ["" if turn.type in _WORDLESS else turn.text]
            self.waiting[turn.number] = [Said(text, at, turn.type) for text in texts]
        if self.talk.owner != "agent":
            self.talk.hear(*self._taken(), now=at)
            return
        self.since = self.since or at
        wait_s = quiet.quiet_s(
            self.waiting[turn.of or turn.number][-1].text, answers_question=self.talk.awaiting_answer
        )
        self.due = quiet.due_at(pending_since=self.since, heard_at=at, wait_s=wait_s)

    def _clock_acts(self, event: str) -> None:
        if event == "sdr_resume":
            self.talk.resume()
            self.handed_over = ""
        elif event in ("llm_down", "llm_up"):
            self.down = event == "llm_down"

    def _taken(self) -> list[Said]:
        said = [part for parts in self.waiting.values() for part in parts]
        self.waiting.clear()
        self.due = self.since = None
        return said

    def _answer(self, due: datetime) -> None:
        number = len(self.talk.takes) + 1
        out_of_reach = self.down or number == self.fails_at
        self.talk.endpoint = replace(self.endpoint, base_url=_NOWHERE) if out_of_reach else self.endpoint
        take = self.talk.hear(*self._taken(), now=due)
        self._speak(take, due + MODEL)
        if take.decision.retry_reason:
            failures = take.state.turn_failures if take.state else 0
            wait_s = min(settings.TURN_RETRY_S * 2**failures, settings.TURN_RETRY_MAX_S)
            self.due = due + timedelta(seconds=wait_s)
            self.since = take.said[0].at

    def _speak(self, take: Take, at: datetime) -> None:
        offset = (at - self.case.start).total_seconds()
        for name in take.facts:
            self.known_since.setdefault(name, offset)
        if take.decision.bubbles:
            self.replies += 1
        for text in take.decision.bubbles:
            offset += typing_s(text, chars_per_s=settings.TYPING_CHARS_PER_S, most_s=settings.TYPING_MAX_S)
            self.lines.append(Line(offset, "agent", "text", text, reply=self.replies))
        if reason := take.decision.handoff_reason:
            self.handed_over = reason
            self.last_queue = str(Handoff.QUEUE_OF[Handoff.Reason(reason)])
            if reason == Handoff.Reason.PRIVACY:
                text = " ".join(line.text for line in take.said)
                self.erasure = subject_request_kind(text) == SubjectRequest.Kind.ERASURE

    def outcome(self) -> Outcome:
        return Outcome(
            case=self.case,
            lines=tuple(sorted(self.lines, key=lambda line: line.at)),
            final=Final(
                temperature=str(self.talk.temperature),
                owner=self.talk.owner,
                handoff=bool(self.handed_over),
                human_queue=self.last_queue,
                opt_out=self.talk.opted_out,
                deletion_request=self.erasure,
                gap_recorded=bool(self.talk.gaps),
                interest_recorded=tuple(self.talk.interests),
                lead_fields=lead_fields(self.talk.known, intents=tuple(self._intents()), opt_out=self.talk.opted_out),
                known_since=self.known_since,
            ),
            products=self.material.products,
        )

    def _intents(self) -> Iterator[str]:
        for take in self.talk.takes:
            if take.decision.answer is not None:
                yield from take.decision.answer.intents
            if take.snapshot is not None and take.snapshot.heard is not None:
                yield from take.snapshot.heard.matters


def dice(name: str, run: int, seed: int) -> random.Random:
    """The dice of one run of a case: the same ones for the same case, run and seed."""
    return random.Random(f"{seed}:{name}:{run}")  # noqa: S311 - repeatable variety, no secret
