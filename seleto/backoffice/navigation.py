"""The way around the admin: pages grouped by a sales manager's work, each shown to who may open it.

A page of the sidebar may lead to several lists, which stand as tabs above each other. A model that no group names is
listed under "Outros", so that nothing that may be opened is out of reach.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from leads.models import Lead
from seleto.backoffice import deleted_pages, first_run_pages, looking, parked_pages
from seleto.backoffice.four_eyes.pages import waiting

# The queue's own tables (`seleto/backoffice/queue_pages.py`).
QUEUE_TABLES = ("django_q.ormq", "django_q.schedule", "django_q.success", "django_q.failure")
# Leads that the command palette offers besides pages.
LEADS_FOUND = 6


@dataclass(frozen=True, slots=True)
class Page:
    """An entry of the sidebar; ``models`` are its tabs, the first that may be opened is where it leads.

    A page that is no list has a ``route`` instead, and ``allowed`` says who is led there.
    """

    title: str
    icon: str
    models: tuple[str, ...] = ()
    route: str = ""
    allowed: Callable[[HttpRequest], bool] = lambda request: False


GROUPS: tuple[tuple[str, tuple[Page, ...]], ...] = (
    (
        "Atendimento",
        (
            Page("Conversas", "forum", ("conversations.conversation", "conversations.message")),
            Page("Repasses", "support_agent", ("conversations.handoff", "conversations.handoffalarm")),
            Page(
                "Retomadas",
                "forward_to_inbox",
                ("conversations.plannedfollowup", "conversations.followup", "knowledge.followuprule"),
            ),
            Page("Arquivos", "perm_media", ("conversations.media", "conversations.audiorule")),
        ),
    ),
    (
        "Leads",
        (
            Page("Leads", "person_search", ("leads.lead", "leads.fact", "backoffice.exportrun")),
            Page("Empresas", "apartment", ("leads.empresa",)),
            Page("Orçamentos", "request_quote", ("leads.orcamento",)),
            Page("Pedidos de titulares", "policy", ("leads.subjectrequest",)),
        ),
    ),
    (
        "Conhecimento",
        (
            Page("Produtos", "precision_manufacturing", ("knowledge.product", "conversations.handout")),
            Page("Artigos", "menu_book", ("knowledge.article", "knowledge.synonym")),
            Page("Perguntas sem resposta", "help", ("knowledge.gap",)),
            Page("Dados da empresa", "storefront", ("knowledge.companyprofile",)),
            Page("Excluídos", "restore_from_trash", route="admin:backoffice_deleted", allowed=deleted_pages.may_open),
            Page("Mudanças para aprovar", "approval", ("backoffice.pendingchange",)),
        ),
    ),
    (
        "Regras e frases",
        (
            Page("Frases aprovadas", "chat_bubble", ("knowledge.phrase",)),
            Page("Modelos do WhatsApp", "quickreply", ("conversations.messagetemplate",)),
            Page("Política de preço", "sell", ("knowledge.pricepolicy", "knowledge.productprice")),
            Page("Regras da casa", "gavel", ("knowledge.safetyrules",)),
            Page("Rascunhos barrados", "front_hand", ("conversations.guardrailhit",)),
            Page("Pesos da pontuação", "thermostat", ("knowledge.scoreweights",)),
            Page(
                "Horários e esperas",
                "schedule",
                (
                    "knowledge.businesshours",
                    "knowledge.holiday",
                    "conversations.handofflevel",
                    "conversations.resumerule",
                ),
            ),
        ),
    ),
    (
        "Agente",
        (
            Page("Prompts", "edit_note", ("knowledge.promptversion", "knowledge.publishrun", "knowledge.prompttrial")),
            Page("Playground", "science", ("backoffice.playgroundsession",)),
            Page("Reproduções", "replay", ("backoffice.replayrun",)),
            Page("Respostas erradas", "thumb_down", ("conversations.wrongreply", "conversations.evalcase")),
            Page("Avaliações diárias", "monitoring", ("conversations.evalrun",)),
            Page("Turnos", "psychology", ("conversations.turn",)),
            Page("Preços de modelos", "payments", ("knowledge.modelprice",)),
            Page(
                "Liberação",
                "toggle_on",
                ("knowledge.rolloutrule", "knowledge.rolloutphone", "conversations.shadowreply", "knowledge.flag"),
            ),
        ),
    ),
    (
        "Operação",
        (
            Page("Parados", "build", route="admin:backoffice_parked", allowed=parked_pages.may_open),
            Page("Configuração", "checklist", route="admin:backoffice_setup", allowed=first_run_pages.may_open),
            Page("Canais", "cell_tower", ("conversations.channel",)),
            Page("Eventos e saída", "swap_vert", ("conversations.outbox", "conversations.event")),
            Page("Chatwoot", "sync_alt", ("conversations.chatwootlink", "conversations.chatwootinbox")),
            Page("CRM", "hub", ("crm.crmsync", "crm.drift", "crm.reconciliation", "crm.crmcall")),
            Page("Configuração do CRM", "tune", ("crm.crmsettings", "crm.crmorigin", "crm.citylink")),
            Page("Alertas", "notifications", ("lib.alert",)),
            Page("Sistemas", "dns", ("lib.circuit", "lib.heartbeat", "lib.ratebucket")),
            Page("Filas internas", "pending_actions", ("backoffice.bulkrun", *QUEUE_TABLES)),
        ),
    ),
    (
        "Acesso",
        (
            Page("Usuários", "group", ("auth.user", "auth.group")),
            Page("Chaves de API", "key", ("lib.apitoken",)),
            Page("Eventos para fora", "webhook", ("outbound.subscription", "outbound.delivery")),
            Page("Auditoria", "history", ("lib.auditentry",)),
        ),
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups with what this person may open."""
    lists = _lists(request)
    groups = [
        {"title": title, "items": [_item(request, page, lists) for page in pages if _opens(request, page, lists)]}
        for title, pages in _all_groups(lists)
    ]
    return [{"items": [_home(request)]}, *(group for group in groups if group["items"])]


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """Lists that belong together, above each of them."""
    lists = _lists(request)
    found = []
    for _, pages in GROUPS:
        for page in pages:
            names = _tabs(page, lists)
            if len(names) > 1:
                found.append(
                    {
                        "models": names,
                        "items": [
                            {"title": lists[name][0], "link": lists[name][1], "active": request.path == lists[name][1]}
                            for name in names
                        ],
                    }
                )
    return found


