"""What is run in an evaluation: scripted cases in several tellings, simulated leads, and one long talk.

``gate`` is the named subset for a quick yes or no, as before a prompt is published. Cases made of replies that people
called wrong are part of every suite with scripted cases.
"""

import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from conversations.agent.endpoints import Endpoint
from conversations.evals import figures, quick, schema, simulated
from conversations.evals.figures import Run
from conversations.evals.people import PERSONAS, Disclosure
from conversations.evals.rehearsal import Material, Rehearsal, Said
from conversations.evals.schema import Case
from conversations.evals.simulated import Voice
from conversations.evals.variation import vary

ALL, SCRIPTED, SIMULATED, GATE = "all", "scripted", "simulated", "gate"
SUITES = (ALL, SCRIPTED, SIMULATED, GATE)
LONG = "longa"
# The beginnings of the ids that the gate is made of: commerce, attacks, people and the commonest ways of talking.
_GATE_CASES = ("price-", "product-", "attack-", "people-", "agent-")
_GATE_EVERY = 2
_GATE_PERSONAS = ("hamburgueria-quente", "padaria-morna", "cliente-do-preco", "aposentado-curioso")
_GATE_DISCLOSURES = (Disclosure.AT_ONCE, Disclosure.ONE_BY_ONE)
_LONG_START = datetime(2026, 12, 1, 9, 0, tzinfo=schema.LOCAL)
_LONG_TURNS = 36
_LONG_QUESTIONS = (
    "quantos hambúrgueres a {} faz por hora?",
    "qual o tamanho do reservatório da {}?",
    "a {} tem esteira?",
    "a {} é de inox?",
    "qual a garantia da {}?",
    "a {} é elétrica ou pneumática?",
)
_LONG_MACHINES = ("FBM100", "FB300", "FB700", "SE SmartPro", "SE3000", "SE6000")


@dataclass(frozen=True, slots=True)
class Plan:
    """``runs`` tellings of each case, the first one as it is written; ``jobs`` conversations at once. ``reported`` are
    the cases of this installation's own, besides those that come with the product."""

    suite: str = ALL
    runs: int = 1
    seed: int = 1
    jobs: int = 1
    only: frozenset[str] = frozenset()
    reported: tuple[Case, ...] = ()


def run(plan: Plan, material: Material, endpoint: Endpoint, *, voice: Voice | None = None) -> Iterator[Run]:
    """Every conversation of the plan, in no particular order when several run at once."""
    tasks = list(_tasks(plan, material, endpoint, voice))
    if plan.jobs == 1:
        yield from (task() for task in tasks)
        return
    with ThreadPoolExecutor(plan.jobs) as pool:
        yield from pool.map(lambda task: task(), tasks)


def _tasks(plan: Plan, material: Material, endpoint: Endpoint, voice: Voice | None) -> Iterator[Callable[[], Run]]:
    if plan.suite != SIMULATED:
        for case in scripted(plan):
            for number in range(plan.runs):
                yield _scripted(case, number, plan.seed, material, endpoint)
    if plan.suite != SCRIPTED:
        gate = plan.suite == GATE
        for persona in PERSONAS:
            for disclosure in _GATE_DISCLOSURES if gate else Disclosure:
                if (gate and persona.id not in _GATE_PERSONAS) or (plan.only and persona.id not in plan.only):
                    continue
                for number in range(plan.runs):
                    dice = quick.dice(f"{persona.id}/{disclosure}", number, plan.seed)
                    yield lambda p=persona, d=disclosure, n=number, r=dice: figures.of_simulated(  # type: ignore[misc]
                        simulated.converse(p, d, material, r, endpoint=endpoint, voice=voice), n
                    )
    if plan.suite in (ALL, SIMULATED) and not plan.only:
        yield lambda: long_talk(material, endpoint)


def scripted(plan: Plan) -> Sequence[Case]:
    """The scripted cases that the plan plays. Raises ``BadCase``."""
    own = [case for case in plan.reported if not plan.only or case.id in plan.only]
    return [*chosen(schema.shipped(), plan), *own]


def chosen(cases: Iterable[Case], plan: Plan) -> Sequence[Case]:
    """The cases of the plan's suite."""
    found = [case for case in cases if not plan.only or case.id in plan.only]
    if plan.suite != GATE:
        return found
    return [case for case in found if case.id.startswith(_GATE_CASES)][::_GATE_EVERY]


def _scripted(case: Case, number: int, seed: int, material: Material, endpoint: Endpoint) -> Callable[[], Run]:
    def play() -> Run:
        if not number:
            return figures.of_scripted(quick.rehearse(case, material, endpoint=endpoint), number)
        told = vary(case, quick.dice(case.id, number, seed))
        done = quick.rehearse(told.case, material, endpoint=endpoint, split=told.split, fails_at=told.fails_at)
        return figures.of_scripted(done, number, style=told.style)

    return play


def long_talk(material: Material, endpoint: Endpoint) -> Run:
    """One lead who asks about every machine: does a turn cost the same at the end as at the beginning?"""
    talk = Rehearsal(material, endpoint=endpoint)
    questions = [question.format(name) for name in _LONG_MACHINES for question in _LONG_QUESTIONS]
    for place, text in enumerate(questions[:_LONG_TURNS]):
        at = _LONG_START + timedelta(seconds=70 * place)
        talk.hear(Said(text, at), now=at + timedelta(seconds=8))
    takes = [take for take in talk.takes if take.decided]
    return Run(
        case=LONG,
        suite=LONG,
        number=0,
        problems=tuple(f"reperguntou {text}" for text in figures.asked_again(takes)),
        turns=tuple(figures.turn(take) for take in takes),
        lines=tuple((line.author, line.text) for line in talk.lines),
        replies=sum(bool(take.decision.bubbles) for take in takes),
    )


def construction_ms(material: Material, endpoint: Endpoint) -> float:
    """The median time of making the agent of one turn, in milliseconds."""
    from conversations.agent import factory

    times = []
    for _ in range(60):
        began = time.perf_counter()
        factory.build(material.prompt, endpoint)
        times.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(times), 2)
