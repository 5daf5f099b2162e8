"""What happens in one run: each story makes the pipe pass the points of its stages, with leads nobody used before.

A story has two acts. ``before`` runs unharmed; whatever is to break is armed between it and ``act``. ``check`` says
what else must have come of it, beside the invariants, as a sentence, or "".
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from stdnum.br.cnpj import calc_check_digits

from conversations.models import ChatwootLink, Conversation, Message, Outbox
from seleto.lib import clock
from seleto.lib.ids import new_id
from tests.chaos.lane import Lane, new_lead

QUESTIONS = (
    "Quero conhecer a FB300.",
    "Vocês têm misturador de 70 litros?",
    "Qual a produção da SE3000?",
    "Preciso de uma ensacadeira de linguiça.",
    "A CT200 corta frango em cubos?",
)
SPOKEN = "Bom dia, quero uma máquina de fazer hambúrguer para a minha lanchonete"
HISTORY = 40


@dataclass
class Story:
    """``leads``: those of this run, in the order in which they came."""

    lane: Lane
    rng: random.Random
    leads: list[str] = field(default_factory=list)

    def lead(self) -> str:
        self.leads.append(new_lead())
        return self.leads[-1]

    # --- acts

    def talk(self) -> None:
        """A burst that qualifies a lead, company and all, beside a simple question."""
        hot, other = self.lead(), self.lead()
        base = f"{hot[-8:]}0001"
        self.lane.says(hot, "Oi, aqui é a Marina")
        self.lane.says(other, self.rng.choice(QUESTIONS))
        self.lane.says(
            hot,
            f"Sou da Burguer {hot[-4:]}, CNPJ {base}{calc_check_digits(base)}, de Itajaí/SC. Quero a FB300 para este"
            " mês, fazemos 1500 hambúrgueres por dia.",
        )

    def ask_human(self) -> None:
        lead = self.lead()
        self.lane.says(lead, "Quero falar com um atendente, por favor.")
        self.lane.says(self.lead(), self.rng.choice(QUESTIONS))

    def refused(self) -> None:
        self.lane.fault("*/send-text", status=503, times=self.rng.randint(1, 2))
        self.talk()

    def unanswered(self) -> None:
        self.lane.fault("*/send-text", drop=self.rng.choice(["before", "after"]), times=1)
        self.lane.says(self.lead(), self.rng.choice(QUESTIONS))

    def voice(self) -> None:
        lead = self.lead()
        self.lane.tell("zapi/lead-message", lead=lead, type="audio", text=SPOKEN, duration_s=4)
        self.lane.says(self.lead(), self.rng.choice(QUESTIONS))

    def met(self) -> None:
        """A lead who has been answered once; warm."""
        lead = self.lead()
        self.lane.says(lead, "Quero a FB300 para a minha hamburgueria em Blumenau.")
        self.lane.rest()

    def long(self) -> None:
        """So much was said before that a summary is due."""
        talk = self._talk()
        start = clock.now() - timedelta(hours=2)
        Message.objects.bulk_create(
            Message(
                conversation=talk,
                channel_id=talk.channel_id,
                author=Message.Author.LEAD if number % 2 else Message.Author.AGENT,
                text=f"mensagem antiga {number}",
                status=Message.Status.RECEIVED if number % 2 else Message.Status.SENT,
                sent_at=start + timedelta(seconds=number),
                created_at=start + timedelta(seconds=number),
                # Shown already: the mirror has nothing to do with them.
                chatwoot_id=new_id().int % 10**15,
            )
            for number in range(HISTORY)
        )
        Conversation.objects.filter(pk=talk.pk).update(summary_due_at=clock.now())

    def silence(self) -> None:
        """Five hours without a word: the first step is due, by the rules of the runs as by those that were seeded."""
        talk = self._talk()
        past = clock.now() - timedelta(hours=5)
        Conversation.objects.filter(pk=talk.pk).update(last_message_at=past, follow_up_at=past)

    def person(self) -> None:
        """An SDR writes in Chatwoot while the lead does."""
        lead = self.leads[0]
        number = ChatwootLink.objects.get(lead__conversations__address=lead).display_id
        self.lane.tell("chatwoot/message", conversation=number, text="Oi! Aqui é a Bianca, da Seleto.", wait=False)
        self.lane.says(self.lead(), self.rng.choice(QUESTIONS))

    # --- what must have come of it

    def answered(self) -> str:
        """Every lead of this run was told something, or a person knows why not."""
        reached = self.lane.reached()
        shown = Outbox.objects.filter(to__in=self.leads, status__in=["unknown", "parked"])
        silent = [lead for lead in self.leads if lead not in reached and not shown.filter(to=lead).exists()]
        return f"{len(silent)} leads were told nothing" if silent else ""

    def summarised(self) -> str:
        talk = self._talk()
        return "" if talk.summary and talk.summary_due_at is None else "no summary was written"

    def nudged(self) -> str:
        nudges = Outbox.objects.filter(to=self.leads[0], only_at_revision__isnull=False).count()
        return "" if nudges == 1 else f"{nudges} nudges instead of one"

    def forwarded(self) -> str:
        typed = Outbox.objects.filter(to=self.leads[0], origin=Outbox.Origin.PERSON)
        ours = [row.status for row in typed]
        if len(ours) != 1 or ours[0] not in ("sent", "unknown"):
            return f"what the SDR wrote became {ours}"
        return "" if self.lane.owner(self.leads[0]) == "human" else "the person is not in charge"

    def _talk(self) -> Conversation:
        return Conversation.objects.get(address=self.leads[0])


Act = Callable[[Story], None]


@dataclass(frozen=True, slots=True)
class Plot:
    act: Act
    check: Callable[[Story], str] = Story.answered
    before: Act | None = None


PLOTS: dict[str, Plot] = {
    "talk": Plot(Story.talk),
    "handoff": Plot(Story.ask_human),
    "refused": Plot(Story.refused),
    "unanswered": Plot(Story.unanswered),
    "voice": Plot(Story.voice),
    "long": Plot(Story.long, Story.summarised, before=Story.met),
    "silence": Plot(Story.silence, Story.nudged, before=Story.met),
    "person": Plot(Story.person, Story.forwarded, before=Story.met),
}
