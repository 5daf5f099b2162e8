"""What a deployment is made of: correct by each format's own linter, and the commands it runs do run."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.flows.pipe import until

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
BASE = ROOT / "deploy/k8s/base"
OVERLAYS = sorted((ROOT / "deploy/k8s/overlays").iterdir())
STOCK_UNITS = ("/usr/lib/systemd/system", "/lib/systemd/system")
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))


def run(*command: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, cwd=ROOT, **more)


def read(path: Path) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]


# --- the files


def test_the_image_is_written_as_the_linter_wants() -> None:
    done = run(BIN / "hadolint", "Dockerfile")

    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_in_particular_and_knows_no_secret() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert text.rindex("USER 10001") > text.rindex("FROM base AS seleto")
    assert not re.search(r"^(ENV|ARG).*(KEY|TOKEN|PASSWORD|SECRET)", text, re.MULTILINE)


def test_compose_follows_its_schema() -> None:
    done = run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")

    assert done.returncode == 0, done.stdout


def test_every_service_of_compose_is_confined() -> None:
    for name, service in read(ROOT / "compose.yaml")[0]["services"].items():
        if "build" in service:
            assert service["read_only"], name
            assert service["cap_drop"] == ["ALL"], name


def test_what_compose_mounts_is_there() -> None:
    compose = read(ROOT / "compose.yaml")[0]
    mounted = [
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", ())
        if volume.startswith("./")
    ]

    assert mounted
    assert [path for path in mounted if not (ROOT / path).exists()] == []
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert all(secret["file"].startswith("deploy/secrets/") for secret in compose["secrets"].values())


def test_kubernetes_takes_every_manifest() -> None:
    manifests = [path.relative_to(ROOT) for path in sorted(BASE.glob("*.yaml")) if path.name != "kustomization.yaml"]

    done = run(BIN / "kubernetes-validate", "--strict", *manifests)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_base_lists_its_manifests() -> None:
    listed = set(read(BASE / "kustomization.yaml")[0]["resources"])

    assert listed == {path.name for path in BASE.glob("*.yaml")} - {"kustomization.yaml"}


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_an_overlay_changes_only_what_is_there(overlay: Path) -> None:
    base = [document for path in BASE.glob("*.yaml") for document in read(path)]
    kustomization = read(overlay / "kustomization.yaml")[0]

    for resource in kustomization["resources"]:
        assert (overlay / resource).exists()
    for patch in kustomization["patches"]:
        named = [one for one in base if (one["kind"], one.get("metadata", {}).get("name")) == target(patch)]
        assert len(named) == 1, patch["target"]
        for step in yaml.safe_load(patch["patch"]):
            assert at(named[0], step["path"]) is not None, step["path"]


def target(patch: dict[str, Any]) -> tuple[str, str]:
    return patch["target"]["kind"], patch["target"]["name"]


def at(document: Any, pointer: str) -> Any:
    """What a JSON pointer leads to; KeyError or IndexError when it leads nowhere."""
    for step in pointer.strip("/").split("/"):
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_takes_every_unit(unit: Path, tmp_path: Path) -> None:
    """In a root of its own, where the programs that a unit names are there."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed.")
    stock = next(folder for folder in map(Path, STOCK_UNITS) if (folder / "sysinit.target").exists())
    shutil.copytree(stock, tmp_path / "usr/lib/systemd/system", symlinks=True)
    installed = tmp_path / "etc/systemd/system"
    installed.mkdir(parents=True)
    for one in UNITS:
        shutil.copy(one, installed)
    for program in re.findall(r"^Exec\w+=(\S+)", unit.read_text(encoding="utf-8"), re.MULTILINE):
        stand_in = tmp_path / program.lstrip("/")
        stand_in.parent.mkdir(parents=True, exist_ok=True)
        stand_in.write_text("#!/bin/sh\n", encoding="utf-8")
        stand_in.chmod(0o755)

    done = run("systemd-analyze", "verify", f"--root={tmp_path}", "--man=no", unit.name)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_process_that_counts_is_read_by_prometheus() -> None:
    """Where web and workers share no directory, each must be asked at the port that its deployment opens."""
    compose = read(ROOT / "compose.yaml")[0]["services"]
    jobs = {job["job_name"]: job for job in read(ROOT / "deploy/observability/prometheus.yml")[0]["scrape_configs"]}
    worker = next(one for one in read(BASE / "worker.yaml") if one["kind"] == "Deployment")["spec"]["template"]
    container = worker["spec"]["containers"][0]
    port = compose["worker"]["environment"]["WORKER_METRICS_BIND"].rpartition(":")[2]
    let_in = {one["metadata"]["name"]: one["spec"].get("ingress") for one in read(BASE / "network.yaml")}

    assert jobs["seleto-worker"]["dns_sd_configs"][0]["port"] == int(port)
    assert {"name": "WORKER_METRICS_BIND", "value": f"0.0.0.0:{port}"} in container["env"]
    assert worker["metadata"]["annotations"]["prometheus.io/port"] == port
    assert let_in["seleto-worker"][0]["ports"] == [{"protocol": "TCP", "port": int(port)}]


