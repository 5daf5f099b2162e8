"""What should stand in the CRM for a lead, by the rules of `domain.md`, "What follows from the class". Pure.

A plan wishes; ``crm.sync`` compares with what stands there. Nothing in a plan moves a deal backwards: once a lead was
hot, its deal stays where it is.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from crm import notes
from crm.gateway import Note
from crm.models import CrmOrigin, CrmSettings
from crm.values import Firm, Need, Told, Values
from leads.models import Fact, Temperature
from seleto.lib.text.fold import fold

_F = Fact.Field
_T = Temperature
SAO_PAULO: Final = ZoneInfo("America/Sao_Paulo")
OPEN_POINT: Final = "a definir"
TITLE_CHARS: Final = 200
NAME_CHARS: Final = 160
# Letters to Unicode, and nothing to the eye.
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_PLACE: Final = re.compile(r"\{(nome|empresa|produto|cidade|uf)\}")
_MINIMUM: Final = (
    ("nome", (_F.NOME,)),
    ("cidade/UF", (_F.CIDADE, _F.UF)),
    ("produto ou necessidade", ()),
    ("urgência", (_F.URGENCIA,)),
)


@dataclass(frozen=True, slots=True)
class CompanyWish:
    """``fields`` are those of ``gateway.Company`` that we know, the city apart; ``told`` says how we know them."""

    id: UUID
    fields: Mapping[str, str] = field(repr=False)
    cidade: str = ""
    uf: str = ""
    told: Mapping[str, Told] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class PersonWish:
    """``company`` is our Empresa."""

    name: str = field(repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    company: UUID | None = None
    cidade: str = ""
    uf: str = ""
    told: Mapping[str, Told] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A task for a person, so many business hours after ``since``."""

    type_id: str
    title: str
    description: str = field(repr=False)
    since: datetime
    business_hours: int


@dataclass(frozen=True, slots=True)
class DealWish:
    """One open orçamento. ``advance_to``: the stage that a hot lead's deal has reached, "" for none.

    ``may_create`` is False for one that merely stands there already. ``asked_at`` is when the lead last said something
    of this need: newer than the end of its deal, it is a need anew.
    """

    orcamento_id: UUID
    may_create: bool
    title: str
    pipeline_id: str
    stage_new_id: str
    advance_to: str
    origin_id: str
    owner_id: str
    temperature: str
    company: UUID | None
    asked_at: datetime | None
    note: Note = field(repr=False)
    note_digest: str
    note_due: bool
    follow_up: FollowUp | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """``waits_until``: when to look again though nothing happens; ``words`` tell a person what and why."""

    companies: tuple[CompanyWish, ...] = ()
    person: PersonWish | None = None
    deals: tuple[DealWish, ...] = ()
    waits_until: datetime | None = None
    words: tuple[str, ...] = ()


def make(values: Values, rules: CrmSettings, origins: Sequence[CrmOrigin], *, now: datetime) -> Plan:
    """The wishes for this lead at this moment."""
    quiet_at = _quiet_at(values, rules)
    words: list[str] = []
    waits: list[datetime] = []
    deals = []
    for need in values.needs:
        due, wait, why = _deal_due(values, need, rules, quiet_at, now=now)
        words.append(f"{why} Já está no CRM." if need.deal_id else why)
        waits += [wait] if wait and not need.deal_id else []
        if due or need.deal_id or need.deal_unsure:
            wish, later = _deal(values, need, rules, origins, quiet_at, may_create=due, now=now)
            deals.append(wish)
            waits += [later] if later else []
    if not values.needs:
        words.append("Sem oportunidade: nenhum orçamento aberto.")
    registers = bool(deals) or values.registered or _registers_alone(values, rules)
    words.insert(0, "Pessoa e empresa: registradas." if registers else "Pessoa e empresa: ainda não são registradas.")
    wanted = dict.fromkeys([values.empresa_id, *(deal.company for deal in deals)]) if registers else {}
    firms = [values.firms[key] for key in wanted if key is not None and key in values.firms]
    return Plan(
        companies=tuple(_company(values, firm) for firm in firms if _seen(firm.nome) or firm.cnpj),
        person=_person(values) if registers else None,
        deals=tuple(deals),
        waits_until=min(waits, default=None),
        words=tuple(words),
    )


