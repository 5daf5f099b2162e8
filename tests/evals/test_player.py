"""What the player makes of a conversation: numbering without the product's help, and what could not be tried."""

from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from conversations.evals import acceptance, readable
from conversations.evals.observed import Crm, Final
from conversations.evals.outside import Entry, Outside
from conversations.evals.player import Played, Player
from conversations.evals.schema import Case, Setup, Turn
from tests.evals.cases import START


class World:
    """Sandbox, product and pace in one: the lead is answered with the given bubbles, so many seconds after the turn."""

    def __init__(self, *bubbles: tuple[float, str], runs: dict[str, str] | None = None, limits: str = "") -> None:
        self.limits = frozenset(limits.split())
        self.calls: list[tuple[str, Any]] = []
        self._bubbles = bubbles
        self._runs = runs or {}
        self._now = START

    def begin(self, what: Any) -> Any:
        return START

    def now(self) -> datetime:
        return self._now

    def reach(self, instant: datetime) -> None:
        self._now = instant

    def finish(self) -> None:
        pass

    def lead_writes(self, lead: str, turn: Turn, **options: Any) -> str:
        self.calls.append((turn.type, options))
        return f"in{turn.number}"

    def lead_deletes(self, lead: str, provider_id: str) -> None:
        self.calls.append(("delete", provider_id))

    def person_writes(self, lead: str, text: str) -> str:
        return "person"

    def sdr_writes(self, text: str) -> None:
        self.calls.append(("sdr", text))

    def by_people(self, provider_ids: list[str]) -> set[str]:
        return {"out99"} & set(provider_ids)

    def model(self, *, mode: str) -> None:
        self.calls.append(("model", mode))

    def crm_goes(self, *, up: bool) -> None:
        self.calls.append(("crm", "up" if up else "down"))

    def crm_knows(self, companies: Any) -> None:
        self.calls.append(("crm_knows", companies))

    def crm(self, lead: str) -> Crm:
        return Crm(deals=({"title": "Lead", "of": lead},))

    def assignee(self, lead: str) -> str:
        return f"SDR de {lead}"

    def resume(self, provider_ids: list[str]) -> None:
        self.calls.append(("resume", provider_ids))

    def messages(self, lead: str) -> list[Entry]:
        return [
            Entry(START + timedelta(seconds=at), "reaction" if text == "👍" else "text", text, f"out{at:g}", "api")
            for at, text in self._bubbles
        ]

    def runs(self, provider_ids: list[str]) -> dict[str, str]:
        return self._runs

    def final(self, provider_ids: list[str], *, start: datetime) -> Final:
        return Final()


def play(world: World, *turns: Turn, channel: str = "whatsapp_direct", **case: Any) -> Played:
    scripted = Case("t", "Título", channel, START, case.get("setup", Setup()), turns, case.get("must", ()))
    return Player(outside=cast(Outside, world), product=world, pace=world).play(scripted)


def said(number: int, at: float, text: str = "oi", **values: Any) -> Turn:
    return Turn(number, at, values.pop("sender", "lead"), values.pop("type", "text"), text, **values)


def replies(played: Played) -> list[int | None]:
    return [line.reply for line in played.lines if line.sender == "agent"]


def test_bubbles_are_grouped_by_the_run_that_sent_them() -> None:
    world = World((5, "um"), (6, "dois"), (7, "três"), runs={"out5": "a", "out6": "a", "out7": "b"})

    assert replies(play(world, said(1, 0))) == [1, 1, 2]


def test_without_the_product_s_word_bubbles_are_grouped_by_time() -> None:
    assert replies(play(World((5, "um"), (8, "dois"), (40, "três")), said(1, 0))) == [1, 1, 2]


def test_a_reaction_of_ours_is_no_reply() -> None:
    assert replies(play(World((5, "👍"), (6, "oi")), said(1, 0))) == [None, 1]


def test_lines_stand_in_the_order_in_which_they_happened() -> None:
    played = play(World((5, "boa tarde")), said(1, 0), said(2, 60, "event:tick", sender="clock"), said(3, 90, "tchau"))

    assert [(line.sender, line.turn) for line in played.lines] == [
        ("lead", 1),
        ("agent", None),
        ("system", 2),
        ("lead", 3),
    ]


