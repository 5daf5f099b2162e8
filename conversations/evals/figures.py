"""What the runs of an evaluation come to: values in, figures out."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conversations import guardrails, speech
from conversations.evals.assertions import IMPLIED, LABELS, same_field
from conversations.evals.observed import lead_fields
from conversations.evals.people import Goal
from conversations.evals.quick import Rehearsed
from conversations.evals.rehearsal import Take
from conversations.evals.simulated import Talk
from conversations.guardrails import ReviewContext
from conversations.models import Handoff
from leads.models import Temperature

# domain.md, "What follows from the class": known when a lead is qualified.
QUALIFIED = ("nome", "cidade", "produto", "urgencia")
SCRIPTED, SIMULATED = "roteiro", "simulado"
TRIES = (1, 4, 8)
# A look of its own at what must not be said: the guardrails are part of what is measured.
_MONEY = re.compile(
    r"r\$ ?\d|\b\d[\d.,]* ?(?:mil )?reais\b|\b\d{1,2} ?x (?:de|sem|no|com)\b|\b\d+ ?% (?:de desconto|off)"
)


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """One turn of the agent; ``number`` counts from 1 within the conversation. Times in milliseconds."""

    number: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float
    model_ms: float
    own_ms: float
    stopped: tuple[str, ...] = ()
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One conversation once. ``fields``: field -> right or not, over what the lead told. ``lines`` are (who, text)."""

    case: str
    suite: str
    number: int
    problems: tuple[str, ...]
    turns: tuple[TurnFigures, ...]
    lines: tuple[tuple[str, str], ...]
    replies: int
    violations: tuple[str, ...] = ()
    reasked: tuple[str, ...] = ()
    fields: Mapping[str, bool] = field(default_factory=dict)
    invented: tuple[str, ...] = ()
    disclosure: str = ""
    qualified_after: int | None = None
    style: str = ""

    @property
    def passed(self) -> bool:
        return not self.problems


def of_scripted(done: Rehearsed, number: int, *, style: str = "") -> Run:
    """A scripted case: it passes when every assertion holds."""
    failed = tuple(f"{result.key}: {result.why}" for result in done.played.results if not result.passed)
    implied = next(result for result in done.played.results if result.key == IMPLIED)
    reasked = asked_again(done.takes)
    wanted: dict[str, Any] = next((value for key, value in done.outcome.case.must if key == "lead_fields"), {})
    got = done.outcome.final.lead_fields
    return Run(
        case=done.played.id,
        suite=SCRIPTED,
        number=number,
        problems=(*failed, *(f"reperguntou {text}" for text in reasked)),
        turns=tuple(turn(take) for take in done.takes),
        lines=tuple((line.sender, line.text) for line in done.played.lines),
        replies=len(done.outcome.replies),
        violations=tuple(str(row) for row in implied.actual) + money(done),
        reasked=reasked,
        fields={name: same_field(name, value, got.get(name)) for name, value in wanted.items()},
        style=style,
    )


def of_simulated(talk: Talk, number: int) -> Run:
    """A simulated lead: it passes when what was told is known and true, the class and the way out are right, nothing
    known was asked for and nothing forbidden said."""
    takes = tuple(take for take in talk.rehearsal.takes if take.decided)
    fields, invented = _fields(talk)
    violations = tuple(label for take in takes for label in _labels(take, talk))
    reasked = asked_again(takes)
    problems = [f"{name} errado" for name, right in fields.items() if not right]
    problems += [f"{name} inventado" for name in invented]
    problems += [f"violação: {label}" for label in violations] + [f"reperguntou {text}" for text in reasked]
    problems += _outcome_problems(talk)
    return Run(
        case=talk.id,
        suite=SIMULATED,
        number=number,
        problems=tuple(problems),
        turns=tuple(turn(take) for take in takes),
        lines=tuple((line.author, line.text) for line in talk.rehearsal.lines),
        replies=sum(bool(take.decision.bubbles) for take in takes),
        violations=violations,
        reasked=reasked,
        fields=fields,
        invented=invented,
        disclosure=str(talk.disclosure),
        qualified_after=_qualified_after(takes) if set(QUALIFIED) <= set(talk.persona.facts) else None,
        style=talk.persona.style,
    )


