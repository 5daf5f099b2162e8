"""Reads the product's timeline of a conversation over its public API, for the page."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx

BRASILIA = timezone(timedelta(hours=-3))


@dataclass(frozen=True)
class View:
    """``problem`` is a sentence for the reader when there is nothing to show."""

    conversation: dict[str, Any] = field(default_factory=dict)
    entries: tuple[dict[str, Any], ...] = ()
    problem: str = ""


class Timeline:
    def __init__(self, *, product_url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.AsyncClient(base_url=product_url, headers=headers, timeout=4.0, trust_env=False)

    async def read(self, message_id: str) -> View:
        """The conversation a lead's message belongs to."""
        try:
            conversation = await self._find(message_id)
            if not conversation:
                return View(
                    problem="O produto ainda não registrou esta mensagem. Assim que registrar, ela aparece aqui."
                )
            data = await self._get(f"/api/v1/conversations/{conversation}/timeline")
        except _Refused as refused:
            return View(problem=str(refused))
        except (httpx.HTTPError, ValueError):
            return View(problem="O produto não está respondendo. A conversa fica guardada aqui; ligue-o e continue.")
        entries = tuple(dict(row) for row in data.get("entries") or [] if isinstance(row, dict))
        return View(conversation=dict(data.get("conversation") or {}), entries=entries)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _find(self, message_id: str) -> str:
        data = await self._get("/api/v1/conversations", provider_message_id=message_id)
        results = data.get("results") or []
        return str(results[0].get("id", "")) if results else ""

    async def _get(self, path: str, **params: str) -> dict[str, Any]:
        answer = await self._client.get(path, params=params)
        if answer.status_code in (401, 403):
            raise _Refused("O produto recusou a chave de leitura. Confira SANDBOX_API_TOKEN.")
        answer.raise_for_status()
        data = answer.json()
        if not isinstance(data, dict):
            raise ValueError("not an object")
        return data


class _Refused(Exception):
    """The product does not let us read; the text says what to look at."""


def local_time(stamp: object) -> str:
    """Hour of the day in Brasília for an ISO instant; empty for anything else."""
    try:
        return datetime.fromisoformat(str(stamp)).astimezone(BRASILIA).strftime("%H:%M:%S")
    except ValueError:
        return ""
