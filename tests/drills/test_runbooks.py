"""Every incident has a runbook that can be read and whose commands exist; one of them is followed to its end."""

import io
import json
import re
import shlex
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.test import Client

from conversations.models import Channel
from seleto.drills import exercise, incidents, runbook
from seleto.drills.runbook import BadRunbook
from seleto.lib.models import Alert, AuditEntry, Circuit
from tests import zapi
from tests.factories import SECRET, ChannelFactory, now

SLUGS = [incident.slug for incident in incidents.INCIDENTS]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_runbook_says_what_to_do_with_commands_that_exist(slug: str) -> None:
    book = runbook.read(slug)

    for step in book.steps:
        if not step.command:
            continue
        if step.command.startswith("curl "):
            assert step.command.rpartition(" ")[2] in {
                f"http://127.0.0.1:8000/{page}" for page in ("healthz", "readyz")
            }
            continue
        program, manage, name, *arguments = shlex.split(step.command)
        assert (program, manage) == (".venv/bin/python", "manage.py")
        command = load_command_class(get_commands()[name], name)
        command.create_parser("manage.py", name).parse_args(arguments)


def test_every_runbook_is_exercised_and_every_alert_has_one() -> None:
    alerts = (Path(settings.BASE_DIR) / "deploy/observability/alerts.yml").read_text(encoding="utf-8")
    called = set(re.findall(r"runbook: docs/runbooks/([a-z-]+)\.md", alerts))

    written = {path.stem for path in runbook.FOLDER.glob("*.md")} - {"README"}
    assert written == set(SLUGS)
    assert called <= written


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("# T\n## Sintoma\n## Agir\n", "needs a title and the sections"),
        ("# T\n## Sintoma\n## Conferir\n```sh\nls\n```\n## Agir\nnada\n## Verificar\n", "under Agir"),
    ],
)
def test_a_runbook_without_deeds_is_refused(monkeypatch, tmp_path: Path, text: str, why: str) -> None:
    monkeypatch.setattr(runbook, "FOLDER", tmp_path)
    (tmp_path / "x.md").write_text(text)

    with pytest.raises(BadRunbook, match=why):
        runbook.read("x")


def test_a_runbook_that_lies_fails_the_drill(monkeypatch) -> None:
    monkeypatch.setattr(exercise, "STEP_PATIENCE_S", 2)
    lie = runbook.Step("Agir", command="false")
    look = runbook.Step("Conferir", command="exit 1")
    gone = runbook.Step("Conferir", command="no-such-program-of-ours")
    endless = runbook.Step("Conferir", command="sleep 600 & sleep 600")

    class Anywhere:
        class running:  # noqa: N801 stands for an installation
            product: dict[str, str] = {"PATH": "/usr/bin:/bin"}

    results = [exercise._command(step, Anywhere()) for step in (lie, look, gone, endless)]  # type: ignore[arg-type]

    assert [done.ok for done in results] == [False, True, False, False]


def test_the_incidents_are_listed_and_an_unknown_one_is_refused() -> None:
    output = io.StringIO()
    call_command("drill", "--list", "--json", stdout=output)
    assert [row["incident"] for row in json.loads(output.getvalue())] == SLUGS

    with pytest.raises(CommandError) as refusal:
        call_command("drill", "apagao")
    assert refusal.value.returncode == 2


@pytest.mark.django_db
def test_calls_that_are_not_authentic_are_told_of_when_there_are_many(settings) -> None:
    settings.WEBHOOK_FORGED_PER_MIN = 3
    ChannelFactory.create(slug="alvo", instance_id="3C0000000000000000000000000000BB")

    def forge() -> None:
        assert zapi.post(zapi.received("Oi"), channel="alvo", secret="errado-errado-errado").status_code == 401

    forge()
    forge()
    assert not Alert.objects.exists()
    forge()
    assert Alert.objects.get().key == "forged:alvo"


@pytest.mark.django_db
def test_a_flood_is_told_of(settings) -> None:
    settings.WEBHOOK_MAX_PER_S = 1
    ChannelFactory.create(slug="cheio", instance_id="3C0000000000000000000000000000CC")

    answers = [zapi.post(b"{}", channel="cheio", secret=SECRET).status_code for _ in range(8)]

    assert 429 in answers
    assert Alert.objects.filter(key="flood:cheio").exists()


@pytest.mark.django_db(transaction=True)
def test_a_secret_is_changed_without_losing_a_call(client: Client) -> None:
    ChannelFactory.create()

    call_command("rotate_webhook_secret", "principal", stdout=io.StringIO())
    new = list(Channel.objects.get().webhook_secrets.values())[-1]
    assert zapi.post(zapi.received("Oi"), secret=SECRET).status_code == 200
    call_command("rotate_webhook_secret", "principal", "--drop-old", stdout=io.StringIO())

    assert zapi.post(zapi.received("Oi"), secret=SECRET).status_code == 401
    assert zapi.post(zapi.received("Oi"), secret=new).status_code == 200
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert actions == {"webhook_secret.added", "webhook_secret.removed"}
    assert new not in str(list(AuditEntry.objects.values()))


@pytest.mark.django_db
def test_a_circuit_is_reset_from_the_command_line() -> None:
    Circuit.objects.create(key="llm", state="open", failures=5, opened_at=now(), retry_at=now())

    call_command("reset_circuit", "llm", "--dry-run", stdout=io.StringIO())
    assert Circuit.objects.exists()
    call_command("reset_circuit", "llm", stdout=io.StringIO())

    assert not Circuit.objects.exists()
    assert AuditEntry.objects.get().action == "reset"


@pytest.mark.django_db
def test_what_is_degraded_is_an_exit_code() -> None:
    Circuit.objects.create(key="piperun", state="open", failures=5, opened_at=now(), retry_at=now())
    output = io.StringIO()

    call_command("degraded", "channel", stdout=output)
    with pytest.raises(SystemExit):
        call_command("degraded", "crm", "--json", stdout=output)

    assert output.getvalue().startswith("Nada degradado.")
    assert json.loads(output.getvalue().splitlines()[1])[0]["mode"] == "crm"
