"""A competent sales assistant by rules: from a brief to the answer object, out of the request alone."""

import re
from collections.abc import Sequence

from sandbox.model import abroad, answers, facts, intents, phrases, products
from sandbox.model.answers import Answer
from sandbox.model.brief import Brief
from sandbox.model.draft import Draft
from sandbox.model.memory import Memory
from sandbox.model.text import fold, pick, words

_FIELDS = frozenset(
    "nome empresa cidade uf produto volume urgencia cnpj email telefone conhece_seleto segmento".split()
)
_COMMERCIAL = ("pergunta_preco", "pagamento", "frete", "pergunta_prazo")
_NOT_TECHNICAL = ("cotacao", "robo", "segredo", "pede_humano", "fora_do_assunto")
_HAVE = re.compile(r"\b(?:tem|tens|temos|fazem|faz|vendem|vende|trabalham|existe|possuem|fabricam)\b")
_WHO = re.compile(
    r"quem (?:sao|e|eh) (?:vcs|voces|vc|voce|a seleto)|(?:seu|teu) nome|como (?:vc|voce) se chama|quem (?:ta"
    r"|esta) falando"
)
_HELLO = re.compile(r"\b(?:oi+e?|ola|opa|alo|salve|hello|e ?ai|bom dia|boa (?:tarde|noite))\b")
_ELLIPSIS = re.compile(r"^\W*e (?:a|o|da|do|as|os)\b")
_HERE = re.compile(r"\b(?:e|eh|aqui e) (?:d)?a seleto\b|alguem (?:ai|online)|tem alguem|esta[os]? (?:ai|online)")
_PLACEHOLDER = re.compile(r"\[(?:imagem|v[ií]deo|documento)\]")
_UNHEARD = re.compile(r"\[audio que nao pode ser ouvido")
# What a file is called by those who ask for one.
_FILE = re.compile(
    r"\bcatalog\w*|\bfolders?\b|\bfolhetos?\b|\bportfolios?\b|\bfot\w+|\bimage\w+|\bfichas?\b|\bpdf\b|\bmaterial\b"
    r"|\bdata ?sheets?\b"
)
_BARE_CHARS = 60  # a reply shorter than this, with no question, says next to nothing
_HOURS = {"hora": 1.0, "dia": 8.0, "semana": 40.0, "mes": 176.0}


def compose(brief: Brief) -> Draft:
    """What the assistant would say to this brief."""
    return abroad.compose(brief) if brief.language in abroad.LANGUAGES else _Talk(brief).run()


