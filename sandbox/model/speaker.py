"""From a chat request to an answer: finds the brief in it and lets the sales assistant speak."""

import random
from typing import Any

from sandbox.model import wire
from sandbox.model.wire import Reply


def answer(body: dict[str, Any], *, careless: random.Random | None) -> Reply:
    return Reply(
        content=wire.dump(
            {
                "reply": "Olá!",
                "facts": [],
                "intents": [],
                "sources": [],
                "unanswered_question": None,
                "move": "responder",
            }
        )
    )