def origin_of(values: Values, origins: Sequence[CrmOrigin], default: str) -> str:
    """The origin of the most telling rule: campaign, then the lead's origin, then its channel."""
    referral = fold(" ".join(str(text) for text in values.referral.values()))
    said = {CrmOrigin.Kind.ORIGIN: fold(values.origin), CrmOrigin.Kind.CHANNEL: fold(values.channel)}

    def fits(rule: CrmOrigin) -> bool:
        value = fold(rule.value.strip())
        if rule.kind == CrmOrigin.Kind.CAMPAIGN:
            return bool(value) and value in referral
        return bool(value) and value == said[CrmOrigin.Kind(rule.kind)]

    order = [CrmOrigin.Kind.CAMPAIGN, CrmOrigin.Kind.ORIGIN, CrmOrigin.Kind.CHANNEL]
    # Of two campaigns that fit, the longer value is the narrower rule.
    ranked = sorted(origins, key=lambda rule: (order.index(CrmOrigin.Kind(rule.kind)), -len(rule.value)))
    return next((rule.origin_id for rule in ranked if fits(rule)), default)


def title_of(values: Values, need: Need, template: str) -> str:
    """The deal's title; what is unknown reads "a definir", once for a place."""
    firm = values.firms.get(need.empresa_id or values.empresa_id or values.lead_id)
    known = {
        "nome": values.told(_F.NOME) or values.shown_name,
        "empresa": firm.nome if firm else "",
        "produto": values.product_names.get(need.produto, need.produto) or notes.WORK.get(need.necessidade, ""),
        "cidade": values.told(_F.CIDADE),
        "uf": values.told(_F.UF),
    }
    title = _PLACE.sub(lambda place: known[place.group(1)] or OPEN_POINT, template)
    return title.replace(f"{OPEN_POINT}/{OPEN_POINT}", OPEN_POINT).replace(f"/{OPEN_POINT}", "")[:TITLE_CHARS].strip()


def missing(values: Values, need: Need) -> list[str]:
    """What keeps the lead from being "qualificado"; told or explicitly not told."""
    found = []
    for words, fields in _MINIMUM:
        answered = all(values.settled(name) for name in fields) if fields else _wants_something(values, need)
        if not answered:
            found.append(words)
    return found


def _wants_something(values: Values, need: Need) -> bool:
    return bool(need.produto or need.necessidade or need.volume or values.settled(_F.PRODUTO))


def _quiet_at(values: Values, rules: CrmSettings) -> datetime:
    """When the lead will have been silent long enough; long ago for one who never wrote."""
    return (values.last_said_at or values.created_at) + timedelta(minutes=rules.silence_min)


def _registers_alone(values: Values, rules: CrmSettings) -> bool:
    """Whether person and company are kept without a deal."""
    return (values.temperature == _T.COLD and rules.cold_person) or (
        values.temperature == _T.UNCLASSIFIED and rules.unclassified_person
    )


def _deal_due(
    values: Values, need: Need, rules: CrmSettings, quiet_at: datetime, *, now: datetime
) -> tuple[bool, datetime | None, str]:
    """Whether the rules give this need a deal now, when to look again if not, and why in words."""
    what = f"Oportunidade ({values.product_names.get(need.produto, need.produto) or 'sem produto'})"
    if values.temperature == _T.HOT:
        where = "na etapa do lead qualificado" if rules.stage_qualified_id else "na etapa do lead novo"
        return True, None, f"{what}: criada {where}, porque o lead está quente."
    if values.temperature == _T.COLD:
        if rules.cold_deal:
            return True, None, f"{what}: criada, como pede a configuração para o lead frio."
        return False, None, f"{what}: não é criada, porque o lead está frio."
    if rules.warm_deal == CrmSettings.DealFor.NEVER:
        return False, None, f"{what}: não é criada; a configuração a reserva ao lead quente."
    lacking = missing(values, need)
    at = f"{quiet_at.astimezone(SAO_PAULO):%d/%m às %H:%M}"
    reachable = values.phones or values.told(_F.EMAIL) or values.settled(_F.TELEFONE)
    if not lacking and not reachable and now < quiet_at:
        # The person over there could not be told from another by anything: the agent asks for a phone meanwhile.
        return (
            False,
            quiet_at,
            f"{what}: ainda não; falta um telefone ou e-mail. Se o lead silenciar, é criada em {at}.",
        )
    if not lacking:
        return True, None, f"{what}: criada, porque o lead está qualificado."
    if not values.settled(_F.NOME) or not _wants_something(values, need):
        return False, None, f"{what}: ainda não; falta {', '.join(lacking)}."
    if now >= quiet_at:
        return True, None, f"{what}: criada depois do silêncio do lead, com nome e produto."
    return False, quiet_at, f"{what}: ainda não; falta {', '.join(lacking)}. Se o lead silenciar, é criada em {at}."


