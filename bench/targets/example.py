"""The least that answers a lead: an ASGI application that asks the model and sends what it says. It keeps nothing, so a
message that comes three times is answered three times and what is in work dies with it."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import uvicorn

_tasks: set[asyncio.Task[None]] = set()


def application(outside: str) -> Callable[..., Awaitable[None]]:
    http = httpx.AsyncClient(trust_env=False, timeout=30, limits=httpx.Limits(max_connections=200))

    async def answer(message: dict[str, Any]) -> None:
        asked = {"model": "example", "messages": [{"role": "user", "content": message["text"]["message"]}]}
        said = (await http.post(f"{outside}/v1/chat/completions", json=asked)).json()
        reply = json.loads(said["choices"][0]["message"]["content"])["reply"]
        await http.post(f"{outside}/send-text", json={"phone": message["phone"], "message": reply})

    async def app(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        if body:
            task = asyncio.create_task(answer(json.loads(body)))
            _tasks.add(task)
            task.add_done_callback(_tasks.discard)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--outside", required=True)
    options = parser.parse_args()
    uvicorn.run(application(options.outside), port=options.port, log_level="warning", access_log=False)
