"""One reply of the playground with everything that led to it, as JSON that the page shows."""

from dataclasses import asdict
from typing import Any

from conversations.evals.rehearsal import Take
from conversations.models import Handoff
from conversations.wording import intents, matters, move, tools, words
from knowledge.models import Situation
from leads.display import fact_value
from leads.models import Fact
from leads.services import NewFact
from leads.temperature import Score
from seleto.backoffice.sides import of_draft


def shown(take: Take, *, number: int) -> dict[str, Any]:
    """JSON-ready; times in milliseconds, money in US$ as text."""
    decision, heard = take.decision, take.snapshot.heard if take.snapshot else None
    answer, usage = decision.answer, decision.usage
    return {
        "number": number,
        "at": take.at.isoformat(),
        "said": [line.text for line in take.said],
        "reply": list(decision.bubbles),
        "owner": take.owner,
        "brief": take.brief(),
        "version": take.snapshot.prompt_version if take.snapshot else "",
        "sources": _sources(take),
        "facts": [_fact(fact) for fact in decision.facts],
        "known": [{"label": _label(name), "value": fact_value(name, value)} for name, value in take.facts.items()],
        "dropped": [_label(name) for name in decision.dropped_facts],
        "score": _score(take.score),
        "draft": take.draft,
        "stopped": [asdict(of_draft(draft)) for draft in decision.stopped],
        "fallback": _situation(decision.fallback),
        "settled": _settled_by(take),
        "matters": matters(sorted(heard.matters)) if heard else "",
        "language": heard.language if heard else "",
        "intents": intents(answer.intents) if answer else "",
        "move": move(answer.move) if answer else "",
        "tools": tools(decision.tools),
        "handoff": _reason(decision.handoff_reason),
        "interests": list(decision.interests),
        "gap": decision.gap,
        "retry": words(decision.retry_reason) if decision.retry_reason else "",
        "model": usage.model,
        "calls": usage.calls,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost_usd": str(usage.cost_usd),
        "model_ms": usage.model_ms,
        "own_ms": round(take.own_ms),
        "total_ms": round(take.total_ms),
    }


def _settled_by(take: Take) -> str:
    """Which rule made a model superfluous; empty when one was asked."""
    decision = take.decision
    if not take.decided:
        return "Uma pessoa atende: o agente não responde."
    if decision.usage.calls:
        return ""
    heard = take.snapshot.heard if take.snapshot else None
    parts = [f"assunto ouvido: {matters(sorted(heard.matters))}"] if heard and heard.matters else []
    parts += [f"frase aprovada: {_situation(decision.fallback)}"] if decision.fallback else []
    parts += [f"repasse: {_reason(decision.handoff_reason)}"] if decision.handoff_reason else []
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _sources(take: Take) -> list[dict[str, str]]:
    """The articles in the brief, those first that the answer rests on."""
    if take.snapshot is None:
        return []
    titles = {article.id: article for article in take.snapshot.articles}
    used = [code for code in take.sources if code in titles]
    rest = [code for code in titles if code not in used]
    return [{"code": code, "text": titles[code].text, "used": "sim" if code in used else ""} for code in [*used, *rest]]


def _fact(fact: NewFact) -> dict[str, str]:
    return {
        "label": _label(fact.field),
        "value": fact_value(fact.field, fact.value),
        "evidence": str(Fact.Evidence(fact.evidence).label),
        "because": f"“{fact.quote}”" if fact.quote else fact.rule.replace("_", " "),
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "value": score.value,
        "temperature": score.temperature.value,
        "label": str(score.temperature.label),
        "parts": [{**asdict(part), "label": part.label} for part in score.parts],
        "reasons": list(score.reasons),
        "would_raise": list(score.would_raise),
    }


def _label(field: str) -> str:
    return str(Fact.Field(field).label) if field in Fact.Field.values else field


def _situation(code: str) -> str:
    return str(Situation(code).label) if code in Situation.values else code


def _reason(code: str) -> str:
    return str(Handoff.Reason(code).label) if code in Handoff.Reason.values else code