def test_edits_deletions_and_reactions_name_the_message_they_change() -> None:
    world = World((5, "olá"))

    play(
        world, said(1, 0), said(2, 1, type="edit", of=1), said(3, 9, type="reaction"), said(4, 12, type="delete", of=1)
    )

    assert world.calls == [
        ("text", {}),
        ("edit", {"isEdit": True, "messageId": "in1"}),
        ("reaction", {"reference": "out5"}),
        ("delete", "in1"),
    ]


@pytest.mark.parametrize(
    ("channel", "first", "second"), [("whatsapp_group", "group", "group"), ("whatsapp_ad", "ad", "")]
)
def test_the_channel_shows_in_what_the_provider_sends(channel: str, first: str, second: str) -> None:
    world = World()

    play(world, said(1, 0), said(2, 9), channel=channel)

    assert [set(options) for _, options in world.calls] == [{first}, {second} - {""}]


_DOWN_AND_UP = ("llm_down", "llm_up", "crm_down", "crm_up")


def test_the_clock_s_events_reach_model_and_product() -> None:
    world = World()

    play(world, *(said(n, n, f"event:{name}", sender="clock") for n, name in enumerate(_DOWN_AND_UP, 1)))

    assert world.calls == [("model", "server_error"), ("model", "normal"), ("crm", "down"), ("crm", "up")]


def test_what_the_crm_holds_before_and_afterwards() -> None:
    world = World()

    played = play(world, said(1, 0), setup=Setup(crm_companies=({"name": "Velha Fictícia"},)))

    assert world.calls[0] == ("crm_knows", ({"name": "Velha Fictícia"},))
    assert played.final.crm.deals == ({"title": "Lead", "of": ""},)


def test_of_a_crm_that_is_not_ours_the_lead_alone_is_read() -> None:
    played = play(World(limits="setup"), said(1, 0), setup=Setup(crm_companies=({"name": "Velha Fictícia"},)))

    assert played.final.crm.deals[0]["of"] == "5511900002001"
    assert not played.passed


@pytest.mark.parametrize("event", ["llm_down", "sdr_resume", "crm_down"])
def test_what_an_installation_cannot_be_made_to_do_fails_its_case(event: str) -> None:
    world = World(limits="faults resume")

    played = play(world, said(1, 0, f"event:{event}", sender="clock"), must=(("paused", False),))

    assert world.calls == []
    assert not played.passed
    assert played.results[0].why.startswith("not run")


def test_what_an_installation_does_not_tell_is_not_taken_for_granted() -> None:
    played = play(World(limits="gap_recorded"), said(1, 0), must=(("gap_recorded", False), ("paused", False)))

    assert [result.passed for result in played.results[:2]] == [False, True]


def test_the_readable_form_shows_who_said_what_and_why_it_failed() -> None:
    text = readable.transcript(play(World((65, "um\n\ndois")), said(1, 0, "quanto é?"), must=(("handoff", True),)))

    assert "FALHOU" in text
    assert "00:00:00  lead" in text
    assert "00:01:05  agente" in text
    assert "✗ handoff" in text


def test_what_a_person_wrote_in_chatwoot_is_no_reply_of_the_agent() -> None:
    world = World((1, "Olá!"), (99, "Aqui é a Bianca"))
    sdr = Turn(number=2, at_s=60, sender="sdr_chatwoot", type="text", text="Aqui é a Bianca")

    played = play(world, said(1, 0), sdr, must=(("reply_count_max", 1),))

    assert ("sdr", "Aqui é a Bianca") in world.calls
    assert played.passed
    assert [line.text for line in played.lines if line.reply] == ["Olá!"]


@pytest.mark.parametrize("sender", ["clock", "sdr_chatwoot"])
def test_nobody_is_written_to_for_a_case_that_cannot_be_played_to_its_end(sender: str) -> None:
    world = World(limits="faults sdr")

    played = play(
        world,
        said(1, 0),
        said(2, 60, "event:llm_down", sender=sender),
        must=(("paused", True), ("no_reply_after_turn", 2)),
    )

    assert world.calls == []
    assert acceptance.verdict(played) is acceptance.Verdict.NOT_RUN
