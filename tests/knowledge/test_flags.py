import pytest
from django.db import IntegrityError

from knowledge import flags
from knowledge.models import Flag

pytestmark = pytest.mark.django_db


def put(scope: str, *, on: bool) -> None:
    Flag.objects.create(name="agent_enabled", scope=scope, on=on)


def test_it_is_on_while_nobody_switched_it_off() -> None:
    assert flags.is_on("agent_enabled", channel="vendas", origin="site")


@pytest.mark.parametrize("scope", ["global", "channel:vendas", "origin:site"])
def test_one_scope_that_is_off_wins(scope: str) -> None:
    put("global", on=scope != "global")
    for other in {"channel:vendas", "origin:site"} - {scope}:
        put(other, on=True)
    if scope != "global":
        put(scope, on=False)

    assert not flags.is_on("agent_enabled", channel="vendas", origin="site")


def test_another_channel_is_not_concerned() -> None:
    put("channel:vendas", on=False)

    assert flags.is_on("agent_enabled", channel="suporte")


def test_the_kill_switch_is_felt_at_once_in_the_same_process() -> None:
    put("global", on=True)
    assert flags.is_on("agent_enabled")

    flag = Flag.objects.get()
    flag.on = False
    flag.save()

    assert not flags.is_on("agent_enabled")


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        flags.is_on("agent_enbled")


def test_a_misspelt_scope_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError):
        put("canal:vendas", on=False)
