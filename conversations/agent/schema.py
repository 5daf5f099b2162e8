"""The model's answer: one JSON object, checked before anything in it is used."""

import json
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from conversations.channels.base import clean

FactField = Literal[
    "nome",
    "empresa",
    "cidade",
    "uf",
    "produto",
    "volume",
    "urgencia",
    "cnpj",
    "email",
    "telefone",
    "conhece_seleto",
    "segmento",
]
Intent = Literal[
    "saudacao",
    "pergunta_tecnica",
    "pergunta_preco",
    "pergunta_prazo",
    "pede_humano",
    "suporte",
    "reclamacao",
    "opt_out",
    "privacidade",
    "fornecedor",
    "candidato",
    "engano",
    "curioso",
    "despedida",
    "outro",
]
Move = Literal[
    "responder", "perguntar", "recusar_preco", "apresentar_fb300", "registrar_interesse", "encaminhar", "encerrar"
]


# NUL and lone surrogates cannot be stored or sent, whoever wrote them.
Clean = Annotated[str, AfterValidator(clean)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProposedFact(Strict):
    """Something the lead said, as the model understood it; nothing is believed before it is validated."""

    field: FactField
    value: Clean = Field(max_length=200)
    quote: Clean = Field(max_length=500, description="Trecho copiado literalmente da mensagem do lead.")
    message: Clean = Field(max_length=40, description="Atributo id da mensagem citada.")


class Answer(Strict):
    """One turn's proposal."""

    reply: Clean = Field(max_length=4000, description="Texto ao lead; linha em branco separa mensagens.")
    facts: list[ProposedFact] = Field(max_length=20)
    intents: list[Intent] = Field(max_length=10)
    sources: list[Clean] = Field(max_length=20, description="Ids dos artigos usados.")
    unanswered_question: Clean | None = Field(description="Pergunta técnica que o conhecimento não responde, ou null.")
    move: Move


class Malformed(ValueError):
    """The answer is no JSON object of that shape. Carries no text of it."""


def parse(content: str) -> Answer:
    """Raises ``Malformed``."""
    text = content.strip()
    if text.startswith("```"):  # some servers fence their JSON whatever they are asked
        text = text.strip("`").removeprefix("json")
    problem = "empty"
    if text.strip():
        try:
            return Answer.model_validate_json(text)
        except ValidationError as error:
            problem = str(error.errors(include_input=False, include_url=False)[0]["type"])
    raise Malformed(problem)


@cache
def parameters() -> dict[str, Any]:
    """The schema of an answer; made once, as building one costs more than a turn may."""
    closed: dict[str, Any] = _closed(Answer.model_json_schema())
    return closed


@cache
def response_format() -> dict[str, Any]:
    """The ``response_format`` of the request for servers that hold a model to a schema."""
    return {"type": "json_schema", "json_schema": {"name": "resposta", "schema": parameters(), "strict": True}}


@cache
def described() -> str:
    """The schema as text, for servers that only promise some JSON."""
    return json.dumps(parameters(), ensure_ascii=False, separators=(",", ":"))


def _closed(node: Any) -> Any:
    """The schema without the keywords that strict mode refuses; ``parse`` checks the limits."""
    if isinstance(node, dict):
        return {
            key: _closed(value)
            for key, value in node.items()
            if key not in {"maxLength", "maxItems", "title", "default"} or (key == "title" and isinstance(value, dict))
        }
    if isinstance(node, list):
        return [_closed(value) for value in node]
    return node
