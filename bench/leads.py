"""What leads do to a system under test, whatever it is: write in a closed loop, in bursts, at a steady rate."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.load import INSTANCE, payload
from bench.world import Turns, World

# Said in turn by every lead. None of it asks for a person or a price, so that each is answered by the model.
TEXTS = (
    "Oi, bom dia",
    "Vi o anúncio de vocês no Instagram",
    "Como funciona a formadora de hambúrguer?",
    "Ela trabalha com carne congelada?",
    "Qual é a espessura que ela faz?",
    "E a limpeza, é fácil no dia a dia?",
    "Entendi, e ela usa que tipo de energia?",
    "Precisa de compressor?",
    "Quantas pessoas para operar?",
    "Tenho uma lanchonete pequena",
    "Hoje faço tudo na mão mesmo",
    "Ela faz outros formatos além de redondo?",
    "Qual é o tamanho dela?",
    "Cabe em cima de uma bancada?",
    "O material é inox?",
    "Vocês dão treinamento?",
    "Legal, vou pensar com meu sócio",
    "Voltei, ele perguntou do papel separador",
    "Dá para usar com frango?",
    "E com massa vegetal?",
)
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where leads' messages go in. ``style``: how the provider's webhook looks, ``zapi`` or ``cloud``; ``secret`` signs
    a ``cloud`` body."""

    webhook: str
    style: str = "zapi"
    secret: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, to: str, text: str, message_id: str) -> bytes:
        return STYLES[self.style](to, text, message_id)

    def headed(self, body: bytes) -> dict[str, str]:
        if not self.secret:
            return dict(self.headers)
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return {**self.headers, "X-Hub-Signature-256": f"sha256={signature}"}


async def tell(world: World, target: Target, to: str, text: str, message_id: str) -> float:
    """Seconds until the acknowledgement. Raises RuntimeError when it is not 2xx."""
    body = target.body(to, text, message_id)
    status, took = await world.post(target.webhook, body, target.headed(body))
    if not 200 <= status < 300:
        raise RuntimeError(f"The webhook answered {status}.")
    return took


def converse(
    world: World, target: Target, *, leads: int, turns: int, start: int, answers_s: float | None = None
) -> Turns:
    """Each of ``leads`` writes again as soon as they are answered. ``answers_s``: the model's time."""
    model_s = world.outside.model_s if answers_s is None else answers_s
    overheads: list[float] = []
    acks: list[float] = []
    calls = world.model_calls

    async def lead(number: int) -> None:
        to = phone(start + number)
        before = len(world.sends.get(to, ()))
        for turn in range(turns):
            sent_at = time.time()
            text = TEXTS[(number + before + turn) % len(TEXTS)]  # who repeats themselves is taken for a machine
            acks.append(await tell(world, target, to, text, f"T{start + number}-{before}-{turn}"))
            arrived = await world.arrived(to, before + turn + 1, _PATIENCE_S)
            overheads.append(arrived - sent_at - model_s)

    async def all_leads() -> float:
        began = time.perf_counter()
        await asyncio.gather(*(lead(number) for number in range(leads)))
        return time.perf_counter() - began

    elapsed = world.run(all_leads())
    return Turns(leads * turns / elapsed, overheads, acks, world.model_calls - calls)


def acknowledge(
    world: World, target: Target, *, requests: int, connections: int, start: int
) -> tuple[float, list[float]]:
    """(requests per second, seconds to each acknowledgement) with ``connections`` callers that never pause."""

    async def caller(first: int) -> list[float]:
        took = []
        for number in range(first, start + requests, connections):
            took.append(await tell(world, target, phone(number % 500), "Bom dia", f"ACK{number}"))
        return took

    async def all_callers() -> tuple[float, list[float]]:
        began = time.perf_counter()
        found = await asyncio.gather(*(caller(start + number) for number in range(connections)))
        return requests / (time.perf_counter() - began), [value for values in found for value in values]

    return world.run(all_callers())


def steady(world: World, target: Target, *, per_s: int, seconds: float, start: int) -> list[float]:
    """Seconds to each acknowledgement at a steady rate."""

    async def all_calls() -> list[float]:
        began, calls = time.perf_counter(), []
        for number in range(round(per_s * seconds)):
            await asyncio.sleep(max(began + number / per_s - time.perf_counter(), 0))
            said = tell(world, target, phone(number % 500), "Bom dia", f"STEADY{start + number}")
            calls.append(asyncio.create_task(said))
        return list(await asyncio.gather(*calls))

    return world.run(all_calls())


def phone(number: int) -> str:
    """A fictional mobile of area code 11."""
    return f"55119{number:08d}"


def _cloud(to: str, text: str, message_id: str) -> bytes:
    message = {
        "from": to,
        "id": f"wamid.{message_id}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "551130000000", "phone_number_id": INSTANCE},
        "contacts": [{"profile": {"name": "Lead"}, "wa_id": to}],
        "messages": [message],
    }
    change = {"field": "messages", "value": value}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}).encode()


STYLES: dict[str, Callable[[str, str, str], bytes]] = {"zapi": payload, "cloud": _cloud}
