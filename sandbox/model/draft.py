"""An answer in the making, and the object it becomes on the wire."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.model.answers import Answer
from sandbox.model.facts import Found

_TOLD_INTENTS = {
    "pagamento": "pergunta_preco",
    "frete": "pergunta_preco",
    "cotacao": "pergunta_preco",
    "agradece": "despedida",
    "pede_indicacao": "pergunta_tecnica",
    "robo": "outro",
    "segredo": "outro",
    "fora_do_assunto": "outro",
}
_KNOWN_INTENTS = frozenset(
    """saudacao pergunta_tecnica pergunta_preco pergunta_prazo pede_humano suporte reclamacao opt_out privacidade
    fornecedor candidato engano curioso despedida outro""".split()
)


@dataclass
class Draft:
    """An answer in the making; ``parts`` are sentences of the reply, ``ask`` the question at its end."""

    parts: list[str] = field(default_factory=list)
    ask: str = ""
    found: list[Found] = field(default_factory=list)
    intents: set[str] = field(default_factory=set)
    sources: list[str] = field(default_factory=list)
    gap: str | None = None
    move: str = "responder"
    closed: bool = False

    def say(self, text: str) -> None:
        if text and text not in self.parts:
            self.parts.append(text)

    def quote(self, answer: Answer) -> None:
        self.say(answer.text)
        self.sources += [source for source in answer.sources if source not in self.sources]

    @property
    def reply(self) -> str:
        body = " ".join(self.parts)
        return "\n\n".join(part for part in (body, self.ask) if part)

    def answer(self) -> dict[str, Any]:
        told = sorted({_TOLD_INTENTS.get(name, name) for name in self.intents} & _KNOWN_INTENTS)
        return {
            "reply": self.reply,
            "facts": [
                {"field": row.field, "value": row.value, "quote": row.quote, "message": row.message}
                for row in self.found
            ],
            "intents": told or ["outro"],
            "sources": self.sources,
            "unanswered_question": self.gap,
            "move": self.move,
        }
