"""One lead in the CRM: what is wanted there and why, field by field, and, when asked for, what is there now."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm import account, calls, gateways, services, wording
from crm.gateway import CrmGateway, Gone, Remote
from crm.models import CityLink, CrmLink, CrmSync, Drift
from crm.plan import Plan
from crm.records import plain, says
from leads import municipalities
from leads.display import fact_value
from leads.models import Lead, Temperature
from leads.names import with_lead_name
from seleto.lib.errors import ProviderError

if TYPE_CHECKING:
    from conversations.admin.base import PipeAdmin

_Kind = CrmLink.Kind
# Written once; afterwards they are the salespeople's.
_AT_BIRTH = frozenset({"pipeline_id", "origin_id", "owner_id"})


@dataclass(frozen=True, slots=True)
class Line:
    """A field: ours as it is wanted, theirs by name, what is written or stands there, and what is to be said of it."""

    name: str
    theirs: str
    wanted: str
    there: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A record; ``remote`` is "" while there is none."""

    title: str
    remote: SafeString | str
    lines: tuple[Line, ...]
    gone: bool = False


@dataclass(frozen=True, slots=True)
class _Wish:
    kind: CrmLink.Kind
    local_id: UUID
    fields: Mapping[str, Any]


def lead_page(pages: "PipeAdmin", request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """``?agora=1`` asks the CRM."""
    if not (pages.has_view_permission(request) and request.user.has_perm("leads.view_lead")):
        raise PermissionDenied
    lead = with_lead_name(Lead.objects.filter(pk=lead_id), "pk").first()
    preview = services.preview(lead_id)
    if lead is None or preview is None:
        raise Http404
    asked, failure = request.GET.get("agora") == "1", ""
    found: Mapping[int, Remote[Any] | None] = {}
    wishes = list(_wishes(preview.plan, lead_id))
    links = {
        (row.kind, row.local_id): row for row in CrmLink.objects.filter(local_id__in=[wish.local_id for wish in wishes])
    }
    gateway = gateways.current() if asked else None
    if asked and gateway is None:
        failure = "Nenhum CRM está configurado: defina PIPERUN_TOKEN."
    elif gateway is not None:
        try:
            with calls.about(lead_id):
                found = _look(gateway, list(links.values()))
        except ProviderError as error:
            failure = wording.advice(error)
    context = {
        **pages.admin_site.each_context(request),
        "opts": pages.opts,
        "title": f"{lead.lead_name} no CRM",
        "lead": lead,
        "words": preview.words,
        "cards": [_card(wish, links.get((wish.kind, wish.local_id)), links, found) for wish in wishes],
        "asked": asked and not failure,
        "failure": failure,
        "sync": CrmSync.objects.filter(lead=lead_id).first(),
        "drifts": [(row, wording.evidence(row)) for row in Drift.objects.filter(lead_id=lead_id, closed_at=None)],
    }
    return TemplateResponse(request, "admin/crm/lead.html", context)


def deal_link(id_: object) -> SafeString | str:
    """To a deal's page in the CRM; its number alone without an address."""
    if not id_:
        return "–"
    address = settings.CRM_DEAL_URL.replace("{id}", str(id_))
    if not address.startswith(("https://", "http://")):
        return str(id_)
    return format_html('<a href="{}" target="_blank" rel="noopener">{} (abrir no CRM)</a>', address, id_)


def _wishes(plan: Plan, lead_id: UUID) -> Iterator[_Wish]:
    """What the sync would write, as it names the fields; records of ours stand as ids of ours."""
    for firm in plan.companies:
        yield _Wish(_Kind.COMPANY, firm.id, {**firm.fields, "city_id": (firm.cidade, firm.uf)})
    person = plan.person
    if person is not None:
        fields = {
            "name": person.name,
            "phones": list(person.phones),
            "emails": list(person.emails),
            "company_id": (_Kind.COMPANY, person.company),
            "city_id": (person.cidade, person.uf),
        }
        yield _Wish(_Kind.PERSON, lead_id, fields)
    for deal in plan.deals:
        fields = {
            "title": deal.title,
            "pipeline_id": deal.pipeline_id,
            "stage_id": deal.advance_to or deal.stage_new_id,
            "origin_id": deal.origin_id,
            "owner_id": deal.owner_id,
            "temperature": deal.temperature,
            "person_id": (_Kind.PERSON, lead_id),
            "company_id": (_Kind.COMPANY, deal.company),
        }
        yield _Wish(_Kind.DEAL, deal.orcamento_id, fields)


def _look(gateway: CrmGateway, links: Sequence[CrmLink]) -> Mapping[int, Remote[Any] | None]:
    """What stands there, by our link; None for what is gone."""
    getters: Mapping[str, Callable[[str], Remote[Any]]] = {
        _Kind.COMPANY: gateway.company,
        _Kind.PERSON: gateway.person,
        _Kind.DEAL: gateway.deal,
    }
    found: dict[int, Remote[Any] | None] = {}
    for link in links:
        if link.remote_id and link.kind in getters:
            try:
                found[link.pk] = getters[link.kind](link.remote_id)
            except Gone:
                found[link.pk] = None
    return found


def _card(
    wish: _Wish,
    link: CrmLink | None,
    links: Mapping[tuple[str, UUID], CrmLink],
    found: Mapping[int, Remote[Any] | None],
) -> Card:
    lists, names = account.known(), gateways.field_names(wish.kind)
    remote_id = link.remote_id if link else ""
    theirs = found.get(link.pk) if link else None
    there = plain(asdict(theirs.record)) if theirs is not None else (link.written if link else {})
    shown = []
    for name, said in wish.fields.items():
        ours = _resolved(name, said, links)
        refused = link.refused.get(name) if link else None
        shown.append(
            Line(
                name=wording.field(name),
                theirs=names.get(name, ""),
                wanted=_place(said, ours) if name == "city_id" else _worded(name, ours, lists),
                there=_worded(name, there.get(name), lists),
                remark=f"recusado: {refused[1]}" if refused else _remark(name, ours, there, seen=theirs is not None),
            )
        )
    gone = link is not None and link.pk in found and theirs is None
    remote = deal_link(remote_id) if wish.kind == _Kind.DEAL and remote_id else remote_id
    return Card(str(wish.kind.label).capitalize(), remote, tuple(shown), gone)


def _resolved(name: str, said: Any, links: Mapping[tuple[str, UUID], CrmLink]) -> Any:
    """The CRM's id of a city or a record of ours; anything else as it is."""
    if not isinstance(said, tuple):
        return said
    if name == "city_id":
        place = municipalities.find(said[0], said[1] or None)
        choices = municipalities.choices(place.name) if place else ()
        code = next((one.code for one in choices if place and one.uf == place.uf), "")
        return CityLink.objects.filter(pk=code).values_list("remote_id", flat=True).first() or ""
    link = links.get(said)
    return link.remote_id if link else ""


def _worded(name: str, value: Any, lists: account.Lists) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    text = str(value or "")
    if name == "temperature" and text in Temperature.values:
        return str(Temperature(text).label)
    return fact_value("cnpj", text) if name == "cnpj" and text else account.named(lists, name, text)


def _place(said: tuple[str, str], id_: str) -> str:
    name = "/".join(filter(None, said))
    return f"{name} ({id_})" if name and id_ else name


def _remark(name: str, ours: Any, there: Mapping[str, Any], *, seen: bool) -> str:
    if not ours:
        return ""
    if not there.get(name):
        return "falta no CRM" if seen else "ainda não escrito"
    if says(there[name], ours):
        return "igual"
    if name in _AT_BIRTH:
        return "diferente; só vale na criação"
    return "diferente" if seen else "mudou desde que foi escrito"