def _outcome_problems(talk: Talk) -> list[str]:
    """Class and way out, as far as the lead came to say what they depend on."""
    problems, persona = [], talk.persona
    if not talk.facts_left and talk.rehearsal.temperature != persona.temperature:
        problems.append(f"classe {talk.rehearsal.temperature}, esperada {persona.temperature}")
    queues = [str(Handoff.QUEUE_OF[Handoff.Reason(reason)]) for reason in talk.rehearsal.handoffs]
    expected = [persona.handoff] if persona.handoff else []
    over = not talk.facts_left and (not talk.questions_left or persona.temperature == Temperature.HOT)
    if queues != expected and (queues or over):
        problems.append(f"repasse {queues or 'nenhum'}, esperado {persona.handoff or 'nenhum'}")
    if talk.rehearsal.opted_out != (persona.goal == Goal.SILENCE and not talk.questions_left):
        problems.append("opt-out não entendido" if persona.goal == Goal.SILENCE else "opt-out inventado")
    return problems


def asked_again(takes: Sequence[Take]) -> tuple[str, ...]:
    """Every question for a fact that the agent knew when it asked, over the whole transcript."""
    return tuple(
        f"{name}: {sentence}"
        for take in takes
        for name in sorted(speech.ASKABLE & set(take.facts))
        if (sentence := speech.asks_for(name, take.reply))
    )


def money(done: Rehearsed) -> tuple[str, ...]:
    """Amounts and instalments found by a look that shares nothing with the guardrails."""
    if done.outcome.case.setup.prices:
        return ()
    return tuple(
        f"valor na resposta {reply.number}" for reply in done.outcome.replies if _MONEY.search(_low(reply.text))
    )


def _labels(take: Take, talk: Talk) -> list[str]:
    context = ReviewContext(
        lead_last=take.said[-1].text if take.said else "",
        temperature=str(talk.rehearsal.temperature),
        products=talk.rehearsal.material.products,
    )
    texts = {take.reply, *take.decision.bubbles} - {""}
    kinds = {kind.value for text in texts for kind in guardrails.review(text, context).kinds} & set(LABELS)
    return sorted(kinds) + ["valor"] * any(_MONEY.search(_low(text)) for text in texts)


def _low(text: str) -> str:
    return text.casefold()


def _fields(talk: Talk) -> tuple[dict[str, bool], tuple[str, ...]]:
    got = lead_fields(talk.rehearsal.known, intents=(), opt_out=talk.rehearsal.opted_out)
    facts, told = talk.persona.facts, [*talk.told, *(["uf"] if "cidade" in talk.told else [])]
    right = {name: same_field(name, facts[name], got.get(name)) for name in told if name in facts}
    kept = {"nome", "empresa", "cidade", "uf", "cnpj", "email", "telefone", "volume"}
    invented = tuple(sorted(name for name in kept if got.get(name) and name not in told))
    return right, invented


def _qualified_after(takes: Sequence[Take]) -> int | None:
    """After how many turns the minimum was known."""
    known = (place for place, take in enumerate(takes, 1) if set(QUALIFIED) <= set(take.facts))
    return next(known, None)


def turn(take: Take) -> TurnFigures:
    usage = take.decision.usage
    return TurnFigures(
        number=take.number,
        calls=usage.calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cost_usd=float(usage.cost_usd),
        model_ms=usage.model_ms,
        own_ms=take.own_ms,
        stopped=tuple(sorted({str(kind) for draft in take.decision.stopped for kind in draft.verdict.kinds})),
        fallback=take.decision.fallback,
    )


# --- Over all runs -------------------------------------------------------------------------------------------------


