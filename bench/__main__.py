"""``python -m bench``: measure the pipe over the real processes and write ``bench/results/latest.json``.

Web, worker and PostgreSQL are the product's own; the model answers after 0.8 s and the provider at once. Guardrails on,
quiet period, typing and pacing off, every commit on disk. The load generator and the fakes share the machine's cores.
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import httpx

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
MODEL_S = 0.8
NO_WAITING = {
    "QUIET_AFTER_ANSWER_S": "0",
    "QUIET_DEFAULT_S": "0",
    "QUIET_FRAGMENT_S": "0",
    "TYPING_MAX_S": "0",
    "CHANNEL_CACHE_S": "0.5",
    "WORKERS_CONVERSATION": "2",
}


def main() -> int:
    """Exit codes: 0 measured, 1 failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: about two minutes")
    parser.add_argument("--part", choices=[*PARTS], action="append", help="only this part; may be repeated")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "seleto.settings"
    os.environ["SANDBOX"] = "on"
    django.setup()
    from seleto import bootstrap

    bootstrap.prepare_for(["manage.py", "migrate"])
    figures: dict[str, Any] = {}
    for name in options.part or PARTS:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures[name] = PARTS[name](options.quick)
        print(json.dumps(figures[name], indent=2), flush=True)
    _write(figures)
    return 0


@contextlib.contextmanager
def product(**overrides: str) -> Iterator[Any]:
    """The product with the bench's fakes outside; yields (installation, sender)."""
    from bench.load import INSTANCE, Sender, Target
    from conversations.evals import installation
    from conversations.models import Channel

    with contextlib.ExitStack() as stack:
        fakes = stack.enter_context(_fakes())
        settings = {**NO_WAITING, "ZAPI_BASE_URL": fakes, "LLM_BASE_URL": f"{fakes}/v1", **overrides}
        running = stack.enter_context(installation.running(settings, durable=True))
        Channel.objects.update(min_interval_ms=0, instance_id=INSTANCE)
        time.sleep(2)  # longer than CHANNEL_CACHE_S, so that every process has read it
        sender = Sender(Target(webhook=running.webhook, fakes=fakes), connections=160)
        stack.callback(sender.close)
        yield running, sender


@contextlib.contextmanager
def _fakes() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
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


def speed(quick: bool) -> dict[str, Any]:
    """Acknowledgement, our overhead per turn and turns per second."""
    from bench.load import acknowledge, converse, steady

    found: dict[str, Any] = {}
    with product() as (_, sender):
        converse(sender, leads=4, turns=2, model_s=MODEL_S, start=90_000_000)  # caches and connections warm
        for leads, turns in ((1, 10 if quick else 30), (20, 4 if quick else 10), (64, 3 if quick else 6)):
            calls = sender.model_calls()
            rate, overhead, ack = converse(sender, leads=leads, turns=turns, model_s=MODEL_S, start=leads * 1000)
            found[f"leads_{leads}"] = {
                "turns_per_s": round(rate, 1),
                "overhead_ms": asdict(overhead),
                "ack_ms": asdict(ack),
                "model_calls_per_turn": round((sender.model_calls() - calls) / (leads * turns), 2),
            }
    with product(WORKERS_CONVERSATION="1", INGEST_CONCURRENCY="1") as (_, sender):
        found["ack_steady_50_per_s_ms"] = asdict(steady(sender, per_s=50, seconds=4 if quick else 10, start=0))
        rate, ack = acknowledge(sender, requests=500 if quick else 2000, connections=16, start=1_000_000)
        found["ack_16_connections"] = {"per_s": round(rate), "ms": asdict(ack)}
    return found


def audio(quick: bool) -> dict[str, Any]:
    """A voice note from webhook to reply, beyond what transcription and model take themselves."""
    from bench.load import speak

    found: dict[str, Any] = {}
    with product() as (_, sender):
        speak(sender, leads=2, turns=2, endpoints_s=2 * MODEL_S, start=80_000_000)  # warm
        for leads, turns in ((1, 10 if quick else 40), (8, 2 if quick else 8)):
            before = os.getloadavg()[0]
            timed = speak(sender, leads=leads, turns=turns, endpoints_s=2 * MODEL_S, start=80_001_000 + leads * 100)
            load = [round(before, 1), round(os.getloadavg()[0], 1)]
            found[f"leads_{leads}"] = {"overhead_ms": asdict(timed), "load_before_and_after": load}
    return found


def bursts(quick: bool) -> dict[str, Any]:
    """Ten messages of one lead within 8 s get exactly one reply."""
    from bench.load import payload, phone, until

    leads = 20 if quick else 100
    quiet = {"QUIET_AFTER_ANSWER_S": "4", "QUIET_DEFAULT_S": "8", "QUIET_FRAGMENT_S": "12"}
    with product(**quiet) as (_, sender):
        began = time.monotonic()
        for position in range(10):
            for number in range(leads):
                sender.post(payload(phone(number), f"parte {position} do pedido", f"BURST{number}-{position}"))
            time.sleep(max(began + (position + 1) * 0.8 - time.monotonic(), 0))
        sent_in = time.monotonic() - began
        until(lambda: len(sender.sends()) == leads, patience_s=60)
        time.sleep(15)  # whoever would answer twice has had the time to
        replies = [len(times) for times in sender.sends().values()]
    return {"leads": leads, "seconds": round(sent_in, 1), "answered_once": replies.count(1), "replies": sum(replies)}


