"""The parts that need more of the world than a model and a provider: voice notes, Chatwoot, the CRM, summaries."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from bench import crm as deals
from bench import handoffs, mirror
from bench.floors import free_port
from bench.load import INSTANCE, Sender, Target, speak
from bench.system import NO_WAITING
from bench.world import MODEL_S
from conversations.evals import installation
from conversations.models import Channel

ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def product(**overrides: str) -> Iterator[Any]:
    """The product with the bench's fakes outside; yields (installation, sender)."""
    with contextlib.ExitStack() as stack:
        fakes = stack.enter_context(_fakes())
        given = {**NO_WAITING, "ZAPI_BASE_URL": fakes, "LLM_BASE_URL": f"{fakes}/v1", **overrides}
        running = stack.enter_context(installation.running(given, durable=True))
        Channel.objects.update(min_interval_ms=0, instance_id=INSTANCE)
        time.sleep(2)  # longer than CHANNEL_CACHE_S, so that every process has read it
        sender = Sender(Target(webhook=running.webhook, fakes=fakes), connections=160)
        stack.callback(sender.close)
        yield running, sender


@contextlib.contextmanager
def _fakes() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "bench.fakes:app", "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(
        [*command, "--no-access-log"], cwd=ROOT, env={**os.environ, "BENCH_MODEL_S": str(MODEL_S)}
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(100):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{address}/sends", trust_env=False)
                break
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


def audio(quick: bool) -> dict[str, Any]:
    """A voice note from webhook to reply, beyond what transcription and model take themselves."""
    found: dict[str, Any] = {}
    with product() as (_, sender):
        speak(sender, leads=2, turns=2, endpoints_s=2 * MODEL_S, start=80_000_000)  # warm
        for leads, turns in ((1, 10 if quick else 40), (8, 2 if quick else 8)):
            before = os.getloadavg()[0]
            timed = speak(sender, leads=leads, turns=turns, endpoints_s=2 * MODEL_S, start=80_001_000 + leads * 100)
            load = [round(before, 1), round(os.getloadavg()[0], 1)]
            found[f"leads_{leads}"] = {"overhead_ms": asdict(timed), "load_before_and_after": load}
    return found


def chatwoot(quick: bool) -> dict[str, Any]:
    """How soon Chatwoot shows what was said, how soon an SDR is in charge, and many first messages at once."""
    with product(CHATWOOT_POLL_S="60") as (running, sender):
        desk = mirror.Desk(running)
        delays = mirror.idle_delays(desk, sender, leads=10 if quick else 20, turns=3 if quick else 6)
        taken = mirror.takeovers(desk, leads=10 if quick else 20)
        many = mirror.first_messages(desk, sender, leads=100 if quick else 1_000, start=50_000)
    found = {name: asdict(value) for name, value in (delays | taken).items()}
    return {"ms": found, "first_messages_at_once": many}


def summaries(quick: bool) -> dict[str, Any]:
    """Of the handoffs that the shipped cases come to, how many summaries tell everything that was told."""
    return handoffs.summaries(quick=quick)


def crm(quick: bool) -> dict[str, Any]:
    """Requests per lead, seconds from handoff to deal with nothing else to do, and a queue drained at the limit."""
    rate = 10.0
    settings.PIPERUN_TOKEN = "of-the-worker-alone"  # so that this process may make leads due
    with product(PIPERUN_RATE_PER_S=str(rate)) as (running, _):
        outside = deals.Crm(running)
        requests = deals.per_lead(outside)
        handed = deals.handoff_to_deal(leads=10 if quick else 30)
        drained = deals.drain(outside, leads=100 if quick else 1_000, rate=rate)
    return {"requests": requests, "handoff_to_deal_ms": asdict(handed), "drain": drained}
