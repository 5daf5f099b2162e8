"""The model servers of the settings, and what is known of them. Without Agno, so that anybody may ask."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings
from django.db import DatabaseError

from knowledge import queries
from knowledge.costs import Price
from seleto.lib import clock

# How an answer gets its form: a JSON schema, JSON described in the prompt, or the arguments of a tool.
SCHEMA, JSON, TOOL = "schema", "json", "tool"
FIRST, STAND_IN = "llm", "llm-reserva"
_ADVICE = {
    "unauthorized": "O provedor recusa a chave do modelo {model}: confira {prefix}_API_KEY.",
    "quota": "A conta do modelo {model} está sem cota ou sem saldo: regularize com o provedor do modelo.",
    "model_not_found": "O servidor de {prefix}_BASE_URL não tem o modelo {model}: confira {prefix}_MODEL e o endereço.",
    "rate_limit": "O modelo {model} está no limite de chamadas por minuto: tente mais tarde.",
    "connection": "Não há conexão com {prefix}_BASE_URL: confira o endereço e a rede.",
    "timeout": "O modelo {model} não respondeu no tempo de LLM_READ_TIMEOUT_S: confira o servidor.",
}
_ADVICE_ELSE = "O modelo {model} respondeu com erro ({reason}): confira o servidor de {prefix}_BASE_URL."


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible server and how its answers get their form (``LLM_ANSWER_MODE``). ``name`` is also the key
    of its circuit."""

    name: str
    base_url: str
    model: str
    api_key: str = field(repr=False)
    mode: str = SCHEMA
    tools: bool = True
    # Apart from what makes two endpoints the same: a new price is no reason to build the model anew.
    price: Price = field(default=Price(), compare=False)

    @property
    def prefix(self) -> str:
        """What the names of its settings begin with."""
        return "LLM_FALLBACK" if self.name == STAND_IN else "LLM"

    def cost_usd(self, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> Decimal:
        return self.price.of_tokens(prompt_tokens, completion_tokens, cached=cached_tokens)


def endpoints() -> tuple[Endpoint, ...]:
    """Where to ask, in order: the model of the settings and, when there is one, its stand-in."""
    first = Endpoint(
        name=FIRST,
        base_url=settings.LLM_BASE_URL,
        model=settings.LLM_MODEL,
        api_key=settings.LLM_API_KEY,
        mode=settings.LLM_ANSWER_MODE,
        tools=settings.LLM_TOOLS,
        price=_price(settings.LLM_MODEL, settings.LLM_PROMPT_PRICE, settings.LLM_COMPLETION_PRICE),
    )
    if not settings.LLM_FALLBACK_MODEL:
        return (first,)
    return first, Endpoint(
        name=STAND_IN,
        base_url=settings.LLM_FALLBACK_BASE_URL or settings.LLM_BASE_URL,
        model=settings.LLM_FALLBACK_MODEL,
        api_key=settings.LLM_FALLBACK_API_KEY or ("" if settings.LLM_FALLBACK_BASE_URL else settings.LLM_API_KEY),
        mode=settings.LLM_FALLBACK_ANSWER_MODE or settings.LLM_ANSWER_MODE,
        tools=settings.LLM_FALLBACK_TOOLS,
        price=_price(
            settings.LLM_FALLBACK_MODEL, settings.LLM_FALLBACK_PROMPT_PRICE, settings.LLM_FALLBACK_COMPLETION_PRICE
        ),
    )


def _price(model: str, prompt: float, completion: float) -> Price:
    read = Decimal(str(prompt))
    of_settings = Price(prompt=read, cached=read, completion=Decimal(str(completion)))
    try:
        return queries.model_price(model, at=clock.now(), otherwise=of_settings)
    except DatabaseError:
        return of_settings  # what it costs is no reason not to ask; `doctor` looks at a model without a database too


def advice(endpoint: Endpoint, reason: str) -> str:
    """A Portuguese sentence for a manager: what a ``ModelFailure.reason`` means and what to mend."""
    text = _ADVICE.get(reason, _ADVICE_ELSE)
    return text.format(model=endpoint.model, prefix=endpoint.prefix, reason=reason)