def duplicates(quick: bool) -> dict[str, Any]:
    """Each event delivered three times, two of them at once, has one effect."""
    from bench.load import payload, phone, together, until
    from conversations.models import Event, Message

    events = 200 if quick else 1000
    with product() as (_, sender):
        bodies = [payload(phone(number % 50), f"Mensagem {number}", f"DUP{number}") for number in range(events)]
        together([lambda body=body: sender.post(body) for body in bodies for _ in range(2)])  # type: ignore[misc]
        together([lambda body=body: sender.post(body) for body in bodies])  # type: ignore[misc]
        until(lambda: not Event.objects.filter(status=Event.Status.NEW).exists(), patience_s=120)
        return {
            "events": events,
            "deliveries": events * 3,
            "stored": Event.objects.count(),
            "messages": Message.objects.filter(author=Message.Author.LEAD).count(),
        }


def kills(quick: bool) -> dict[str, Any]:
    """A worker killed in the middle of a model call: every lead is answered once all the same."""
    from bench.load import payload, phone, timing, until
    from conversations.models import Turn

    rounds, leads = (1 if quick else 5), 10
    recovered: list[float] = []
    replies: list[int] = []
    with product() as (running, sender):
        for number in range(rounds):
            start = number * leads
            for lead in range(leads):
                sender.post(payload(phone(start + lead), "Bom dia", f"KILL{start + lead}"))
            until(lambda: Turn.objects.filter(status=Turn.Status.RUNNING).count() >= leads, patience_s=10, every_s=0.02)
            killed_at = time.time()
            _kill_clusters(running.processes["worker"].pid)
            wanted = {phone(start + lead) for lead in range(leads)}
            until(lambda wanted=wanted: wanted <= set(sender.sends()), patience_s=60)  # type: ignore[misc]
            time.sleep(5)  # the clusters are up again, and whoever would answer twice has had the time to
            sends = sender.sends()
            recovered += [sends[to][0] - killed_at for to in wanted if to in sends]
            replies += [len(sends.get(to, ())) for to in wanted]
    return {
        "leads": len(replies),
        "answered_once": replies.count(1),
        "seconds_after_kill_max": round(max(recovered, default=float("nan")), 1),
        "after_kill_ms": asdict(timing(recovered)),
    }


def chatwoot(quick: bool) -> dict[str, Any]:
    """How soon Chatwoot shows what was said, how soon an SDR is in charge, and many first messages at once."""
    from bench import mirror

    with product(CHATWOOT_POLL_S="60") as (running, sender):
        desk = mirror.Desk(running)
        delays = mirror.idle_delays(desk, sender, leads=10 if quick else 20, turns=3 if quick else 6)
        taken = mirror.takeovers(desk, leads=10 if quick else 20)
        many = mirror.first_messages(desk, sender, leads=100 if quick else 1_000, start=50_000)
    found = {name: asdict(value) for name, value in (delays | taken).items()}
    return {"ms": found, "first_messages_at_once": many}


def summaries(quick: bool) -> dict[str, Any]:
    """Of the handoffs that the shipped cases come to, how many summaries tell everything that was told."""
    from bench import handoffs

    return handoffs.summaries(quick=quick)


def crm(quick: bool) -> dict[str, Any]:
    """Requests per lead, seconds from handoff to deal with nothing else to do, and a queue drained at the limit."""
    from django.conf import settings

    from bench import crm as measured

    rate = 10.0
    settings.PIPERUN_TOKEN = "of-the-worker-alone"  # so that this process may make leads due
    with product(PIPERUN_RATE_PER_S=str(rate)) as (running, _):
        outside = measured.Crm(running)
        requests = measured.per_lead(outside)
        deals = measured.handoff_to_deal(leads=10 if quick else 30)
        drained = measured.drain(outside, leads=100 if quick else 1_000, rate=rate)
    return {"requests": requests, "handoff_to_deal_ms": asdict(deals), "drain": drained}


def _kill_clusters(supervisor: int) -> None:
    """SIGKILL the process group of every cluster; the supervisor forks them again."""
    for child in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split():
        os.killpg(int(child), signal.SIGKILL)


def _write(figures: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    report = {"taken_at": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count(), "figures": figures}
    (RESULTS / "latest.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


PARTS: dict[str, Callable[[bool], dict[str, Any]]] = {
    "speed": speed,
    "audio": audio,
    "bursts": bursts,
    "duplicates": duplicates,
    "kills": kills,
    "chatwoot": chatwoot,
    "summaries": summaries,
    "crm": crm,
}

if __name__ == "__main__":
    sys.exit(main())