def summary(runs: Sequence[Run]) -> dict[str, Any]:
    """Every figure of the report, by suite and all together, ready for JSON. None: not measured by these runs."""
    turns = [turn for run in runs for turn in run.turns]
    asked = [turn for turn in turns if turn.calls]
    replies = sum(run.replies for run in runs)
    violations = sum(len(run.violations) for run in runs)
    return {
        "conversas": len(runs),
        "casos": len({(run.suite, run.case) for run in runs}),
        "respostas": replies,
        "passam": share(run.passed for run in runs),
        "pass_k": {str(k): pass_hat(runs, k) for k in TRIES},
        "violacoes": violations,
        "limite_95_violacoes": round(3 / replies, 5) if replies and not violations else None,
        "reperguntas": sum(len(run.reasked) for run in runs),
        "rascunhos_barrados": dict(Counter(kind for turn in turns for kind in turn.stopped).most_common()),
        "campos": _accuracy(runs),
        "inventados": sum(len(run.invented) for run in runs),
        "acerto_por_revelacao": _by_disclosure(runs),
        "queda_tudo_x_um": _drop(runs),
        "turnos_ate_qualificar": _spread([run.qualified_after for run in runs if run.qualified_after]),
        "uma_chamada": share(turn.calls == 1 for turn in asked),
        "sem_modelo": share(turn.calls == 0 for turn in turns),
        "chamadas_por_turno": _spread([turn.calls for turn in asked]),
        "tokens_entrada": _spread([turn.prompt_tokens for turn in asked]),
        "tokens_saida": _spread([turn.completion_tokens for turn in asked]),
        "custo_usd": _spread([turn.cost_usd for turn in asked]),
        "modelo_ms": _spread([turn.model_ms for turn in asked]),
        "nosso_ms": _spread([turn.own_ms for turn in turns]),
    }


def pass_hat(runs: Iterable[Run], k: int) -> float | None:
    """pass^k: the chance that k runs of a case all pass, averaged over the cases that ran at least k times."""
    by_case: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for run in runs:
        by_case[run.suite, run.case].append(run.passed)
    chances = [math.comb(sum(won), k) / math.comb(len(won), k) for won in by_case.values() if len(won) >= k]
    return round(sum(chances) / len(chances), 4) if chances else None


def share(held: Iterable[bool]) -> float | None:
    found = list(held)
    return round(sum(found) / len(found), 4) if found else None


def percentile(values: Sequence[float], part: float) -> float:
    """By the nearest rank. ``values`` must not be empty."""
    ordered = sorted(values)
    return ordered[max(math.ceil(part * len(ordered)) - 1, 0)]


def _spread(values: Sequence[float]) -> dict[str, float] | None:
    if not values:
        return None
    return {
        "p50": round(percentile(values, 0.5), 6),
        "p95": round(percentile(values, 0.95), 6),
        "media": round(sum(values) / len(values), 6),
    }


def _accuracy(runs: Iterable[Run]) -> dict[str, dict[str, Any]]:
    counted: dict[str, list[bool]] = defaultdict(list)
    for run in runs:
        for name, right in run.fields.items():
            counted[name].append(right)
    return {name: {"acerto": share(rights), "n": len(rights)} for name, rights in sorted(counted.items())}


def _by_disclosure(runs: Iterable[Run]) -> dict[str, float | None]:
    counted: dict[str, list[bool]] = defaultdict(list)
    for run in runs:
        if run.disclosure:
            counted[run.disclosure] += run.fields.values()
    return {name: share(rights) for name, rights in counted.items()}


def _drop(runs: Iterable[Run]) -> float | None:
    """How much of what is told gets lost when it comes one fact at a time instead of all at once."""
    found = _by_disclosure(runs)
    at_once, one_by_one = found.get("tudo_de_uma_vez"), found.get("um_por_mensagem")
    return None if at_once is None or one_by_one is None else round(at_once - one_by_one, 4)
