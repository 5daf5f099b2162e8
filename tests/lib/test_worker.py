"""The worker's processes, started for real: they work, they stop, and nothing survives that should not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from seleto.lib import jobs
from seleto.lib.models import Alert, Heartbeat
from tests.lib import probe

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_S = 60.0
# Short enough for tests, in the proportions of the defaults.
SETTINGS = {
    "JOBS_LINGER_S": "0.3",
    "LEASE_S": "2",
    "LEASE_RENEW_S": "1",
    "SWEEP_S": "0.5",
    "HEARTBEAT_EVERY_S": "0.5",
    "HEARTBEAT_TIMEOUT_S": "3",
    "STOP_GRACE_S": "4",
}


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    group: int


def processes() -> dict[int, Process]:
    """All living processes (zombies left out), by pid."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except OSError:
                continue
            if state != "Z":
                found[int(entry.name)] = Process(int(entry.name), int(parent), int(group))
    return found


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "It never came true."
        time.sleep(0.02)


class Worker:
    """A supervisor with the probe's cluster."""

    def __init__(self, database_url: str) -> None:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.lib.probe_worker"],
            env=os.environ | SETTINGS | {"DATABASE_URL": database_url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.pid = self._program.pid
        self.groups: set[int] = set()
        until(Heartbeat.objects.exists)
        until(lambda: len(self.members()) == 6)

    def leader(self) -> int:
        """The newest process group's leader."""
        pids = [process.pid for process in processes().values() if process.parent == self.pid]
        self.groups.update(pids)
        return max(pids, default=0)

    def members(self) -> list[int]:
        """Pids of the cluster in the order of their birth: leader, guard, two workers, monitor, pusher."""
        leader = self.leader()
        return sorted(process.pid for process in processes().values() if leader and process.group == leader)

    def workers(self) -> list[int]:
        return self.members()[2:4]

    def remains(self) -> list[int]:
        return [process.pid for process in processes().values() if process.group in self.groups]

    def send(self, number: int) -> None:
        self._program.send_signal(number)

    def wait(self) -> int:
        return self._program.wait(PATIENCE_S)

    def end(self) -> None:
        if self._program.poll() is None:
            self._program.kill()
            self._program.wait()
        until(lambda: not self.remains())


@pytest.fixture
def worker(database_url: str) -> Iterator[Worker]:
    probe.register()
    probe.make_table()
    # A beat for a group whose supervisor was killed long ago.
    probe.execute("INSERT INTO django_q_ormq (key, payload, lock) VALUES ('probe:gone', '', '2020-01-01Z')")
    worker = Worker(database_url)
    yield worker
    worker.end()
    probe.drop_table()


def add(act: str = "note") -> int:
    row = probe.add(act)
    jobs.wake(probe.STAGE)
    return row


def worker_of(row: int) -> int:
    """The process that has the row in hand."""
    until(lambda: probe.execute("SELECT 1 FROM probe WHERE id = %s AND pid IS NOT NULL", [row]))
    return int(probe.execute("SELECT pid FROM probe WHERE id = %s", [row])[0][0])


def test_works_what_is_woken_or_swept_and_stops_letting_items_finish(worker: Worker) -> None:
    woken, swept = add(), probe.add()
    until(lambda: probe.worked(woken) and probe.worked(swept))
    slow = add("sleep 1")
    worker_of(slow)

    worker.send(signal.SIGTERM)

    assert worker.wait() == 0
    assert probe.worked(slow) == 1
    assert worker.remains() == []
    assert probe.execute("SELECT key FROM django_q_ormq") == []


def test_refuses_a_cluster_that_does_not_exist() -> None:
    with pytest.raises(CommandError, match="conversation, delivery, background") as refusal:
        call_command("worker", clusters="conversation,mailing")

    assert refusal.value.returncode == 2


@pytest.mark.chaos
def test_an_item_whose_process_is_killed_is_worked_again_once_its_lease_is_over(worker: Worker) -> None:
    row = add("sleep 1")

    os.kill(worker_of(row), signal.SIGKILL)

    until(lambda: probe.worked(row))
    assert probe.execute("SELECT worked, attempts FROM probe WHERE id = %s", [row]) == [(1, 2)]


@pytest.mark.chaos
def test_what_kills_its_process_is_parked_and_takes_nobody_with_it(worker: Worker) -> None:
    poison = probe.add("die")
    others = [probe.add("sleep 0.5") for _ in range(5)]
    jobs.wake(probe.STAGE)

    until(lambda: probe.execute("SELECT 1 FROM probe WHERE id = %s AND parked", [poison]))
    until(lambda: all(probe.worked(row) for row in others))

    died = probe.execute("SELECT attempts FROM probe WHERE id = %s", [poison])[0][0] - 1
    assert (died, probe.execute("SELECT id FROM probe WHERE parked")) == (probe.MOST, [(poison,)])


@pytest.mark.chaos
def test_a_cluster_whose_idle_workers_died_holding_the_queue_is_forked_again(worker: Worker) -> None:
    """Whichever idle worker is reading holds the queue's lock; its successor waits for the lock for ever."""
    before = worker.leader()
    time.sleep(1)  # no drain lingers any more
    for pid in worker.workers():
        os.kill(pid, signal.SIGKILL)

    row = add()

    until(lambda: probe.worked(row))
    assert worker.leader() != before


@pytest.mark.chaos
def test_a_cluster_that_is_stopped_in_its_tracks_is_forked_again(worker: Worker) -> None:
    before = worker.leader()
    os.killpg(before, signal.SIGSTOP)
    row = add()

    until(lambda: probe.worked(row))
    assert worker.leader() != before
    assert Alert.objects.filter(key="worker:probe", closed_at=None).exists()
    assert not [process for process in processes().values() if process.group == before]


@pytest.mark.chaos
@pytest.mark.parametrize("member", [0, 1], ids=["leader", "guard"])
def test_a_cluster_that_lost_its_head_is_forked_again_and_leaves_no_orphans(worker: Worker, member: int) -> None:
    before = worker.leader()

    os.kill(worker.members()[member], signal.SIGKILL)

    until(lambda: worker.leader() not in (0, before))
    until(lambda: not [process for process in processes().values() if process.group == before])
    row = add()
    until(lambda: probe.worked(row))


@pytest.mark.chaos
def test_an_item_that_outlasts_the_grace_is_left_to_its_lease(worker: Worker) -> None:
    row = add("sleep 60")
    worker_of(row)

    worker.send(signal.SIGTERM)

    assert worker.wait() == 0
    assert worker.remains() == []
    until(lambda: probe.next_due())


@pytest.mark.chaos
def test_nothing_outlives_a_killed_supervisor(worker: Worker) -> None:
    add("sleep 30")
    assert worker.remains()

    worker.send(signal.SIGKILL)
    worker.wait()

    until(lambda: not worker.remains())


@pytest.mark.chaos
def test_a_worker_outlives_its_database_connections(worker: Worker) -> None:
    probe.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = current_database()"
    )

    row = add()

    until(lambda: probe.worked(row))
