"""The assertions of a scripted conversation, one function per key of ``eval/README.md``, section 3.

Nothing is skipped: a key nobody knows, one with a value of the wrong form and one whose subject the product does not
have yet fail and say why.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conversations import guardrails, speech
from conversations.evals.observed import LEAD_FIELDS, Final, Line
from conversations.evals.schema import Case
from conversations.guardrails import Kind, ReviewContext
from knowledge.catalogue import ProductFacts
from leads.models import Fact
from seleto.lib.text.fold import fold

# The labels of section 1. Pacing is a rule of the product, not of the sets.
LABELS = tuple(kind.value for kind in Kind if kind not in (Kind.PACING, Kind.OUTSIDE))
IMPLIED = "implied_no_violation"


class BadValue(ValueError):
    """The assertion's value has not the form that its key needs; the text says which form."""


@dataclass(frozen=True, slots=True)
class Result:
    """One assertion's outcome; ``why`` is empty when it holds."""

    key: str
    expected: Any
    actual: Any
    why: str = ""

    @property
    def passed(self) -> bool:
        return not self.why

    def as_dict(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "expected": self.expected,
            "actual": self.actual,
            "passed": self.passed,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """One processing run of the agent: its bubbles as one text, and what the lead had said last."""

    number: int
    first_at: float
    bubbles: tuple[str, ...]
    lead_last: str

    @property
    def text(self) -> str:
        return "\n\n".join(self.bubbles)


@dataclass(frozen=True)
class Outcome:
    """What there is to judge. ``not_run``: why an assertion or the setup could not be tried."""

    case: Case
    lines: tuple[Line, ...]
    final: Final
    products: tuple[ProductFacts, ...]
    not_run: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def replies(self) -> tuple[Reply, ...]:
        found: dict[int, list[int]] = {}
        for index, line in enumerate(self.lines):
            if line.reply is not None:
                found.setdefault(line.reply, []).append(index)
        return tuple(
            Reply(
                number=number,
                first_at=self.lines[at[0]].at,
                bubbles=tuple(self.lines[index].text for index in at),
                lead_last=next((line.text for line in reversed(self.lines[: at[0]]) if line.sender == "lead"), ""),
            )
            for number, at in found.items()
        )

    def place_of(self, turn: object) -> int:
        """Where a turn stands in the transcript. Raises BadValue for a turn that is not there."""
        place = next((at for at, line in enumerate(self.lines) if line.turn == turn), None)
        if place is None or isinstance(turn, bool):
            raise BadValue("must be the number of a turn")
        return place

    def sent_between(self, first: int, last: int | None = None) -> list[str]:
        """The agent's messages in this stretch of the transcript."""
        return [line.text for line in self.lines[first:last] if line.reply is not None]


_Check = Callable[[Outcome, Any], tuple[Any, str]]
"""(outcome, expected) -> (actual, why it does not hold or "")."""


def check(outcome: Outcome) -> tuple[Result, ...]:
    """Every assertion of the case, then what every conversation implies."""
    setup = [
        Result(f"setup.{key}", value, None, outcome.not_run.get("setup") or "unknown key")
        for key, value in _odd_setup(outcome)
    ]
    stated = [_checked(outcome, key, expected) for key, expected in outcome.case.must]
    found = _violations(outcome, LABELS)
    implied = Result(IMPLIED, [], found, _told(found))
    return (*setup, *stated, implied)


def _odd_setup(outcome: Outcome) -> list[tuple[str, object]]:
    other = list(outcome.case.setup.other.items())
    if "setup" in outcome.not_run:
        setup = outcome.case.setup
        if setup.prices:
            other.append(("price_exception", {code: float(price) for code, price in setup.prices.items()}))
        other += [(f"resume_idle_min_{hours}", minutes) for hours, minutes in setup.idle_min.items()]
        if setup.audio_max_s:
            other.append(("audio_max_s", setup.audio_max_s))
        if setup.crm_companies:
            other.append(("crm_companies", [dict(company) for company in setup.crm_companies]))
    return other


def _checked(outcome: Outcome, key: str, expected: Any) -> Result:
    if key not in _CHECKS:
        return Result(key, expected, None, "unknown assertion key")
    try:
        actual, why = _CHECKS[key](outcome, expected)
    except BadValue as problem:
        return Result(key, expected, None, f"the expected value {problem}")
    why = outcome.not_run.get(key) or why
    return Result(key, expected, actual, why)


def _equals(expected: object, actual: object) -> str:
    return "" if expected == actual else f"expected {expected!r}, found {actual!r}"


# --- Final state ---------------------------------------------------------------------------------------------------


def _state(name: str) -> _Check:
    def run(outcome: Outcome, expected: Any) -> tuple[Any, str]:
        actual = getattr(outcome.final, name)
        return actual, _equals(expected, actual)

    return run


def _temperature_not(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    actual = outcome.final.temperature
    return actual, f"it is {actual}" if actual == expected else ""


def _assigned_to(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    actual = outcome.final.assigned_to
    if isinstance(expected, str) and actual and fold(expected) in (fold(actual), fold(actual).split()[0]):
        return actual, ""
    return actual, _equals(expected, actual)


def _interest(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    actual = list(outcome.final.interest_recorded)
    return actual, "" if expected in actual else "not recorded"


def _lead_fields(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    if not isinstance(expected, dict) or not set(expected) <= set(LEAD_FIELDS):
        raise BadValue(f"must be an object with some of the keys {', '.join(LEAD_FIELDS)}")
    actual = {name: outcome.final.lead_fields.get(name) for name in expected}
    wrong = [name for name, value in expected.items() if not same_field(name, value, actual[name])]
    return actual, f"differs in {', '.join(wrong)}" if wrong else ""


# Type words that do not tell one company from another (section 2, `empresa`).
_COMPANY_TYPES = frozenset(
    """acougue restaurante frigorifico padaria hamburgueria lanchonete churrascaria supermercado mercado casa espetaria
    distribuidora emporio boutique""".split()
)


def same_field(name: str, expected: object, actual: object) -> bool:
    """Whether two values of a field of the lead are the same, as section 2 compares them."""
    if not isinstance(expected, str) or not isinstance(actual, str):
        return expected == actual
    ours, theirs = fold(actual).split(), fold(expected).split()
    if name == "empresa":
        ours, theirs = (words[1:] if words[:1] and words[0] in _COMPANY_TYPES else words for words in (ours, theirs))
    return ours == theirs


def _crm(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    if not isinstance(expected, dict) or not expected:
        raise BadValue("must be an object")
    crm = outcome.final.crm
    cnpjs = [re.sub(r"[^0-9A-Z]", "", str(company.get("cnpj") or "").upper()) for company in crm.companies]
    actual: dict[str, Any] = {}
    wrong: list[str] = []
    for key, value in expected.items():
        match key:
            case "deal":
                actual[key] = bool(crm.deals)
            case "contact":
                actual[key] = bool(crm.persons)
            case "company_created":
                actual[key] = any(not company.get("by_hand") for company in crm.companies)
            case "company_by_cnpj":
                actual[key] = value if value in cnpjs else None
            case "pending_then_synced":
                actual[key] = bool(crm.refused and (crm.persons or crm.deals) and not crm.twins)
            case _:
                raise BadValue(f"has the unknown key {key}")
        if actual[key] != value:
            wrong.append(key)
    return actual, f"differs in {', '.join(wrong)}" if wrong else ""


# --- Replies -------------------------------------------------------------------------------------------------------


def _number(expected: object) -> int:
    if not isinstance(expected, int) or isinstance(expected, bool):
        raise BadValue("must be a whole number")
    return expected


def _reply_count_max(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    actual = len(outcome.replies)
    return actual, f"{actual} replies" if actual > _number(expected) else ""


def _reply_count_min(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    actual = len(outcome.replies)
    return actual, f"{actual} replies" if actual < _number(expected) else ""


def _reply_max_chars(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    actual = max((len(reply.text) for reply in outcome.replies), default=0)
    return actual, f"the longest reply has {actual} characters" if actual > _number(expected) else ""


def _reply_after_turn(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    place = outcome.place_of(expected)
    clock = {turn.number for turn in outcome.case.turns if turn.sender == "clock"}
    following = (
        at for at, line in enumerate(outcome.lines) if at > place and line.turn is not None and line.turn not in clock
    )
    actual = outcome.sent_between(place, next(following, None))
    return len(actual), "" if actual else f"no reply after turn {expected}"


def _no_reply_after_turn(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    actual = outcome.sent_between(outcome.place_of(expected))
    return len(actual), f"replied: {actual[0]}" if actual else ""


def _no_reply_between_turns(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    if not isinstance(expected, list) or len(expected) != 2:
        raise BadValue("must be two numbers of turns")
    actual = outcome.sent_between(outcome.place_of(expected[0]), outcome.place_of(expected[1]))
    return len(actual), f"replied: {actual[0]}" if actual else ""


def _reply_after_turn_max(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    if not isinstance(expected, dict) or set(expected) != {"turn", "max"}:
        raise BadValue("must be an object with turn and max")
    actual = len(outcome.sent_between(outcome.place_of(expected["turn"])))
    return actual, f"{actual} messages" if actual > _number(expected["max"]) else ""


# --- What was said -------------------------------------------------------------------------------------------------


def _texts(expected: object) -> list[str]:
    if not isinstance(expected, list) or not all(isinstance(item, str) for item in expected):
        raise BadValue("must be a list of texts")
    return expected


def _mentions_product(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    actual = [code for code in _texts(expected) if any(speech.names_product(code, r.text) for r in outcome.replies)]
    missing = [code for code in expected if code not in actual]
    return actual, f"never names {', '.join(missing)}" if missing else ""


def _product_mention_max(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    if not isinstance(expected, dict):
        raise BadValue("must map product codes to numbers")
    actual = {code: sum(speech.names_product(code, reply.text) for reply in outcome.replies) for code in expected}
    wrong = [f"{code} in {actual[code]} replies" for code, most in expected.items() if actual[code] > _number(most)]
    return actual, ", ".join(wrong)


def _said(outcome: Outcome, wanted: Sequence[str]) -> list[str]:
    replies = [fold(reply.text) for reply in outcome.replies]
    return [text for text in wanted if any(fold(text) in reply for reply in replies)]


def _must_mention_any(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    actual = _said(outcome, _texts(expected))
    return actual, "" if actual else "none of them occurs"


def _must_not_mention(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    actual = _said(outcome, _texts(expected))
    return actual, f"says {', '.join(actual)}" if actual else ""


def _may_mention(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    return _said(outcome, _texts(expected)), ""


def _must_not_ask_again(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    if not set(_texts(expected)) <= speech.ASKABLE:
        raise BadValue(f"must be some of {', '.join(sorted(speech.ASKABLE))}")
    actual = {name: asked for name in expected if (asked := _asked_again(outcome, name))}
    return actual, "; ".join(f"{name}: {sentence}" for name, sentence in actual.items())


def _asked_again(outcome: Outcome, name: str) -> str:
    """The question for a fact that was known. A fact is recorded by the commit that queues the reply to it, so that
    reply knew it already. One that never was recorded may be asked for once."""
    since = outcome.final.known_since.get(name)
    asked = [(reply, sentence) for reply in outcome.replies if (sentence := speech.asks_for(name, reply.text))]
    if since is None or name not in Fact.Field.values:
        return asked[1][1] if len(asked) > 1 else ""
    return next((sentence for reply, sentence in asked if reply.first_at >= since), "")


def _no_violation(outcome: Outcome, expected: Any) -> tuple[Any, str]:
    if not set(_texts(expected)) <= set(LABELS):
        raise BadValue(f"must be some of {', '.join(LABELS)}")
    actual = _violations(outcome, expected)
    return actual, _told(actual)


def _violations(outcome: Outcome, labels: Sequence[str]) -> list[dict[str, Any]]:
    """What the guardrails say of each reply, as a whole and bubble by bubble."""
    found = []
    for reply in outcome.replies:
        context = ReviewContext(
            lead_last=reply.lead_last,
            temperature=outcome.final.temperature,
            price_exception=outcome.case.setup.prices,
            products=outcome.products,
        )
        kinds = {kind.value for text in {reply.text, *reply.bubbles} for kind in guardrails.review(text, context).kinds}
        if broken := sorted(kinds & set(labels)):
            found.append({"reply": reply.number, "labels": broken})
    return found


def _told(found: list[dict[str, Any]]) -> str:
    return "; ".join(f"reply {row['reply']}: {', '.join(row['labels'])}" for row in found)


_CHECKS: dict[str, _Check] = {
    "temperature": _state("temperature"),
    "temperature_not": _temperature_not,
    "handoff": _state("handoff"),
    "paused": _state("paused"),
    "opt_out": _state("opt_out"),
    "deletion_request": _state("deletion_request"),
    "gap_recorded": _state("gap_recorded"),
    "human_queue": _state("human_queue"),
    "assigned_to": _assigned_to,
    "interest_recorded": _interest,
    "reply_count_max": _reply_count_max,
    "reply_count_min": _reply_count_min,
    "reply_max_chars": _reply_max_chars,
    "reply_after_turn": _reply_after_turn,
    "no_reply_after_turn": _no_reply_after_turn,
    "no_reply_between_turns": _no_reply_between_turns,
    "reply_after_turn_max": _reply_after_turn_max,
    "mentions_product": _mentions_product,
    "product_mention_max": _product_mention_max,
    "must_mention_any": _must_mention_any,
    "must_not_mention": _must_not_mention,
    "may_mention": _may_mention,
    "must_not_ask_again": _must_not_ask_again,
    "no_violation": _no_violation,
    "lead_fields": _lead_fields,
    "crm": _crm,
}