def found(request: HttpRequest, words: str) -> list[SearchResult]:
    """Leads for the command palette, which finds pages by itself."""
    pages = admin.site._registry[Lead]
    if not pages.has_view_permission(request):
        return []
    rows, twice = pages.get_search_results(request, pages.get_queryset(request), words)
    rows = rows.order_by("-created_at").distinct() if twice else rows.order_by("-created_at")
    shown = list(rows[:LEADS_FOUND])
    if shown:
        looking.seen(request, "lead", None)
    return [
        SearchResult(
            title=row.nome or row.shown_name or "sem nome",
            description=f"Lead {row.get_temperature_display()}",
            link=reverse("admin:leads_lead_change", args=[row.pk]),
            icon="person",
        )
        for row in shown
    ]


def _lists(request: HttpRequest) -> dict[str, tuple[str, str]]:
    """Label of each model whose list this person may open -> (name, address). Found once a request, asked for often."""
    kept = vars(request)
    if "lists_to_open" not in kept:
        kept["lists_to_open"] = _find_lists(request)
    found: dict[str, tuple[str, str]] = kept["lists_to_open"]
    return found


def _find_lists(request: HttpRequest) -> dict[str, tuple[str, str]]:
    return {
        model._meta.label_lower: (
            getattr(pages, "list_title", "") or _name(model),
            reverse(f"admin:{_route(model)}_changelist"),
        )
        for model, pages in admin.site._registry.items()
        if pages.has_view_or_change_permission(request)
    }


def _route(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


def _name(model: type[Model]) -> str:
    name = str(model._meta.verbose_name_plural)
    return name[:1].upper() + name[1:]


def _all_groups(lists: dict[str, tuple[str, str]]) -> Iterator[tuple[str, tuple[Page, ...]]]:
    yield from GROUPS
    named = {model for _, pages in GROUPS for page in pages for model in page.models}
    others = sorted((name, label) for label, (name, _) in lists.items() if label not in named)
    yield "Outros", tuple(Page(name, "list", (label,)) for name, label in others)


def _tabs(page: Page, lists: dict[str, tuple[str, str]]) -> list[str]:
    return [model for model in page.models if model in lists]


def _opens(request: HttpRequest, page: Page, lists: dict[str, tuple[str, str]]) -> bool:
    return page.allowed(request) if page.route else bool(_tabs(page, lists))


def _item(request: HttpRequest, page: Page, lists: dict[str, tuple[str, str]]) -> dict[str, Any]:
    addresses = [reverse(page.route)] if page.route else [lists[model][1] for model in _tabs(page, lists)]
    return {
        "title": page.title,
        "icon": page.icon,
        "link": addresses[0],
        **_badge(request, page),
        "active": any(request.path.startswith(address) for address in addresses)
        and bool(page.route or not _off_list(request)),
    }


def _badge(request: HttpRequest, page: Page) -> dict[str, Any]:
    """How many changes wait for a second person."""
    count = waiting(request) if "backoffice.pendingchange" in page.models else 0
    return {"badge": count, "badge_variant": "warning", "badge_style": "solid"} if count else {}


def _off_list(request: HttpRequest) -> bool:
    """On a page that stands by itself, though its address is below a list's."""
    routes = (page.route for _, pages in GROUPS for page in pages if page.route)
    return any(request.path.startswith(reverse(route)) for route in routes)


def _home(request: HttpRequest) -> dict[str, Any]:
    address = reverse("admin:index")
    return {"title": "Início", "icon": "home", "link": address, "active": request.path == address}
