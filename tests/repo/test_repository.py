"""What the repository promises about itself."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = ["requirements.txt", "requirements-dev.txt"]


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content:
            found.append((path.relative_to(ROOT), content.decode()))
    return found


def settings_keys() -> set[str]:
    """Of the product, of the command that makes the database's roles, and of the program that serves it."""
    own = ("seleto/settings.py", "seleto/management/commands/create_database_roles.py")
    source = "".join((ROOT / path).read_text(encoding="utf-8") for path in own)
    serving = (ROOT / "deploy/gunicorn.conf.py").read_text(encoding="utf-8")
    return {
        *re.findall(r"\benv\.\w+\(\s*\"([A-Z][A-Z0-9_]*)\"", source),
        *re.findall(r"\benviron\.get\(\"([A-Z][A-Z0-9_]*)\"", serving),
    }


def example_lines() -> list[str]:
    return (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_host(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_is_hashed(name: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text(encoding="utf-8").strip())

    assert [block for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []


def test_direct_dependencies_are_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[\[<>=]", line)[0] for line in project["dependencies"]}
    locked = set(re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))

    assert wanted <= locked


def test_no_machine_path_is_tracked() -> None:
    # Written in two parts, so that this file is no hit itself.
    homes = re.compile("|".join("/" + place for place in (r"root/", r"home/[a-z]+/", r"Users/[A-Za-z]+/")))

    assert [str(path) for path, text in texts() if homes.search(text)] == []


def test_no_package_registry_is_named() -> None:
    hosts = re.compile("|".join((r"pypi\." + "org", r"pythonhosted\." + "org", r"registry\.npmjs\." + "org")))

    assert [str(path) for path, text in texts() if hosts.search(text)] == []


def test_no_claim_lets_the_plan_choose_its_rows_anew() -> None:
    """The rule is told in seleto/lib/leases.py; tests/conversations/test_claims.py shows what it prevents."""
    choice = re.compile(r"\bIN \(\W{0,80}SELECT(?:(?!\bSELECT\b|cursor).)*\bLIMIT\b[^;]{0,40}SKIP LOCKED", re.DOTALL)
    sources = [(path, text) for path, text in texts() if path.suffix == ".py" and path.parts[0] != "tests"]

    assert [str(path) for path, text in sources if choice.search(text)] == []


def test_every_setting_is_in_the_example() -> None:
    described = {line.split("=", 1)[0] for line in example_lines() if line and not line.startswith("#")}

    assert described == settings_keys()


def test_every_key_of_the_example_has_its_comment() -> None:
    lines = example_lines()
    bare = [
        line for above, line in zip(["", *lines], lines, strict=False) if line and line[0] != "#" and above[:1] != "#"
    ]

    assert bare == []


def test_example_is_accepted_as_it_is(tmp_path: Path) -> None:
    """A newcomer who copies the file gets the defaults, not a refusal."""
    keys = [line for line in example_lines() if line and not line.startswith("#")]
    script = "from seleto import settings; print(settings.DATABASE_POOL_MAX)"
    environment = {"PATH": "/usr/bin:/bin", **dict(line.split("=", 1) for line in keys)}

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )

    assert (done.returncode, done.stdout.strip()) == (0, "8"), done.stderr


def test_make_alone_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    # Without what an outer `make test` hands down.
    clean = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    listed = subprocess.run(["make"], cwd=ROOT, env=clean, capture_output=True, check=True, text=True).stdout

    assert {line.split()[1] for line in listed.splitlines()} == set(phony[1].split())


def test_coverage_floor_is_not_lowered() -> None:
    report = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["coverage"]["report"]

    assert report["fail_under"] >= 90


def test_the_secret_scan_knows_a_key_even_in_a_test(tmp_path: Path) -> None:
    leak = ROOT / "tests" / f"leak_{tmp_path.name}.txt"
    leak.write_text("AKIA" + "Q" * 16 + "\n", encoding="utf-8")
    try:
        done = subprocess.run(
            [str(ROOT / ".ci/secrets"), str(leak.relative_to(ROOT))], capture_output=True, check=False
        )
    finally:
        leak.unlink()

    assert done.returncode == 1
