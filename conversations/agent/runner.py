"""Ask the model once, or once more with a correction. Agno's ``run`` never raises and may put an error's text where the
answer belongs, so status, end and shape are checked before anything is used."""

import time
from dataclasses import dataclass, field, replace

from agno.run.base import RunStatus
from django.conf import settings

from conversations.agent import factory, schema
from conversations.agent.errors import ModelFailure
from conversations.agent.schema import Answer, Malformed
from conversations.agent.state import Usage
from conversations.agent.tools import Effects, ToolBox

# The answer, one repair and one regeneration (design.md, Budgets).
MAX_CALLS = 3


@dataclass(frozen=True, slots=True)
class Correction:
    """What was wrong with the previous answer: ``motive`` for the tag, ``text`` in Portuguese for the model."""

    motive: str
    text: str


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a turn may still spend on model calls, whichever endpoint answers; ``until`` is in ``time.monotonic()``."""

    calls: int = MAX_CALLS
    until: float = field(default_factory=lambda: time.monotonic() + settings.TURN_DEADLINE_S)

    def after(self, calls: int) -> "Allowance":
        return replace(self, calls=self.calls - calls)

    def used_up(self) -> bool:
        return self.calls <= 0 or time.monotonic() >= self.until


class Session:
    """The model calls of one turn to one endpoint, counted and bounded together. Used by one thread."""

    def __init__(
        self, endpoint: factory.Endpoint, prompt: str, brief: str, tools: ToolBox, allowance: Allowance
    ) -> None:
        self._endpoint = endpoint
        self._tools = tools
        self._agent = factory.build(prompt, endpoint)
        self._messages = [factory.Message(role="user", content=brief)]
        self._ledger = factory.Ledger(limit=allowance.calls, deadline=allowance.until, endpoint=endpoint)

    def ask(self) -> Answer:
        """The model's answer, repaired once when it is malformed. Raises ``ModelFailure`` or ``Malformed``."""
        content = self._run()
        try:
            return self._parsed(content)
        except Malformed as error:
            self._messages += _exchange(content, Correction("formato", f"Responda só com o JSON pedido ({error})."))
        return self._parsed(self._run())

    def ask_shorter(self, brief: str) -> Answer:
        """The answer to a shorter brief in place of one that was too long. Raises ``ModelFailure``, ``Malformed``."""
        self._messages = [factory.Message(role="user", content=brief)]
        return self.ask()

    def ask_again(self, answer: Answer, correction: Correction) -> Answer:
        """A new answer in place of one that may not leave. Raises ``ModelFailure`` or ``Malformed``."""
        self._messages += _exchange(answer.model_dump_json(), correction)
        return self._parsed(self._run())

    def effects(self) -> Effects:
        """What the model proposed by tools so far."""
        return self._tools.effects()

    def tools(self) -> tuple[str, ...]:
        """Names of the tools the model called so far, repeated calls included."""
        return tuple(self._tools.called)

    def usage(self) -> Usage:
        ledger = self._ledger
        return Usage(
            model=self._endpoint.model,
            calls=ledger.calls,
            prompt_tokens=ledger.prompt_tokens,
            completion_tokens=ledger.completion_tokens,
            cost_usd=self._endpoint.cost_usd(ledger.prompt_tokens, ledger.completion_tokens, ledger.cached_tokens),
            model_ms=ledger.model_ms,
        )

    def _run(self) -> str:
        self._ledger.failure, self._ledger.finish_reason = None, ""
        factory.lend(self._ledger, self._tools)
        output = self._agent.run(list(self._messages), session_state={})
        if output.status != RunStatus.completed or self._ledger.failure is not None:
            raise self._ledger.failure or ModelFailure("run_failed", retryable=True)
        return output.content if isinstance(output.content, str) else ""

    def _parsed(self, content: str) -> Answer:
        if self._ledger.finish_reason not in (factory.FINISHED, "tool_calls"):
            raise Malformed(self._ledger.finish_reason or "unfinished")
        return schema.parse(content)


def _exchange(content: str, correction: Correction) -> list[factory.Message]:
    return [
        factory.Message(role="assistant", content=content or "{}"),
        factory.Message(role="user", content=f'<correcao motivo="{correction.motive}">{correction.text}</correcao>'),
    ]
