"""From a chat request to an answer: finds the brief in it and lets the sales assistant speak."""

import json
import random
import re
from collections.abc import Mapping
from typing import Any

from sandbox.model import brief as briefs
from sandbox.model import careless as carelessness
from sandbox.model import lookups, phrases, sdr, wire
from sandbox.model.brief import Brief, Correction
from sandbox.model.draft import Draft
from sandbox.model.text import fold, sentences
from sandbox.model.wire import Reply

ANSWER = "resposta"
_SAFE = {
    "en": "Thank you for your message! I am here to help.",
    "es": "¡Gracias por su mensaje! Estoy aquí para ayudarle.",
}
_SAFE_HERE = "Certo, obrigado pela mensagem! Fico à disposição por aqui."
_OFFENCE = {
    "price": r"r\$|\breais\b|\bmil\b|preco|\bcust|barat|\bcar[oa]\b|\d{1,3}\.\d{3}|valor",
    "payment": r"parcel|boleto|\bpix\b|cart(?:ao|oes)|\bentrada\b|financ|\d+\s*x\b|pagamento",
    "discount": r"descont|promo|condic",
    "deadline": r"prazo|\bdias?\b|semana|entreg|cheg|horas?\b|minuto",
    "freight": r"frete|\bcif\b|\bfob\b|transport|entreg",
    "promise": r"garant|visita|demonstr|devol|treinament|minutos?|vai te ligar|prometo|com certeza|especialista",
    "contradiction": r"\d",
    "leak": r"sistema|prompt|configura|modelo|\bcrm\b|interno|temperatura|montad",
}


def answer(body: Mapping[str, Any], *, careless: random.Random | None, eager: bool = False) -> Reply:
    """Answer a chat request. With a random source the assistant is careless; ``eager`` looks up all it can."""
    messages = body["messages"]
    found = briefs.find(messages)
    if found is None:
        return lookups.summary(messages) or _without_brief(body)
    found = lookups.with_found(found, messages)
    draft = sdr.compose(found)
    if (call := lookups.wanted(body, found, draft, eager=eager)) is not None:
        return call
    data = _corrected(found, draft) if found.corrections else draft.answer()
    if careless is not None:
        data = carelessness.spoil(data, found, careless)
    name = _answer_tool(body)
    if name:
        return Reply(tool_calls=((name, wire.dump(data)),), finish_reason="tool_calls")
    return Reply(content=wire.dump(data))


def _corrected(brief: Brief, draft: Draft) -> dict[str, Any]:
    """The same answer without what was found fault with, each time a bit more careful."""
    kinds = frozenset().union(*(correction.kinds for correction in brief.corrections))
    if len(brief.corrections) > 1 or any("question" in kind for kind in kinds):
        draft.ask = draft.ask if len(brief.corrections) == 1 else ""
    refused = _refused_reply(brief.corrections[-1])
    # A polite refusal names the matter without offending, unless it alone is what was found fault with.
    spared = phrases.REFUSALS if draft.reply != refused else frozenset()
    kept = [part for part in draft.parts if part in spared or not any(_offends(part, kind) for kind in kinds)]
    changed = kept != draft.parts
    draft.parts = kept
    if "pacing" in kinds or (not changed and draft.reply == refused):
        draft.ask = ""
    if not draft.reply or draft.reply == refused:
        draft.parts, draft.ask = [_SAFE.get(brief.language, _SAFE_HERE)], ""
    draft.parts = [sentence for part in draft.parts for sentence in sentences(part)]
    return draft.answer()


def _offends(part: str, kind: str) -> bool:
    pattern = _OFFENCE.get(kind)
    return bool(pattern and re.search(pattern, fold(part)))


def _refused_reply(correction: Correction) -> str:
    try:
        data = json.loads(correction.draft)
    except ValueError:
        return correction.draft
    return str(data.get("reply", "")) if isinstance(data, dict) else ""


def _answer_tool(body: Mapping[str, Any]) -> str:
    """The name of the tool an answer is wanted through, when no response format says otherwise."""
    if body.get("response_format") or body.get("tool_choice") == "none":
        return ""
    return ANSWER if ANSWER in lookups.tool_names(body) else ""


def _without_brief(body: Mapping[str, Any]) -> Reply:
    """A request that is not one of ours: the emptiest answer its format allows."""
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return Reply(content=wire.dump(wire.blank(wanted.get("json_schema", {}).get("schema", {}))))
    if wanted.get("type") == "json_object":
        return Reply(content="{}")
    choice = body.get("tool_choice")
    done = body["messages"][-1].get("role") == "tool"
    if choice not in (None, "none", "auto") and not done:
        for row in body.get("tools") or []:
            function = row.get("function", {})
            if choice == "required" or choice.get("function", {}).get("name") == function.get("name"):
                arguments = wire.dump(wire.blank(function.get("parameters", {})))
                return Reply(tool_calls=((str(function.get("name")), arguments),), finish_reason="tool_calls")
    return Reply(content="Olá! Aqui é o assistente virtual da Seleto Industrial.")
