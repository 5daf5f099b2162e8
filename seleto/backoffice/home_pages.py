"""The first page: what a sales manager wants to know in the morning, and the part of it that renews itself.

Everybody sees the figures of the rows that they may open, and no others.
"""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from conversations.admin.switches import off_because
from conversations.models import Channel, ChatwootLink, Event, HandoffAlarm, Outbox, Turn
from conversations.wording import words
from crm.models import CrmSync
from leads.models import Temperature
from seleto import degraded
from seleto.backoffice import home, home_links
from seleto.backoffice.four_eyes.pages import waiting
from seleto.backoffice.home import Scope
from seleto.backoffice.home_words import duration, minutes, money
from seleto.lib import clock
from seleto.lib.admin_lists import local

DEFAULT_DAYS = 30
MOST_DAYS = 366
EARLIEST = date(2000, 12, 31)
_SHORTCUTS = ((1, "Hoje"), (7, "7 dias"), (30, "30 dias"), (90, "90 dias"))
_STUCK_ROWS: dict[str, tuple[type[Model], str]] = {
    "events": (Event, "Eventos parados"),
    "outbox": (Outbox, "Mensagens que não saíram"),
    "turns": (Turn, "Leads sem resposta do agente"),
    "crm": (CrmSync, "Leads parados a caminho do CRM"),
    "alarms": (HandoffAlarm, "Avisos de espera que não saíram"),
    "mirror": (ChatwootLink, "Conversas que não chegam ao Chatwoot"),
}
_COLOURS = {
    Temperature.HOT: "var(--sl-bad)",
    Temperature.WARM: "var(--sl-warm)",
    Temperature.COLD: "var(--sl-cold)",
    Temperature.UNCLASSIFIED: "var(--sl-muted)",
}
# Read on white and on black alike.
_INK = "#848b98"
_TONES = {"good": "no ar", "doubtful": "em dúvida", "bad": "fora do ar", "off": "desativado"}


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by the theme for the first page."""
    scope = scope_of(request)
    may = request.user.has_perm
    page: dict[str, Any] = {"home": _filters(request, scope), "now": _now(request, scope)}
    if may("leads.view_lead"):
        funnel = home.funnel(scope)
        page |= {"leads": _leads(scope), "funnel": _funnel(scope, funnel)}
        if may("conversations.view_turn"):
            page["cost"] = _cost(scope, next(step.count for step in funnel if step.key == "qualificado"))
    if may("conversations.view_conversation"):
        page["answers"] = _answers(scope)
    if may("conversations.view_handoff"):
        page["human"] = _human(scope)
    if may("conversations.view_guardrailhit"):
        page["blocked"] = _blocked(scope)
    if may("knowledge.view_gap"):
        page["questions"] = _questions()
    return {**context, **page}


def live(request: HttpRequest) -> HttpResponse:
    """The part about this moment, for the page that is open; a session that ended sends to the login."""
    if not admin.site.has_permission(request):
        return HttpResponse(headers={"HX-Refresh": "true"})
    scope = scope_of(request)
    context = {"home": _filters(request, scope), "now": _now(request, scope)}
    return TemplateResponse(request, "admin/backoffice/home_now.html", context)


def scope_of(request: HttpRequest) -> Scope:
    """``de``, ``ate`` (days) and ``canal`` (a channel's nickname); what cannot be read is not asked for."""
    now = clock.now()
    today = Scope(first=date.min, last=date.max, now=now).today
    last = max(min(_day(request.GET.get("ate", "")) or today, today), EARLIEST)
    first = _day(request.GET.get("de", "")) or last - timedelta(days=DEFAULT_DAYS - 1)
    first = max(min(first, last), last - timedelta(days=MOST_DAYS - 1))
    slug = request.GET.get("canal", "")
    channel = Channel.objects.filter(slug=slug).values_list("pk", flat=True).first() if slug else None
    return Scope(first=first, last=last, now=now, channel=channel)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _filters(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    channels = list(Channel.objects.order_by("name").values_list("slug", "name", "pk"))
    slug = next((slug for slug, _, key in channels if key == scope.channel), "")
    query = request.GET.urlencode()
    here = reverse("admin:index")

    def shortcut(days: int) -> str:
        first = scope.today - timedelta(days=days - 1)
        return f"{here}?de={first}&ate={scope.today}" + (f"&canal={slug}" if slug else "")

    return {
        "scope": scope,
        "channel": slug,
        "channels": [(slug, name) for slug, name, _ in channels],
        "live": reverse("home-live") + (f"?{query}" if query else ""),
        "shortcuts": [
            (label, shortcut(days), scope.last == scope.today and (scope.last - scope.first).days == days - 1)
            for days, label in _SHORTCUTS
        ],
    }


# --- This moment ---------------------------------------------------------------------------------------------------


def _now(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    may = request.user.has_perm
    shown: dict[str, Any] = {"at": local(scope.now)}
    if may("lib.view_alert"):
        shown["modes"] = degraded.modes(now=scope.now)
    if may("conversations.view_handoff"):
        shown["hot"] = _hot(scope)
    if may("conversations.view_channel"):
        shown["lights"] = [_light(row) for row in home.lights(scope)]
    if may("conversations.view_turn"):
        shown["spend"] = _spend_today(scope)
    if pending := waiting(request):
        shown["pending"] = {"count": pending, "link": home_links.pending()}
    shown["stuck"] = _stuck(request, scope)
    return shown


def _hot(scope: Scope) -> dict[str, Any]:
    waiting = home.waiting_hot(scope)
    return {
        "count": waiting.count,
        "link": home_links.hot(scope),
        "more": waiting.count - len(waiting.rows),
        "rows": [
            {
                "name": row.name,
                "link": reverse("admin:conversations_conversation_change", args=[row.conversation]),
                "minutes": minutes(row.minutes),
                "business": minutes(row.business_minutes),
                "assigned": row.assigned_to,
            }
            for row in waiting.rows
        ],
    }


def _stuck(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    """Only what this person may see; the button only for who may press it on the list."""
    counts = home.stuck(scope)
    rows = []
    for kind, (model, told) in _STUCK_ROWS.items():
        pages: Any = admin.site._registry[model]
        if not counts[kind] or not pages.has_view_permission(request):
            continue
        _, _, _, action, button = home_links.STUCK[kind]
        rows.append(
            {
                "words": told,
                "count": counts[kind],
                "link": home_links.stuck(kind, scope),
                "action": action if pages.has_repair_permission(request) else "",
                "button": button,
            }
        )
    seen = any(admin.site._registry[model].has_view_permission(request) for model, _ in _STUCK_ROWS.values())
    return {"rows": rows, "seen": seen}


def _light(row: home.Light) -> dict[str, Any]:
    channel = row.channel
    notes = [off_because(channel)] if channel.enabled else []
    if channel.connected is False:
        notes.append(words(channel.connection_reason) if channel.connection_reason else "sem conexão")
    if channel.connected is None:
        notes.append("conexão ainda não conferida")
    if channel.deaf_since:
        notes.append(f"sem retorno desde {local(channel.deaf_since)}")
    if row.circuit and row.circuit.state != row.circuit.State.CLOSED:
        notes.append(f"disjuntor {row.circuit.get_state_display()}")
    return {
        "name": channel.name,
        "provider": channel.get_provider_display(),
        "link": reverse("admin:conversations_channel_change", args=[channel.pk]),
        "tone": row.tone,
        "tone_words": _TONES[row.tone],
        "last_in": local(row.last_in, empty="nada ainda"),
        "last_out": local(row.last_out, empty="nada ainda"),
        "notes": [note for note in notes if note],
    }


def _spend_today(scope: Scope) -> dict[str, Any]:
    today = home.spend_today(scope)
    return {
        "today": money(today.spent),
        "ceiling": money(today.ceiling) if today.ceiling else "",
        "percent": round(today.share * 100),
        "width": min(round(today.share * 100), 100),
        "tone": "bad" if today.share >= 1 else "warm" if today.share >= 0.8 else "good",
        "link": home_links.to_list("conversations_turn", started_at_de=scope.today, started_at_ate=scope.today),
    }


# --- The period ----------------------------------------------------------------------------------------------------


def _leads(scope: Scope) -> dict[str, Any]:
    found = home.new_leads(scope)
    firsts = [scope.today, scope.today - timedelta(days=6), scope.today - timedelta(days=29)]

    def row(one: home.Counted, link: Callable[[date], str], css: str = "") -> dict[str, Any]:
        counts = zip((one.today, one.week, one.month), firsts, strict=True)
        return {"words": one.words, "css": css, "cells": [{"count": n, "link": link(first)} for n, first in counts]}

    def warm(one: home.Counted) -> dict[str, Any]:
        return row(one, lambda first: home_links.leads(scope, first, temperature__exact=one.key), css=one.key)

    def came(one: home.Counted) -> dict[str, Any]:
        return row(one, lambda first: home_links.of_origin(scope, one.key, first))

    return {
        "total": row(found.total, lambda first: home_links.leads(scope, first)),
        "temperatures": [warm(one) for one in found.by_temperature],
        "origins": [came(one) for one in found.by_origin],
        "chart": _chart(home.days(scope)),
        "empty": not found.total.month,
    }


def _chart(days: tuple[home.Day, ...]) -> dict[str, str]:
    kinds = list(Temperature)
    datasets = [
        {
            "label": kind.label,
            "data": [day.leads[place] for day in days],
            "backgroundColor": _COLOURS[kind],
            "stack": "leads",
        }
        for place, kind in enumerate(kinds)
    ]
    data = {"labels": [f"{day.date:%d/%m}" for day in days], "datasets": datasets}
    ink = {"color": _INK}
    options = {
        "responsive": True,
        "maintainAspectRatio": False,
        "animation": False,
        "plugins": {"legend": {"display": True, "position": "bottom", "labels": {**ink, "boxWidth": 12}}},
        "scales": {
            "x": {"stacked": True, "grid": {"display": False}, "ticks": {**ink, "maxTicksLimit": 10, "maxRotation": 0}},
            "y": {"stacked": True, "beginAtZero": True, "grid": {}, "ticks": {**ink, "precision": 0}},
        },
    }
    most = max(days, key=lambda day: sum(day.leads), default=None)
    told = f"Novos leads por dia, por temperatura, em {len(days)} dias."
    if most and sum(most.leads):
        told += f" O dia com mais leads foi {most.date:%d/%m}, com {sum(most.leads)}."
    return {"data": json.dumps(data), "options": json.dumps(options), "told": told}


def _funnel(scope: Scope, steps: tuple[home.Step, ...]) -> list[dict[str, Any]]:
    return [
        {
            "words": step.words,
            "count": step.count,
            "percent": round(step.share * 100),
            "link": home_links.leads(scope, etapa="" if step.key == "novo" else step.key),
        }
        for step in steps
    ]


def _cost(scope: Scope, qualified: int) -> dict[str, Any]:
    spent = home.spend(scope, qualified=qualified)
    return {
        "per_qualified": money(spent.per_qualified) if spent.per_qualified is not None else "",
        "period": money(spent.spent),
        "qualified": qualified,
        "link": home_links.in_period("conversations_turn", "started_at", scope, "conversation__channel__id__exact"),
    }


def _answers(scope: Scope) -> dict[str, Any]:
    link = home_links.in_period("conversations_conversation", "opened_at", scope, "channel__id__exact")
    return {**_spread(home.first_answers(scope)), "link": link}


def _human(scope: Scope) -> dict[str, Any]:
    times = home.human_times(scope)
    link = home_links.in_period(
        "conversations_handoff", "opened_at", scope, "conversation__channel__id__exact", atendido="sim"
    )
    business = [None if value is None else value / 60 for value in (times.business.p50, times.business.p95)]
    return {**_spread(times.wall), "business": [minutes(value) for value in business], "link": link}


def _spread(found: home.Spread) -> dict[str, Any]:
    return {"count": found.count, "p50": duration(found.p50), "p95": duration(found.p95)}


def _blocked(scope: Scope) -> list[dict[str, Any]]:
    rules = home.blocked(scope)
    most = max((one.count for one in rules), default=1)
    return [
        {
            "words": one.words,
            "count": one.count,
            "percent": round(one.count / most * 100),
            "link": home_links.in_period(
                "conversations_guardrailhit", "at", scope, "turn__conversation__channel__id__exact", regra=one.key
            ),
        }
        for one in rules
    ]


def _questions() -> dict[str, Any]:
    found = home.open_questions()
    return {
        "count": found.count,
        "more": found.count - len(found.rows),
        "link": home_links.to_list("knowledge_gap", status__exact="open"),
        "rows": [
            {"words": one.words, "times": one.times, "link": reverse("admin:knowledge_gap_change", args=[one.key])}
            for one in found.rows
        ],
    }
