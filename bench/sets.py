"""Worker sets over one database: ``python -m bench.sets [--sets 1 2 4] [--seconds 30]``.

One database, one web, and as many ``manage.py worker`` as a machine each would run, with TURN_CONCURRENCY=4 and a model
of three seconds: a set can have four turns in hand and so at most 4/3 turns a second. More leads than all sets have
places write two messages at once, and again as soon as they are answered. Prints one JSON object, and exits with 1 when
a lead was answered twice, not at all or out of order.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from django.db import connection, connections

MODEL_S = 3.0
CONCURRENCY = 4
_WARM_S = 8.0
_PATIENCE_S = 60.0
_FIRST_PHONE = 5511900020001
_SETTINGS = {
    # Two messages at once are one question.
    "QUIET_AFTER_ANSWER_S": "0.5",
    "QUIET_DEFAULT_S": "0.5",
    "QUIET_FRAGMENT_S": "0.5",
    "TYPING_MAX_S": "0",
    "CHANNEL_CACHE_S": "0.5",
    "WHATSAPP_PAIR_INTERVAL_S": "0",
    "WEBHOOK_MAX_PER_S": "100000",
    "WEBHOOK_MAX_PER_S_ADDRESS": "100000",
    "WORKERS_CONVERSATION": "1",
    "TURN_CONCURRENCY": str(CONCURRENCY),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.sets", description=__doc__)
    parser.add_argument("--sets", type=int, nargs="+", default=[1, 2, 4], help="worker sets, ascending")
    parser.add_argument("--seconds", type=float, default=30, help="of load measured for each number of sets")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seleto.settings")
    os.environ["SANDBOX"] = "on"
    import django

    django.setup()
    from seleto import bootstrap

    bootstrap.prepare_for(["manage.py", "migrate"])
    found = _measure(options.sets, options.seconds)
    print(json.dumps(found, indent=2))
    return 1 if any(found["wrong"].values()) else 0


def _measure(sets: list[int], seconds: float) -> dict[str, Any]:
    from conversations.evals import installation
    from conversations.models import Channel

    leads = CONCURRENCY * max(sets) * 3 // 2
    steps: list[dict[str, Any]] = []
    with contextlib.ExitStack() as stack:
        running = stack.enter_context(installation.running(_SETTINGS, durable=True))
        Channel.objects.update(min_interval_ms=0)
        workers = [running.processes["worker"]]
        sandbox = running.product["ZAPI_BASE_URL"].removesuffix("/zapi")
        httpx.post(
            f"{sandbox}/_sandbox/model", json={"times": None, "latency_s": MODEL_S}, trust_env=False
        ).raise_for_status()
        load = stack.enter_context(_Load(running.webhook, Channel.objects.get(slug="principal").instance_id, leads))
        for number in sets:
            while len(workers) < number:
                workers.append(stack.enter_context(_set(running)))
            steps.append({"sets": number, **_step(load, workers, seconds)})
        load.end()
        wrong = _wrong(load.rounds)
    first = steps[0]["turns_per_s"] / steps[0]["sets"]
    for step in steps:
        step["of_linear"] = round(step["turns_per_s"] / (step["sets"] * first), 2)
        step["of_model_limit"] = round(step["turns_per_s"] / (step["sets"] * CONCURRENCY / MODEL_S), 2)
    return {"model_s": MODEL_S, "turn_concurrency": CONCURRENCY, "leads": leads, "steps": steps, "wrong": wrong}


def _step(load: "_Load", workers: list[subprocess.Popen[bytes]], seconds: float) -> dict[str, Any]:
    time.sleep(_WARM_S)
    began, before, cpu = time.monotonic(), load.answers(), _cpu_s(workers)
    time.sleep(seconds)
    elapsed, answered = time.monotonic() - began, load.answers() - before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        held = cursor.fetchone()[0]
    connection.close()
    return {
        "turns_per_s": round(answered / elapsed, 2),
        "turns": answered,
        "worker_cpu_ms_per_turn": round((_cpu_s(workers) - cpu) / max(answered, 1) * 1000),
        "worker_pss_mb": [round(_pss_mb(worker)) for worker in workers],
        "database_connections": held,
        "load": round(os.getloadavg()[0], 1),
    }


@contextlib.contextmanager
def _set(running: Any) -> Iterator[subprocess.Popen[bytes]]:
    """One more worker, as on another machine, when all its processes are there."""
    root = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=root,
        env={**running.product, "PROMETHEUS_MULTIPROC_DIR": ""},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        whole, until = len(_trees([running.processes["worker"]])), time.monotonic() + _PATIENCE_S
        while len(_trees([process])) < whole and time.monotonic() < until:
            time.sleep(0.2)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()


class _Load:
    """Leads who write two messages at once, wait for the answer to both and write again."""

    def __init__(self, webhook: str, instance: str, leads: int) -> None:
        self._webhook, self._instance = webhook, instance
        self._http = httpx.Client(timeout=30, trust_env=False)
        self.rounds = {str(_FIRST_PHONE + number): 0 for number in range(leads)}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "_Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._http.close()

    def answers(self) -> int:
        return sum(_answered().values())

    def end(self) -> None:
        """Nobody writes any more; wait for the last answers."""
        self._stop.set()
        self._thread.join()
        until = time.monotonic() + _PATIENCE_S
        while self.answers() < sum(self.rounds.values()) and time.monotonic() < until:
            time.sleep(0.2)

    def _run(self) -> None:
        with ThreadPoolExecutor(4) as pool:
            while not self._stop.is_set():
                answered = _answered()
                ready = [phone for phone, rounds in self.rounds.items() if answered.get(phone, 0) >= rounds]
                for future in [pool.submit(self._write, phone) for phone in ready]:
                    future.result()
                self._stop.wait(0.1)
        connections.close_all()

    def _write(self, phone: str) -> None:
        number = self.rounds[phone] + 1
        for half, text in enumerate((f"Pergunta {number}.", "Vocês vendem formadora?")):
            fields = {
                "type": "ReceivedCallback",
                "instanceId": self._instance,
                "messageId": f"SET{phone}-{number}-{half}",
                "phone": phone,
                "fromMe": False,
                "momment": int(time.time() * 1000),
                "text": {"message": text},
            }
            self._http.post(self._webhook, json=fields).raise_for_status()
        self.rounds[phone] = number


def _answered() -> dict[str, int]:
    """Rounds of each lead that are answered, the reply taken by the provider."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.address, count(DISTINCT t.id) FROM conversations_turn t JOIN conversations_conversation c"
            " ON c.id = t.conversation_id JOIN conversations_outbox o ON o.turn_id = t.id"
            " WHERE t.status = 'replied' AND o.status NOT IN ('queued', 'sending') GROUP BY 1"
        )
        return dict(cursor.fetchall())


