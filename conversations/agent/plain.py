"""One chat request without Agno, tools or repair: for the background and for checks."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from conversations.agent.endpoints import Endpoint
from conversations.agent.errors import NO_API, ModelFailure, classify
from conversations.agent.state import Usage
from seleto.lib import http

if TYPE_CHECKING:
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletion


def chat(
    endpoint: Endpoint,
    messages: Sequence[Mapping[str, Any]],
    *,
    max_tokens: int,
    connect_s: float,
    read_s: float,
    **form: Any,
) -> "ChatCompletion":
    """The server's answer to ``messages``; ``form`` adds to the request (``response_format``, ``tools``).

    Raises ``ModelFailure``, its cause being the SDK's own error. Holds no connection of the database by itself.
    """
    from openai import OpenAI, OpenAIError  # a second to import, only where it is needed

    # The SDK's types name another HTTP package; it takes ours as well.
    session: Any = http.session("llm", connect_s=connect_s, read_s=read_s)
    key = endpoint.api_key or "not-set"
    client: Any = OpenAI(api_key=key, base_url=endpoint.base_url, max_retries=0, http_client=session)
    try:
        answer: ChatCompletion | str = client.chat.completions.create(
            model=endpoint.model, messages=messages, max_tokens=max_tokens, **form
        )
    except OpenAIError as error:
        raise classify(error) from error
    if isinstance(answer, str) or not answer.choices:
        raise ModelFailure(NO_API, retryable=False)
    return answer


def usage(endpoint: Endpoint, answer: "ChatCompletion") -> Usage:
    """What one call cost; nothing but the call itself where the server counts no tokens."""
    used = answer.usage
    if used is None:
        return Usage(model=endpoint.model, calls=1)
    return Usage(
        model=endpoint.model,
        calls=1,
        prompt_tokens=used.prompt_tokens,
        completion_tokens=used.completion_tokens,
        cost_usd=endpoint.cost_usd(used.prompt_tokens, used.completion_tokens, cached_tokens(used)),
    )


def cached_tokens(used: "CompletionUsage") -> int:
    """Of the tokens read, those the server had read before; 0 where it does not say."""
    details = used.prompt_tokens_details
    return (details.cached_tokens or 0) if details else 0
