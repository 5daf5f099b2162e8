"""Whatever leads, people, operators, the provider, the model and the clock do, and wherever processes die in between,
the invariants hold after every step, and everybody is answered once all is mended.

Hypothesis draws the histories: 100 of 30 steps in CI, ``make chaos FULL=1 PART=model`` 5,000 of 50 in slices.
"""

import os
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from conversations import outbox
from conversations.chatwoot import inboxes
from conversations.models import ResumeRule
from crm.models import CrmSettings
from knowledge import loader, queries
from seleto.lib import circuits
from tests.chaos.world import HERE, LEADS, STAGES, World, prepare
from tests.conversations import chatwoot
from tests.factories import ChannelFactory

pytestmark = [pytest.mark.chaos, pytest.mark.django_db]

FULL = os.environ.get("CHAOS_FULL") == "1"
SLICES = 20 if FULL else 2
# So many are enough to see that a planted bug is found; nobody reads the shortest history that shows it.
PLANTED = int(os.environ.get("CHAOS_HISTORIES", "0"))
HISTORIES, STEPS = (5_000, 50) if FULL else (PLANTED or 100, 30)
PHASES = [Phase.generate] if PLANTED else [Phase.generate, Phase.shrink]
BUDGET_S = float(os.environ.get("CHAOS_S", "0"))

leads = st.sampled_from(LEADS)
words = st.sampled_from(
    (
        "oi",
        "Quero conhecer a FB300.",
        "Sou a Marina, de Itajaí/SC",
        "preciso para este mês, 1500 hambúrgueres por dia",
        "Meu CNPJ é 47.081.823/0001-52, empresa Burguer Modelo",
        "quanto custa?",
        "Quero falar com um atendente.",
        "Não me mande mais mensagens.",
        "vocês vendem misturador?",
        "Minha máquina quebrou, quero reclamar.",
    )
)
stages = st.sampled_from(tuple(STAGES))


