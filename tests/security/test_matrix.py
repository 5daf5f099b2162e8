"""Every address × everybody: what the tables of decisions say is what happens, and nothing happens by looking."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from seleto.lib import roles
from seleto.lib.tokens import Scope
from tests.security import matrix
from tests.security.knocking import bare, knock, quiet, refused, watched
from tests.security.values import FORMS, values_of
from tests.security.world import PEOPLE, World, built

pytestmark = pytest.mark.security

# What looking may write besides who looked, and why.
WRITTEN_BY_LOOKING = {
    "admin/backoffice/playgroundsession/": {"backoffice_playgroundsession"},  # one's own talk, empty
    "admin/segundo-fator/cadastrar/": {"accounts_secondfactor"},  # the secret that the page shows, not in use yet
}
LETTERS = set(PEOPLE)
TOKENS = {f"token {scope}" for scope in Scope}
# What anybody may see holds nothing of anybody.
PERSONAL = ("Marina", "5511900000001", "55119000", "Perfil", "@example")


@pytest.fixture(scope="module")
def world(owner: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), quiet(), built() as world:
        if settings.OWNER_DATABASE:  # filled by the owner of the tables, looked at by the application
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL ROLE {roles.APP}")
        yield world


@pytest.fixture(scope="module")
def paths(world: World) -> dict[str, str]:
    return {address: matrix.filled(address, values_of(world, address)) for address in matrix.addresses()}


@pytest.fixture(scope="module")
def decided() -> dict[str, matrix.Decision]:
    return matrix.decisions()


def of_people(decision: str) -> bool:
    return decision == "-" or set(decision) <= LETTERS


def test_every_address_has_a_decision(decided: dict[str, matrix.Decision]) -> None:
    missing = [address for address in matrix.addresses() if address not in decided]
    gone = [address for address in decided if address not in matrix.addresses()]

    assert not missing, (
        "These addresses are new. Decide who may open them and who may post to them, and add a line each to"
        " tests/security/addresses.csv (`address,get,post`, letters of tests/security/world.py) or, for a model's own"
        f" pages, to tests/security/models.csv (`model,view,add,change,delete`): {missing}"
    )
    assert not gone, f"These addresses are gone: take their lines out of the tables. {gone}"


def test_every_decision_can_be_read(decided: dict[str, matrix.Decision]) -> None:
    words = {"-", "*", "login", "signed", "inside"} | TOKENS

    for address, decision in decided.items():
        for said in (decision.get, decision.post):
            assert said in words or (said and set(said) <= LETTERS), address


@pytest.mark.parametrize("letter", PEOPLE)
def test_each_person_opens_what_was_decided_and_changes_nothing_by_looking(
    world: World, paths: dict[str, str], decided: dict[str, matrix.Decision], letter: str
) -> None:
    wrong = []
    for address, path in paths.items():
        decision = decided.get(address)
        if decision is None or not address.startswith("admin/"):
            continue
        for method, said in (("GET", decision.get), ("POST", decision.post)):
            if not of_people(said):
                continue
            with bare(), watched() as writes:
                opened = knock(world.users[letter], method, path, FORMS.get(address, {})) is not None
            if opened != (letter in said):
                wrong.append(f"{method} {address}: {'opens' if opened else 'is refused'}")
            if method == "GET" and writes.tables - WRITTEN_BY_LOOKING.get(address, set()):
                wrong.append(f"GET {address} writes {sorted(writes.tables)}")

    assert not wrong, f"{PEOPLE[letter] or 'without a role'}:\n" + "\n".join(wrong)


def test_a_stranger_sees_only_what_is_public(
    world: World, paths: dict[str, str], decided: dict[str, matrix.Decision]
) -> None:
    stranger, wrong = Client(raise_request_exception=False), []
    for address, path in paths.items():
        decision = decided.get(address, matrix.Decision("-", "-"))
        for method, said in (("get", decision.get), ("post", decision.post)):
            answer = getattr(stranger, method)(path, REMOTE_ADDR="203.0.113.9")
            if refused(answer) == (said in ("*", "login")):
                wrong.append(f"{method} {address}: {answer.status_code}")
            text = b"".join(answer) if answer.streaming else answer.content
            wrong += [f"{method} {address} tells {word}" for word in PERSONAL if word.encode() in text]

    assert not wrong, "\n".join(wrong)


def test_a_form_of_another_site_posts_nothing(
    world: World, paths: dict[str, str], decided: dict[str, matrix.Decision]
) -> None:
    """Whoever may post everything, without the token that our own pages carry."""
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(world.users["S"])

    taken = [
        address
        for address, path in paths.items()
        if of_people(decided[address].post) and "S" in decided[address].post and forged.post(path).status_code != 403
    ]

    assert not taken


def test_a_password_alone_opens_no_page(
    world: World, paths: dict[str, str], decided: dict[str, matrix.Decision]
) -> None:
    """With the second factor asked for: everything leads to it."""
    half, opened = Client(raise_request_exception=False), []
    half.force_login(world.users["S"])
    with override_settings(SECOND_FACTOR_REQUIRED=True):
        for address, path in paths.items():
            if not of_people(decided[address].get) or decided[address].get == "-" or "login" in address:
                continue
            answer = half.get(path)
            if not (answer.status_code == 302 and "/segundo-fator/" in answer.headers["Location"]):
                opened.append(address)

    assert opened == ["admin/segundo-fator/cadastrar/"]


@pytest.mark.parametrize("scope", Scope)
def test_each_key_opens_what_its_scope_says(
    world: World, paths: dict[str, str], decided: dict[str, matrix.Decision], scope: Scope
) -> None:
    key = {"Authorization": f"Bearer {world.tokens[scope]}"}
    program, wrong = Client(raise_request_exception=False), []
    for address, path in paths.items():
        for method, said in (("get", decided[address].get), ("post", decided[address].post)):
            if said not in TOKENS:
                continue
            status = getattr(program, method)(path, headers=key).status_code
            if (status == 403) == (said == f"token {scope}") or status >= 500:
                wrong.append(f"{method} {address}: {status}")

    assert not wrong


def test_a_key_opens_no_page_for_people(
    world: World, paths: dict[str, str], decided: dict[str, matrix.Decision]
) -> None:
    key = {"Authorization": f"Bearer {world.tokens[Scope.READ]}"}
    opened = [
        address
        for address, path in paths.items()
        if address.startswith("admin/")
        and decided[address].get != "login"
        and not refused(Client().get(path, headers=key))
    ]

    assert not opened


def test_what_is_for_the_machine_itself_is_for_nobody_else(settings: Any) -> None:
    settings.METRICS_TOKEN = ""

    assert Client().get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 401
