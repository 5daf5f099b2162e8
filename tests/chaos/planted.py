"""Known bugs, planted one by one into a copy of the product: each has to be caught by the test named with it.

A harness that finds nothing proves nothing. A bug is a text replaced by another in one file; a text that is no longer
there, or stands there twice, fails the run, so the list follows the code.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import ledger
from tests.chaos.server import Server

ROOT = Path(__file__).resolve().parents[2]
STATEFUL = "tests/chaos/test_stateful.py"
DELIVERY = "tests/chaos/test_delivery.py"
_SERVER = 90
_FAILED = 1  # pytest's code for failed tests; an error of the run itself has another


@dataclass(frozen=True, slots=True)
class Bug:
    name: str
    invariant: str
    file: str
    old: str
    new: str
    caught_by: str


BUGS: tuple[Bug, ...] = (
    Bug(
        "a row on its way out has no lease",
        "I1",
        "conversations/outbox.py",
        " leased_until = now() + make_interval(secs => %(lease)s) FROM mine",
        " leased_until = NULL FROM mine",
        STATEFUL,
    ),
    Bug(
        "the turn of a dead process is nobody's",
        "I1",
        "conversations/turns/stage.py",
        '" WHERE conversations_turn.leased_until <= now()"',
        '" WHERE FALSE"',
        STATEFUL,
    ),
    Bug(
        "an ambiguous send is repeated",
        "I6",
        "conversations/outbox.py",
        "return outcomes.declare_unknown(row.id, now)",
        "return outcomes.requeue(row, now, counted=True)",
        STATEFUL,
    ),
    Bug(
        "what a dead sender had in hand is sent again",
        "I6",
        "conversations/outcomes.py",
        '    for row_id in abandoned.values_list("pk", flat=True):\n        declare_unknown(row_id, now)\n',
        "    abandoned.update(status=Outbox.Status.QUEUED, leased_until=None)\n",
        STATEFUL,
    ),
    Bug(
        "a draft is committed over a newer message",
        "I3",
        "conversations/turns/commit.py",
        "if conversation.revision != state.revision:",
        "if False:",
        STATEFUL,
    ),
    Bug(
        "a draft is committed over a person",
        "I5",
        "conversations/turns/commit.py",
        "if conversation.owner != Conversation.Owner.AGENT or conversation.closed_at is not None:",
        "if conversation.closed_at is not None:",
        STATEFUL,
    ),
    Bug(
        "a takeover leaves the agent's queue as it is",
        "I5",
        "conversations/handoff.py",
        "    cancel_agent_messages(conversation, reason=TAKEN_OVER)\n",
        "",
        STATEFUL,
    ),
    Bug(
        "the claim of a bubble does not ask who is in charge",
        "I5",
        "conversations/outbox.py",
        "(mine.owner = 'agent' OR o.survives_handoff)",
        "TRUE",
        "tests/conversations/test_outbox_claim.py",
    ),
    Bug(
        "the claim of a bubble does not lock the conversation",
        "I5",
        "conversations/outbox.py",
        " WHERE c.id IN (SELECT conversation_id FROM ready) FOR UPDATE SKIP LOCKED)",
        " WHERE c.id IN (SELECT conversation_id FROM ready))",
        "tests/conversations/test_outbox_claim.py",
    ),
    Bug(
        "the notice of a handoff is cancelled by it",
        "I8",
        "conversations/turns/commit.py",
        "survives_handoff=bool(decision.handoff_reason),\n        followed=",
        "survives_handoff=False,\n        followed=",
        STATEFUL,
    ),
    Bug(
        "the CRM's create leaves no trace before it is sent",
        "I9",
        "crm/links.py",
        "UPDATE crm_crmlink l SET unsure = true,",
        "UPDATE crm_crmlink l SET unsure = unsure,",
        "tests/crm/test_sync_faults.py",
    ),
    Bug(
        "a redelivery is an event of its own",
        "I2",
        "conversations/webhooks/base.py",
        "            event.key,\n",
        '            f"{event.key}:{new_id()}",\n',
        DELIVERY,
    ),
    Bug(
        "the constraint on messages is dropped",
        "I2",
        "conversations/migrations/0001_initial.py",
        'fields=("channel", "provider_id"),\n                name="message_once_per_channel"',
        'fields=("channel", "provider_id", "revision"),\n                name="message_once_per_channel"',
        DELIVERY,
    ),
    Bug(
        "an older edit replaces a newer one",
        "I2",
        "conversations/ingest/messages.py",
        "        return _first_known_by_edit(channel, event, parsed, now)\n",
        "        return on_incoming(channel, event, parsed.message, now)\n",
        DELIVERY,
    ),
    Bug(
        "what our own user wrote in Chatwoot is forwarded to the lead",
        "I10",
        "conversations/ingest/people.py",
        "    if written.sender_id is None or (inbox and written.sender_id == inbox.integration_user_id):\n",
        "    if written.sender_id is None:\n",
        "tests/conversations/test_chatwoot.py",
    ),
    Bug(
        "opting out stops no follow-up",
        "I10",
        "conversations/followups.py",
        '    if lead.opted_out_at is not None:\n        raise Skip("lead_saiu")\n',
        "",
        "tests/conversations/test_follow_ups.py",
    ),
)


def run(only: str = "") -> int:
    """Plant each bug, or the one named; 1 when one was not caught."""
    server = Server(_SERVER)
    address = server.start()
    missed = 0
    try:
        for bug in BUGS:
            if only and bug.name != only:
                continue
            began = time.monotonic()
            caught = _is_caught(bug, address)
            figures = {"by": bug.caught_by, "invariant": bug.invariant, "s": round(time.monotonic() - began)}
            ledger.write("planted", bug.name, broken=[] if caught else ["not caught"], figures=figures)
            print(f"{bug.invariant} {bug.name}: {'caught' if caught else 'NOT CAUGHT'} by {bug.caught_by}", flush=True)
            missed |= not caught
    finally:
        server.stop()
    return missed


def _is_caught(bug: Bug, address: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="seleto-planted-") as folder:
        copy = Path(folder) / "seleto"
        _copy(copy)
        file = copy / bug.file
        text = file.read_text(encoding="utf-8")
        if text.count(bug.old) != 1:
            raise SystemExit(f"“{bug.name}” cannot be planted: {bug.file} has changed.")
        file.write_text(text.replace(bug.old, bug.new), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", bug.caught_by],
            cwd=copy,
            env=os.environ | {"DATABASE_URL": address, "CHAOS_HISTORIES": "60", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, _FAILED):
            print(done.stdout[-2000:], done.stderr[-500:])
        return done.returncode == _FAILED


def _copy(target: Path) -> None:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    (target / ".venv").symlink_to(ROOT / ".venv")