def test_prometheus_takes_its_configuration(tmp_path: Path) -> None:
    if not shutil.which("promtool"):
        pytest.skip("Prometheus is not installed.")
    text = (ROOT / "deploy/observability/prometheus.yml").read_text(encoding="utf-8")
    token = tmp_path / "token"
    token.write_text("t", encoding="utf-8")
    (tmp_path / "prometheus.yml").write_text(text.replace("/run/secrets/metrics_token", str(token)), encoding="utf-8")
    shutil.copy(ROOT / "deploy/observability/alerts.yml", tmp_path)

    done = run("promtool", "check", "config", tmp_path / "prometheus.yml")

    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_migration_knows_the_owner_of_the_tables() -> None:
    compose = read(ROOT / "compose.yaml")[0]["services"]
    told = {
        one["metadata"]["name"]
        for path in BASE.glob("*.yaml")
        for one in read(path)
        if one["kind"] in ("Deployment", "Job")
        for container in one["spec"]["template"]["spec"]["containers"]
        for source in container["envFrom"]
        if source.get("secretRef", {}).get("name") == "seleto-owner"
    }

    assert {name for name, one in compose.items() if "owner_database_url" in one.get("secrets", ())} == {
        "roles",
        "migrate",
    }
    assert told == {"seleto-migrate"}
    assert [one.stem for one in UNITS if "/etc/seleto/owner.env" in one.read_text(encoding="utf-8")] == [
        "seleto-migrate"
    ]


# --- the commands


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Path]:
    """The code as the image has it, only what .dockerignore lets in, and not to be written to."""
    copy = tmp_path / "app"
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for name in let_in:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name)
        else:
            shutil.copy(ROOT / name, copy / name)
    folders = [copy, *(path for path in copy.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield copy
    for folder in folders:
        folder.chmod(0o755)


@pytest.fixture
def world(installed: Path, tmp_path: Path, database_url: str) -> dict[str, str]:
    """What the processes are told; the one directory they may write to is named in it."""
    writable = tmp_path / "writable"
    writable.mkdir()
    with socket.socket() as free, socket.socket() as also_free:
        free.bind(("127.0.0.1", 0))
        also_free.bind(("127.0.0.1", 0))
        port, other = free.getsockname()[1], also_free.getsockname()[1]
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(writable),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "k" * 60,
        "WEB_BIND": f"127.0.0.1:{port}",
        "WORKER_METRICS_BIND": f"127.0.0.1:{other}",
        "WEB_PROCESSES": "1",
        "ALLOWED_HOSTS": "seleto.example.com",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PROMETHEUS_MULTIPROC_DIR": str(writable / "metrics"),
        "MEDIA_ROOT": str(writable / "media"),
        "TMPDIR": str(writable),
    }


def started(installed: Path, world: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
    # Root may write wherever it likes, unless that is taken from it.
    bounded = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    return subprocess.Popen([*bounded, str(BIN / command[0]), *command[1:]], cwd=installed, env=world)


@pytest.fixture
def ended() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def test_the_commands_of_the_image_run_without_writing_to_it(
    installed: Path, world: dict[str, str], ended: list[subprocess.Popen[bytes]]
) -> None:
    migrated = started(installed, world, "python", "manage.py", "migrate", "--noinput")
    assert migrated.wait(timeout=120) == 0
    web = started(installed, world, "gunicorn", "seleto.wsgi:application", "--config", "deploy/gunicorn.conf.py")
    worker = started(installed, world, "python", "manage.py", "worker")
    ended += [web, worker]

    assert started(installed, world, "python", "-c", "open('new', 'w')").wait() == 1, "the code can be written to"
    until(lambda: started(installed, world, "python", "deploy/healthy.py").wait() == 0, what="the web process answers")
    until(lambda: ready(world), what="the worker's clusters give signs of life")
    until(lambda: told(world["WORKER_METRICS_BIND"]), what="the worker tells its figures")
    for process in (web, worker):
        process.send_signal(signal.SIGTERM)

    assert [web.wait(timeout=60), worker.wait(timeout=60)] == [0, 0]


def told(bind: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{bind}/metrics", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def ready(world: dict[str, str]) -> bool:
    request = urllib.request.Request(f"http://{world['WEB_BIND']}/readyz", headers={"Host": world["ALLOWED_HOSTS"]})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