class _Talk:
    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.memory = Memory(brief)
        self.text = fold(brief.text)
        self.context = fold("\n".join([brief.summary, *(line.text for line in brief.talk if line.who != "humano")]))
        self.need = fold("\n".join([brief.summary, *brief.said_by("lead")]))
        self.found = [row for row in facts.extract(brief) if row.field in _FIELDS]
        self.given = {row.field: row.value for row in self.found}
        self.draft = Draft(found=self.found, intents=intents.read(brief))
        self.greeted = 0  # how many parts of the reply greet
        self.seed = f"{brief.text}|{len(brief.talk)}"

    def run(self) -> Draft:
        draft, heard = self.draft, self.draft.intents
        if "opt_out" in heard and "pede_humano" not in heard:
            self._close(phrases.OPT_OUT, "encerrar")
            return self._finish()
        self._hello()
        self.greeted = len(draft.parts)
        for name, (wording, move) in _ROUTES.items():
            if name in heard:
                self._close(wording, move)
                return self._finish()
        if not self.text.strip():
            draft.say(self._pick(phrases.REPEAT))
            return self._finish()
        if _UNHEARD.search(self.text):
            draft.say(phrases.UNHEARD[0])
            return self._finish()
        if any(line.attached for line in self.brief.asked):
            draft.say(self._pick(phrases.RECEIVED))
            if not _PLACEHOLDER.sub("", self.brief.text).strip():
                draft.ask = phrases.WHAT_WITH_IT if self.brief.max_questions else ""
                return self._finish()
        if "recusa" in heard:
            self._close(phrases.DECLINED, "encerrar")
            return self._finish()
        if "despedida" in heard and not self.found:
            self._close(phrases.GOODBYE, "encerrar")
            return self._finish()
        steps = (
            self._identity,
            self._going,
            self._price,
            self._machines,
            self._technical,
            self._off_topic,
            self._upsell,
            self._commercial,
            self._curious,
            self._hot,
        )
        for step in steps:
            if not draft.closed:
                step()
        if not draft.closed:
            self._still_open()
        self._hook()
        if not draft.closed:
            self._ask()
            self._offer()
        return self._finish()

    # --- steps ------------------------------------------------------------------------------------------------

    def _hello(self) -> None:
        if not self.brief.first:
            if self.brief.returned_after:
                self._welcome_back()
            return
        name = (self.given.get("nome") or self.brief.known.get("nome") or "").split(" ")[0]
        hello = self._pick(phrases.HELLO).format(
            greeting=self.brief.greeting.capitalize(), name=f", {name}" if name else ""
        )
        self.draft.say(hello)

    def _welcome_back(self) -> None:
        """Back after days: glad of it, and with what is known, instead of a second first greeting."""
        known = self.brief.known
        name = known.get("nome", "").split(" ")[0]
        text = self._pick(phrases.WELCOME_BACK).format(name=f", {name}" if name else "")
        product = products.NAMES.get(known.get("produto", ""), "")
        volume = phrases.volume_in_words(known.get("volume", ""))
        if product and volume:
            text += f" Da última vez falamos da {product}, para {volume}."
        elif product or volume:
            text += f" Da última vez falamos de {product or volume}."
        self.draft.say(text)

    def _close(self, wording: Sequence[str], move: str) -> None:
        """The last word of a matter. Without the move to hand over nothing may sound like a transfer."""
        self.draft.closed = True
        self.draft.move = move
        text = self._pick(wording)
        if move == "encaminhar" and not self._may("encaminhar"):
            text = "Entendi, deixei anotado aqui para o time responsável."
        self.draft.say(text)

    def _identity(self) -> None:
        heard = self.draft.intents
        if "segredo" in heard:
            self.draft.say(self._pick(phrases.SECRET_FIRST if self.brief.first else phrases.SECRET))
        elif "robo" in heard:
            self.draft.say("Sou um atendimento automático, sim." if self.brief.first else self._pick(phrases.ROBOT))
        elif _WHO.search(self.text):
            if not self.brief.first:
                self.draft.say(self._pick(phrases.ROBOT))
            self.draft.say(self._pick(phrases.PORTFOLIO))

    def _going(self) -> None:
        """The files that leave behind this reply."""
        if self.brief.going:
            self.draft.say(self._pick(phrases.GOING).format(files=phrases.listed(self.brief.going)))

    def _machines(self) -> None:
        """What the house wants said about certain machines (domain.md, Commercial rules)."""
        told = self.context
        if products.wants_skewer_line(self.text) and "indisponivel" not in told:
            interest = self._may("registrar_interesse")
            text = self._pick(phrases.SKEWER)
            self.draft.say(text if interest else text.split(". ")[0] + ".")
            self.draft.say(self._pick(phrases.SKEWER_CUTTING))
            self.draft.move = "registrar_interesse" if interest else "responder"
            return
        if products.wide_burger(self.text) and "ate 19 cm" not in told:
            self.draft.say(self._pick(phrases.WIDE))

    def _upsell(self) -> None:
        """Whoever wants the manual FBM100 hears of the FB300 as well, once."""
        codes = products.mentioned(self.text)
        wanted = "FBM100" in codes or self.given.get("produto") == "FBM100"
        told = "FB300" in codes or "fb300" in self.context or "curioso" in self.draft.intents
        if wanted and not told and not self.draft.gap and self._may("apresentar_fb300"):
            self.draft.say(self._pick(phrases.UPSELL))
            self.draft.sources += [row.id for row in self.brief.articles if row.id == "geral.upsell"]
            self.draft.move = "apresentar_fb300"

    def _technical(self) -> None:
        asked = [question for question in intents.questions(self.brief) if self._is_technical(question)]
        codes = products.wanted(self.text)
        if asked:
            self.draft.intents.add("pergunta_tecnica")
            self._answer(asked, codes)
        elif self._bare_price_question():
            return
        elif (fresh := [code for code in codes if code not in self._heard_codes()]) and not self._presented():
            self._present([code for code in fresh if code != "LINHA_ESPETO"][:2])
        elif not self._presented():
            self._recommend(unasked=True)

    def _still_open(self) -> None:
        """A question nobody could answer before, when an article answers it now and nothing else was asked."""
        if self.draft.gap or intents.questions(self.brief) or not self.brief.open_questions:
            return
        answer = answers.to_questions(self.brief, self.brief.open_questions[-1:], context=self.context, need=self.need)
        if answer.text and fold(answer.text) not in self.context:
            self.draft.say(f"{phrases.STILL_OPEN} {answer.text}")
            self.draft.sources += answer.sources

    def _offer(self) -> None:
        """Never a bare "Anotado!"."""
        bare = len(" ".join(self.draft.parts)) < _BARE_CHARS
        options = self.memory.unsaid(phrases.OFFER)
        if bare and options and not self.draft.ask and not any("?" in part for part in self.draft.parts):
            self.draft.say(pick(options, self.seed))

    def _off_topic(self) -> None:
        """Kindly back to the machines; nobody is asked to find out who won the match."""
        if "fora_do_assunto" in self.draft.intents and not self._presented():
            self.draft.say(self._pick(phrases.OFF_TOPIC))

    def _heard_codes(self) -> list[str]:
        return products.mentioned(self.need)

    def _present(self, codes: list[str]) -> None:
        answer = answers.about(self.brief, codes)
        if not answer.text and "CT200" in codes:
            self.draft.say(self._pick(phrases.CUTTER))
        self.draft.quote(answer)

    def _answer(self, asked: list[str], codes: list[str]) -> None:
        advice = "pede_indicacao" in self.draft.intents and not codes
        if advice and (self._presented() or self._recommend(unasked=False)):
            return
        if intents.wants_overview(fold(" ".join(asked))) and codes:
            self._present(codes[:2])
            if self._presented():
                return
        answer = answers.to_questions(self.brief, asked, context=self.context, need=self.need)
        if answer.text:
            self.draft.quote(answer)
            return
        if self._presented() or _WHO.search(self.text):
            return
        family = products.family(self.text)
        if _HAVE.search(fold(asked[0])) and (codes or family) and self._existence_only(asked[0]):
            self.draft.quote(answers.about(self.brief, codes or list(family[1][:2] if family else ())))
            if not self._presented() and family:
                self.draft.say(phrases.FAMILY_LINES.get(family[0], ""))
            if self._presented():
                return
        self.draft.gap = answer.gap
        self.draft.say(self._pick(phrases.UNKNOWN))

    def _existence_only(self, question: str) -> bool:
        """Asks whether we have a machine, not what it can do."""
        about = words(question) - {"fazem", "vendem", "trabalham", "existe", "formadora", "hamburguer", "equipamento"}
        text = fold(question)
        return len({word for word in about if not products.mentioned(word) and not products.family(word)}) <= 1 or (
            not re.search(r"\d", text) and len(about) <= 2
        )

    def _recommend(self, *, unasked: bool) -> bool:
        """Name the machine for the stated volume, or the machines for what the lead makes."""
        known = "produto" in self.brief.known or "produto" in self.given or "ate 19 cm" in self.context
        need = self._need_per_hour()
        if need and not (unasked and (known or "volume" not in self.given)):
            answer = answers.for_need(self.brief, need)
            if answer.text:
                self.draft.quote(answer)
                return True
        family = products.family(self.text) or (None if unasked else products.family(self.need))
        if family is None or (known and unasked) or (unasked and products.family(self.need) == family):
            return False
        answer = answers.for_sausage(self.brief) if family[0] == "linguiça" else Answer()
        if not answer.text and not unasked:
            answer = answers.about(self.brief, family[1][:2])
        self.draft.quote(answer)
        if not answer.text:
            self.draft.say(phrases.FAMILY_LINES.get(family[0], ""))
        return bool(answer.text) or family[0] in phrases.FAMILY_LINES

    def _commercial(self) -> None:
        heard = self.draft.intents
        if "cotacao" in heard and self._may("encaminhar"):
            name = str(self.given.get("nome") or self.brief.known.get("nome") or "").split(" ")[0]
            self.draft.say(f"Claro, {name}!" if name else "Claro!")
            self._close(phrases.PROPOSAL, "encaminhar")
            return
        if not heard.intersection(_COMMERCIAL):
            return
        refusals = intents.price_insistences(self.brief)
        if "insiste" in heard and refusals >= 2 and self._may("encaminhar"):
            self.draft.say("Entendo que você quer ter uma noção, e valores são mesmo com o consultor.")
            self._close(phrases.HANDOFF, "encaminhar")
            return
        if "pergunta_preco" in heard:
            self.draft.say(self._pick(phrases.REFUSE_PRICE_AGAIN if refusals else phrases.REFUSE_PRICE))
        elif "pagamento" in heard:
            self.draft.say(self._pick(phrases.REFUSE_PAYMENT))
        if "frete" in heard:
            self.draft.say(self._pick(phrases.REFUSE_FREIGHT))
        if "pergunta_prazo" in heard:
            self.draft.say(self._pick(phrases.REFUSE_DEADLINE))
        if self.draft.move == "responder" and self._may("recusar_preco"):
            self.draft.move = "recusar_preco"

    def _price(self) -> None:
        """Only what the brief holds, and only for the machine asked for; then the matter is closed."""
        if "pergunta_preco" not in self.draft.intents:
            return
        recent = next((fold(line.text) for line in reversed(self.brief.talk) if line.who == "lead"), "")
        codes = products.mentioned(self.text) or products.mentioned(recent)
        told = [code for code in codes if code in self.brief.prices]
        for code in told:
            amount = self.brief.prices[code].removeprefix("R$").strip()
            self.draft.say(f"A {products.NAMES.get(code, code)} sai por R$ {amount}.")
        self.draft.closed = bool(told)

    def _curious(self) -> None:
        business = {"empresa", "cnpj", "segmento", "volume"} & ({*self.given} | {*self.brief.known})
        if "curioso" in self.draft.intents and not business:
            self._close(phrases.CURIOUS, "encerrar")

    def _hot(self) -> None:
        """A buyer with a business, a need and haste goes to a person."""
        told = {**self.brief.known, **self.given}
        business = "empresa" in told or "cnpj" in told
        need = "produto" in told or "volume" in told
        if business and need and told.get("urgencia") == "alta" and self._may("encaminhar"):
            name = str(told.get("nome", "")).split(" ")[0]
            self.draft.parts = [part for part in self.draft.parts if "consultor" not in part]
            self.draft.say(f"Perfeito, {name}!" if name else "Perfeito!")
            self._close(phrases.HANDOFF, "encaminhar")

    def _hook(self) -> None:
        """Show that the lead was heard, before anything else that is said."""
        start = self.greeted
        if len(self.draft.parts) - start > 1 or self.draft.closed:
            return
        for row in self.found:
            if row.field not in phrases.HOOK or row.field in self.brief.known:
                continue
            if row.field == "nome" and self.brief.first:
                continue
            value = row.value.split(" ")[0] if row.field == "nome" else row.value
            value = phrases.volume_in_words(value) if row.field == "volume" else value
            self.draft.parts.insert(start, self._pick(phrases.HOOK[row.field]).format(value=value))
            return
        if len(self.draft.parts) == start:
            if "saudacao" in self.draft.intents:
                self.draft.parts.insert(start, "" if self.greeted else self._greet_back())
            elif not self.greeted:
                self.draft.parts.insert(start, pick(self.memory.openings(), self.seed))

    def _ask(self) -> None:
        if self.brief.max_questions < 1 or (self.brief.moves and "perguntar" not in self.brief.moves):
            return
        if any("?" in part for part in self.draft.parts):
            return
        self.draft.ask = self._question()
        if not self.draft.ask and not self.brief.missing and self.found and len(self.draft.parts) <= 1:
            self.draft.say(self._pick(phrases.NOTHING_MISSING))
        if self.draft.ask and self.draft.move == "responder":
            self.draft.move = "perguntar"

    def _question(self) -> str:
        """For the most valuable missing fact that was not asked for lately; empty when there is none."""
        named_machine = "produto" in self.given or bool(products.mentioned(self.text))
        family = products.family(self.text) or products.family(self.need)
        if self.brief.ask_state and self.memory.may_ask("uf"):
            return self._pick(phrases.ASK["uf"])
        for name in self.brief.missing:
            known = name in self.brief.known or name in self.given
            if known or name not in phrases.ASK or not self.memory.may_ask(name):
                continue
            if name == "conhece_seleto" and (named_machine or self.brief.returned_after):
                continue
            narrowed = name == "produto" and family is not None
            wordings = phrases.ASK_FOR_FAMILY.get(family[0], ()) if narrowed and family else phrases.ASK[name]
            if options := self.memory.unsaid(wordings):
                return pick(options, self.seed)
        return ""

    def _greet_back(self) -> str:
        """By the hour of the brief, whatever hour the lead believes it to be."""
        if not _HELLO.search(self.text):
            return pick(self.memory.openings(), self.seed)
        timely = re.search(r"\b(?:bom dia|boa (?:tarde|noite))\b", self.text)
        return f"{self.brief.greeting.capitalize()}! Estou por aqui." if timely else "Oi! Estou por aqui."

    # --- small things -----------------------------------------------------------------------------------------

    def _finish(self) -> Draft:
        draft = self.draft
        draft.parts = [told for part in draft.parts if (told := self.memory.without_repeats(part))]
        if not draft.parts and not draft.ask:
            draft.say(pick(self.memory.openings(), self.seed))
        if self.brief.moves and draft.move not in self.brief.moves:
            draft.move = "responder" if "responder" in self.brief.moves else min(self.brief.moves)
        return draft

    def _may(self, move: str) -> bool:
        return not self.brief.moves or move in self.brief.moves

    def _pick(self, options: Sequence[str]) -> str:
        return pick(self.memory.unsaid(options) or options, self.seed)

    def _presented(self) -> bool:
        """Something about machines was already said in this reply."""
        return len(self.draft.parts) > self.greeted

    def _is_technical(self, question: str) -> bool:
        text = fold(question)
        if self.brief.going and _FILE.search(text):
            return False
        if not words(question) and not products.mentioned(text):
            return False
        if _HERE.search(text):
            return False
        if any(intents.matches(name, text) for name in (*_COMMERCIAL, *_NOT_TECHNICAL)):
            return False
        return "insiste" not in self.draft.intents or bool(products.mentioned(text) and not _ELLIPSIS.match(text))

    def _bare_price_question(self) -> bool:
        return bool(self.draft.intents.intersection((*_COMMERCIAL, "cotacao")))

    def _need_per_hour(self) -> float | None:
        stated = self.given.get("volume") or self.brief.known.get("volume") or ""
        found = re.match(r"([\d.]+) (?:hamburgueres|unidades)/(hora|dia|semana|mes)", stated)
        return float(found[1]) / _HOURS[found[2]] if found else None


_ROUTES: dict[str, tuple[Sequence[str], str]] = {
    "privacidade": (phrases.PRIVACY, "encaminhar"),
    "suporte": (phrases.SUPPORT, "encaminhar"),
    "reclamacao": (phrases.COMPLAINT, "encaminhar"),
    "pede_humano": (phrases.HANDOFF, "encaminhar"),
    "candidato": (phrases.CANDIDATE, "encaminhar"),
    "fornecedor": (phrases.SUPPLIER, "encaminhar"),
    "engano": (phrases.WRONG_NUMBER, "encerrar"),
}