def _deal(
    values: Values,
    need: Need,
    rules: CrmSettings,
    origins: Sequence[CrmOrigin],
    quiet_at: datetime,
    *,
    may_create: bool,
    now: datetime,
) -> tuple[DealWish, datetime | None]:
    """The wish, and when to look again for what waits for the end of the talk."""
    quiet = now >= quiet_at
    note, digest = notes.build(values, need)
    # A talk under way would leave a note after every message: a later one waits for its end or for a handover.
    handed_since = values.handed is not None and need.note_at is not None and values.handed.at > need.note_at
    note_due = need.note_at is None or quiet or handed_since
    follows = _follows_up(values, need, rules)
    waits = not quiet and (follows or (not note_due and digest != need.note_digest))
    wish = DealWish(
        orcamento_id=need.id,
        may_create=may_create,
        title=title_of(values, need, rules.title_template),
        pipeline_id=rules.pipeline_id,
        stage_new_id=rules.stage_new_id,
        advance_to=rules.stage_qualified_id if values.temperature == _T.HOT else "",
        origin_id=origin_of(values, origins, rules.default_origin_id),
        owner_id=rules.owner_id,
        temperature="" if values.temperature == _T.UNCLASSIFIED else values.temperature,
        company=need.empresa_id or values.empresa_id,
        asked_at=_asked_at(values, need),
        note=note,
        note_digest=digest,
        note_due=note_due,
        follow_up=_follow_up(values, need, rules, quiet_at) if follows and quiet else None,
    )
    return wish, quiet_at if waits else None


def _asked_at(values: Values, need: Need) -> datetime | None:
    told = [
        values.facts[name].at
        for name in (_F.PRODUTO, _F.VOLUME, _F.URGENCIA)
        if name in values.facts and getattr(need, name) == values.facts[name].value
    ]
    return max(told, default=None)


def _follows_up(values: Values, need: Need, rules: CrmSettings) -> bool:
    """A warm lead whom nobody has in hand yet and who has not asked to be left alone."""
    return (
        rules.follow_up
        and bool(rules.follow_up_type_id and rules.owner_id)
        and values.temperature == _T.WARM
        and values.handed is None
        and not values.opted_out
        and not need.followed_up
    )


def _follow_up(values: Values, need: Need, rules: CrmSettings, quiet_at: datetime) -> FollowUp:
    lacking = missing(values, need)
    asks = f"Perguntar: {', '.join(lacking)}." if lacking else "Confirmar o interesse e combinar o próximo passo."
    return FollowUp(
        type_id=rules.follow_up_type_id,
        title=f"Retorno: {title_of(values, need, rules.title_template)}"[:TITLE_CHARS],
        description=f"Lead morno, sem resposta desde a última mensagem. {asks}",
        since=quiet_at,
        business_hours=rules.follow_up_business_hours,
    )


def _seen(name: str) -> str:
    """A name without the blanks around it; "" for one of which nothing shows, as some profiles have."""
    shown = (char for char in name if char not in _BLANK and not char.isspace())
    return name.strip() if any(unicodedata.category(char) not in ("Cf", "Cc", "Mn") for char in shown) else ""


def _company(values: Values, firm: Firm) -> CompanyWish:
    fields = {
        "name": _seen(firm.nome) or f"Empresa {notes.cnpj_words(firm.cnpj)}",
        "cnpj": firm.cnpj,
        "website": firm.site,
        "email": firm.email.strip().lower(),
        "phone": firm.telefone,
    }
    sources = {"name": (_F.EMPRESA, firm.nome), "cnpj": (_F.CNPJ, firm.cnpj), "city_id": (_F.CIDADE, firm.cidade)}
    told = {
        name: values.facts[fact]
        for name, (fact, value) in sources.items()
        if fact in values.facts and value and values.facts[fact].value[: len(value)] == value
    }
    return CompanyWish(firm.id, {name: value for name, value in fields.items() if value}, firm.cidade, firm.uf, told)


def _person(values: Values) -> PersonWish:
    name = _seen(values.told(_F.NOME)) or _seen(values.shown_name) or "Lead do WhatsApp"
    email = values.told(_F.EMAIL).strip().lower()
    sources = {"name": _F.NOME, "city_id": _F.CIDADE, "phones": _F.TELEFONE, "emails": _F.EMAIL}
    return PersonWish(
        name=name[:NAME_CHARS],
        phones=values.phones,
        emails=(email,) if email else (),
        company=values.empresa_id if values.empresa_id in values.firms else None,
        cidade=values.told(_F.CIDADE),
        uf=values.told(_F.UF),
        told={name: values.facts[fact] for name, fact in sources.items() if fact in values.facts},
    )