_OVERLAPS = """
SELECT count(*) FROM conversations_turn a JOIN conversations_turn b ON a.conversation_id = b.conversation_id
AND a.id <> b.id AND a.started_at <= b.started_at AND b.started_at < a.finished_at
WHERE a.status = 'replied' AND b.status = 'replied'
"""
_BACKWARDS = """
SELECT count(*) FROM (SELECT read_revision, lag(read_revision) OVER (PARTITION BY conversation_id ORDER BY started_at)
AS before FROM conversations_turn WHERE status = 'replied') AS turns WHERE read_revision <= before
"""
_SWAPPED = """
SELECT count(*) FROM (SELECT provider_id, lag(provider_id) OVER (PARTITION BY conversation_id
ORDER BY sent_at, revision) AS before FROM conversations_message WHERE author = 'lead') AS messages
WHERE split_part(provider_id, '-', 2)::int * 2 + split_part(provider_id, '-', 3)::int
   <> split_part(before, '-', 2)::int * 2 + split_part(before, '-', 3)::int + 1
"""


def _wrong(rounds: dict[str, int]) -> dict[str, int]:
    """What must all be nought."""
    answered = _answered()
    counts = {"overlapping_turns": _OVERLAPS, "turns_backwards": _BACKWARDS, "messages_out_of_order": _SWAPPED}
    found = {}
    with connection.cursor() as cursor:
        for name, statement in counts.items():
            cursor.execute(statement)
            found[name] = int(cursor.fetchone()[0])
    return {
        "unanswered": sum(max(number - answered.get(phone, 0), 0) for phone, number in rounds.items()),
        "answered_twice": sum(max(answered.get(phone, 0) - number, 0) for phone, number in rounds.items()),
        **found,
    }


def _cpu_s(workers: list[subprocess.Popen[bytes]]) -> float:
    """Of the processes that live; those that were forked again are missing with what they used."""
    ticks = sum(int(value) for pid in _trees(workers) for value in _stat(pid)[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _pss_mb(worker: subprocess.Popen[bytes]) -> float:
    total = 0
    for pid in _trees([worker]):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                total += int(line.split()[1]) if line.startswith("Pss:") else 0
    return total / 1024


def _trees(workers: list[subprocess.Popen[bytes]]) -> list[int]:
    found, new = [], [worker.pid for worker in workers]
    while new:
        found += new
        new = [child for pid in new for child in _children(pid)]
    return found


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return ["0"] * 20


if __name__ == "__main__":
    sys.exit(main())
