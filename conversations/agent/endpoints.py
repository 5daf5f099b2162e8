"""The model servers of the settings, and what is known of them. Without Agno, so that anybody may ask."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings

# How an answer gets its form: a JSON schema, JSON described in the prompt, or the arguments of a tool.
SCHEMA, JSON, TOOL = "schema", "json", "tool"
FIRST, STAND_IN = "llm", "llm-reserva"
_MILLION = Decimal(1_000_000)
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
    of its circuit. Prices in US$ per million tokens."""

    name: str
    base_url: str
    model: str
    api_key: str = field(repr=False)
    mode: str = SCHEMA
    tools: bool = True
    prompt_price: Decimal = Decimal(0)
    completion_price: Decimal = Decimal(0)

    @property
    def prefix(self) -> str:
        """What the names of its settings begin with."""
        return "LLM_FALLBACK" if self.name == STAND_IN else "LLM"

    def cost_usd(self, prompt_tokens: int, completion_tokens: int) -> Decimal:
        return (self.prompt_price * prompt_tokens + self.completion_price * completion_tokens) / _MILLION


def endpoints() -> tuple[Endpoint, ...]:
    """Where to ask, in order: the model of the settings and, when there is one, its stand-in."""
    first = Endpoint(
        name=FIRST,
        base_url=settings.LLM_BASE_URL,
        model=settings.LLM_MODEL,
        api_key=settings.LLM_API_KEY,
        mode=settings.LLM_ANSWER_MODE,
        tools=settings.LLM_TOOLS,
        prompt_price=Decimal(str(settings.LLM_PROMPT_PRICE)),
        completion_price=Decimal(str(settings.LLM_COMPLETION_PRICE)),
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
        prompt_price=Decimal(str(settings.LLM_FALLBACK_PROMPT_PRICE)),
        completion_price=Decimal(str(settings.LLM_FALLBACK_COMPLETION_PRICE)),
    )


def advice(endpoint: Endpoint, reason: str) -> str:
    """A Portuguese sentence for a manager: what a ``ModelFailure.reason`` means and what to mend."""
    text = _ADVICE.get(reason, _ADVICE_ELSE)
    return text.format(model=endpoint.model, prefix=endpoint.prefix, reason=reason)
