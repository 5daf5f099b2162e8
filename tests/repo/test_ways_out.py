"""Nothing reaches an outside address but through the two modules that are made for it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = [
    path
    for package in ("seleto", "knowledge", "leads", "conversations", "crm")
    for path in sorted((ROOT / package).rglob("*.py"))
]
# Modules that open connections -> who may use them, and why that is no address of a stranger.
OPENERS = {
    "httpcore": {
        "seleto/lib/download.py",  # the way to addresses that strangers name
        "seleto/lib/posting.py",  # and the way to hand something to one, through the same guard
    },
    "httpx": {
        "seleto/lib/http.py",  # the way to systems that the operator configured
        "seleto/lib/tracing.py",
        "conversations/agent/offline.py",  # the model of the warm-up: a transport that answers itself
        "conversations/evals/installation.py",  # evaluations talk with programs that they started
        "conversations/evals/outside.py",
        "conversations/evals/target.py",  # or with the address that the person at the terminal names
        "seleto/lib/outward.py",  # over clients made by http.py
        "seleto/drills/incidents.py",  # exercises against an installation that they started
        "seleto/drills/stage.py",
    },
    "socket": {
        "seleto/lib/download.py",
        "seleto/lib/scanning.py",  # the operator's own scanner
        "seleto/demo.py",
        "seleto/lib/postgres.py",
        "seleto/lib/postgres_place.py",
        "seleto/lib/postgres_answer.py",
    },
    "urllib.request": {"seleto/demo.py"},
    "requests": set(),
    "urllib3": set(),
    "aiohttp": set(),
    "ftplib": set(),
    "telnetlib": set(),
}
_CALLS = {"get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "Client", "AsyncClient",
          "create_connection", "socket", "urlopen", "ConnectionPool", "connect"}  # fmt: skip


def opened(path: Path) -> set[str]:
    """The modules of OPENERS through which a file could open a connection."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CALLS:
            whose = ast.unparse(node.func.value)
            found |= {whose} & set(OPENERS)
        if isinstance(node, ast.ImportFrom) and node.module in OPENERS:
            found |= {node.module for one in node.names if one.name in _CALLS}
    return found


@pytest.mark.security
def test_only_the_modules_made_for_it_open_connections():
    loose = {
        str(path.relative_to(ROOT)): sorted(via)
        for path in PRODUCT
        if (via := {name for name in opened(path) if str(path.relative_to(ROOT)) not in OPENERS[name]})
    }

    assert loose == {}


@pytest.mark.security
def test_an_address_that_came_in_a_message_is_fetched_by_the_one_function():
    users = {str(path.relative_to(ROOT)) for path in PRODUCT if "download.fetch(" in path.read_text(encoding="utf-8")}

    assert users == {"conversations/media/stage.py"}


def test_the_search_finds_a_way_out(tmp_path):
    (tmp_path / "a.py").write_text("import httpx\nhttpx.get(url)\nfrom urllib.request import urlopen\n")

    assert opened(tmp_path / "a.py") == {"httpx", "urllib.request"}