class Seleto(RuleBasedStateMachine):
    """One history. ``channel`` is set by the test."""

    channel: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        circuits.forget()
        queries.clear_cache()
        self.world = World(self.channel)

    def teardown(self) -> None:
        try:
            if self.ended_well:
                self.world.settle()
                self.world.check()
                self.world.verdict()
        finally:
            self.world.close()
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    ended_well = True

    @invariant()
    def holds(self) -> None:
        self.ended_well = False
        self.world.check()
        self.ended_well = True

    @initialize(lead=leads, text=words)
    def begins(self, lead: str, text: str) -> None:
        self.world.writes(lead, text)

    # --- leads

    @rule(lead=leads, text=words)
    def lead_writes(self, lead: str, text: str) -> None:
        self.world.writes(lead, text)

    @rule(lead=leads, text=words)
    def lead_writes_and_is_answered(self, lead: str, text: str) -> None:
        self.world.writes(lead, text)
        self.world.work("ingest")
        self.world.passes(timedelta(seconds=15))
        self.world.work("turn")
        self.world.work("deliver")

    @rule(lead=leads, text=words, hours=st.sampled_from([1, 30]))
    def an_old_message_comes_late(self, lead: str, text: str, hours: int) -> None:
        self.world.writes(lead, text, ago=timedelta(hours=hours))

    @rule(number=st.integers(0, 1000))
    def something_is_delivered_again(self, number: int) -> None:
        self.world.again(number)

    @rule(lead=leads)
    def lead_deletes(self, lead: str) -> None:
        self.world.delete(lead)

    @rule()
    def a_group_writes(self) -> None:
        self.world.group_writes()

    # --- people

    @rule(lead=leads)
    def somebody_types_on_the_phone(self, lead: str) -> None:
        self.world.person_on_phone(lead)

    @rule(lead=leads)
    def an_sdr_writes(self, lead: str) -> None:
        self.world.sdr(lead, "Bom dia! Aqui é o Caio.")

    @rule(lead=leads, command=st.sampled_from(["/retomar", "/pausar"]))
    def an_sdr_commands(self, lead: str, command: str) -> None:
        self.world.sdr(lead, command, private=True)

    @rule(lead=leads)
    def an_sdr_resolves(self, lead: str) -> None:
        self.world.sdr_resolves(lead)

    @rule(lead=leads, pause=st.booleans())
    def an_operator_takes_or_gives(self, lead: str, pause: bool) -> None:
        self.world.take(lead, pause=pause)

    @rule(on=st.booleans())
    def the_agent_is_switched(self, on: bool) -> None:
        self.world.switch(on=on)

    @rule(number=st.integers(0, 1000))
    def an_operator_sends_again(self, number: int) -> None:
        self.world.requeue(number)

    @rule(number=st.integers(0, 1000))
    def an_operator_reprocesses(self, number: int) -> None:
        self.world.reprocess(number)

    # --- the outside

    @rule(mode=st.sampled_from(["ok", "down", "refuses", "lost before", "lost after", "dies after"]))
    def the_provider_changes(self, mode: str) -> None:
        self.world.phone.mode = mode

    @rule()
    def an_echo_comes_back(self) -> None:
        self.world.echo()

    @rule(mode=st.sampled_from(["ok", "down", "dies", "hands over"]))
    def the_model_changes(self, mode: str) -> None:
        self.world.model = mode

    @rule(fault=st.sampled_from(["", "", "before", "lost", "after", "killed_before", "killed_after"]))
    def the_crm_changes(self, fault: str) -> None:
        self.world.crm_fault(fault)

    # --- processes and time

    @rule(stage=stages)
    def a_stage_works(self, stage: str) -> None:
        self.world.work(stage)

    @rule(stage=st.sampled_from(["turn", "deliver"]), lead=leads, what=st.sampled_from(["lead", "phone", "sdr"]))
    def something_happens_meanwhile(self, stage: str, lead: str, what: str) -> None:
        def happens() -> None:
            if what == "lead":
                self.world.writes(lead, "ah, e qual a produção?")
            elif what == "phone":
                self.world.person_on_phone(lead)
            else:
                self.world.sdr(lead, "Deixa comigo.")
            for claim in STAGES["ingest"].claim(3):
                STAGES["ingest"].run(claim)

        self.world.during = happens
        self.world.work(stage)

    @rule(stage=stages, point=st.sampled_from(HERE))
    def a_process_dies(self, stage: str, point: str) -> None:
        self.world.armed = point
        self.world.work(stage)

    @rule()
    def leases_run_out(self) -> None:
        self.world.bury()

    @rule(seconds=st.sampled_from([1, 5, 15, 70, 600, 3 * 3600, 26 * 3600]))
    def time_passes(self, seconds: int) -> None:
        self.world.passes(timedelta(seconds=seconds))


@pytest.fixture
def channel(db, settings):
    settings.CHANNEL_CACHE_S = 3600
    settings.FOLLOW_UP_JITTER_MIN = 0
    settings.CIRCUIT_OPEN_S = 5
    settings.TYPING_MAX_S = 0
    settings.CRM_LOOK_AFTER_S = settings.CRM_RETRY_S = 0
    settings.PIPERUN_TOKEN = "em-memoria"
    loader.load()
    prepare()
    ResumeRule.objects.create(idle_min_off_hours=30, idle_min_business=None)
    CrmSettings.objects.update_or_create(pk=1, defaults={"stage_qualified_id": "647559"})
    found = ChannelFactory.create()
    chatwoot.inbox(found)
    inboxes.forget()
    outbox.silenced_channels()
    return found


@pytest.mark.parametrize("part", range(SLICES))
def test_i1_to_i12_hold_after_every_step_of_any_history(channel, part: int) -> None:
    class Drawn(Seleto):
        pass

    Drawn.channel = channel.pk
    deadline = time.monotonic() + (BUDGET_S or 3600) * 0.9
    done = 0
    while done < HISTORIES // SLICES and time.monotonic() < deadline:
        some = min(50, HISTORIES // SLICES - done)
        run_state_machine_as_test(
            Drawn,
            settings=settings(
                max_examples=some,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=not FULL,
                database=None,
                phases=PHASES,
                suppress_health_check=list(HealthCheck),
            ),
        )
        done += some
