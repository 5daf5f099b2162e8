"""The first page's figures, each against statements of its own over the invented month, and against the list behind."""

from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.apps import apps
from django.contrib.admin.sites import site
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from conversations.models import Channel
from knowledge import calendar
from leads.models import Temperature
from seleto.backoffice import home, home_links
from seleto.backoffice.home import Scope
from tests.backoffice.month import NOW, month

__all__ = ["month"]
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("month")]

TODAY = date(2026, 11, 24)
LAST_30, LAST_WEEK, BEFORE = (
    (TODAY - timedelta(days=29), TODAY),
    (TODAY - timedelta(days=6), TODAY),
    (
        TODAY - timedelta(days=20),
        TODAY - timedelta(days=8),
    ),
)
# Of a lead (l), a conversation (c) or a turn's conversation (c), in the words of the statements below.
_LEAD_DAY = "(l.created_at AT TIME ZONE 'America/Sao_Paulo')::date BETWEEN %(first)s AND %(last)s"
_IN_CHANNEL = "SELECT lead_id FROM conversations_conversation WHERE channel_id = %(channel)s"
_LEAD_CHANNEL = f"(%(channel)s::uuid IS NULL OR l.id IN ({_IN_CHANNEL}))"
_TALK_CHANNEL = "(%(channel)s::uuid IS NULL OR c.channel_id = %(channel)s)"


@pytest.fixture(params=[(LAST_30, ""), (LAST_WEEK, "mes-vendas"), (BEFORE, "")], ids=["30 days", "channel", "before"])
def scope(request, month):
    (first, last), slug = request.param
    channel = Channel.objects.get(slug=slug).pk if slug else None
    return Scope(first=first, last=last, now=NOW, channel=channel)


def ask(scope: Scope, sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"first": scope.first, "last": scope.last, "channel": scope.channel, "now": NOW})
        return list(cursor.fetchall())


def one(scope: Scope, sql: str) -> Any:
    return ask(scope, sql)[0][0]


def test_new_leads_by_temperature_and_origin(scope):
    figures = home.new_leads(scope)

    for field, told in (("temperature", figures.by_temperature), ("origin", figures.by_origin)):
        for days, name in ((1, "today"), (7, "week"), (30, "month")):
            rows = ask(
                scope,
                f"SELECT l.{field}, count(*) FROM leads_lead l WHERE {_LEAD_CHANNEL} AND"
                " (l.created_at AT TIME ZONE 'America/Sao_Paulo')::date >"
                f" (%(now)s::timestamptz AT TIME ZONE 'America/Sao_Paulo')::date - {days} GROUP BY 1",
            )
            assert {row.key: getattr(row, name) for row in told if getattr(row, name)} == dict(rows)
            assert getattr(figures.total, name) == sum(count for _, count in rows)
    assert figures.total.month > 0


def test_the_days_of_the_chart_add_up(scope):
    rows = ask(
        scope,
        "SELECT (l.created_at AT TIME ZONE 'America/Sao_Paulo')::date, l.temperature, count(*) FROM leads_lead l"
        f" WHERE {_LEAD_DAY} AND {_LEAD_CHANNEL} GROUP BY 1, 2",
    )

    told = home.days(scope)

    assert [day.date for day in told] == [
        scope.first + timedelta(days=n) for n in range((scope.last - scope.first).days + 1)
    ]
    assert {
        (day.date, kind, count)
        for day in told
        for kind, count in zip(Temperature.values, day.leads, strict=True)
        if count
    } == set(rows)


def test_the_funnel(scope):
    def reached(join: str = "", condition: str = "true") -> int:
        return one(
            scope,
            f"SELECT count(DISTINCT l.id) FROM leads_lead l {join}"
            f" WHERE {_LEAD_DAY} AND {_LEAD_CHANNEL} AND {condition}",
        )

    knows = " AND ".join(
        f"EXISTS (SELECT FROM leads_fact f WHERE f.lead_id = l.id AND f.superseded_at IS NULL AND f.field = '{field}')"
        for field in ("nome", "cidade", "uf", "urgencia", "produto")
    )
    talk = "JOIN conversations_conversation c ON c.lead_id = l.id"
    expected = [
        reached(),
        reached(
            condition="(SELECT count(*) FROM conversations_message m JOIN conversations_conversation c"
            " ON c.id = m.conversation_id WHERE c.lead_id = l.id AND m.author = 'lead') > 1"
        ),
        reached(condition=knows),
        reached(f"{talk} JOIN conversations_handoff h ON h.conversation_id = c.id AND h.queue = 'comercial'"),
        reached("JOIN leads_orcamento o ON o.lead_id = l.id AND o.oportunidade_pipe_id IS NOT NULL"),
    ]

    steps = home.funnel(scope)

    assert [step.count for step in steps] == expected
    assert expected[0] > expected[1] > expected[2] > expected[3] > 0 < expected[4]
    assert [step.share for step in steps] == [pytest.approx(count / expected[0]) for count in expected]


def test_hot_leads_waiting(scope):
    rows = ask(
        scope,
        "SELECT c.id, h.opened_at, floor(extract(epoch FROM %(now)s - h.opened_at) / 60) FROM conversations_handoff h"
        " JOIN conversations_conversation c ON c.id = h.conversation_id JOIN leads_lead l ON l.id = c.lead_id"
        f" WHERE h.closed_at IS NULL AND h.picked_up_at IS NULL AND l.temperature = 'quente' AND {_TALK_CHANNEL}"
        " ORDER BY h.opened_at",
    )

    waiting = home.waiting_hot(scope)

    assert waiting.count == len(rows)
    assert [(row.conversation, row.opened_at, row.minutes) for row in waiting.rows] == rows[: home.NAMED]
    assert [row.business_minutes for row in waiting.rows] == [
        calendar.business_minutes(at, NOW) for _, at, _ in rows[: home.NAMED]
    ]


def test_first_answers(scope):
    rows = ask(
        scope,
        "SELECT extract(epoch FROM min(m.sent_at) FILTER (WHERE m.author <> 'lead'"
        " AND m.status NOT IN ('queued', 'failed', 'cancelled')) - min(m.sent_at) FILTER (WHERE m.author = 'lead'))"
        " FROM conversations_conversation c JOIN conversations_message m ON m.conversation_id = c.id"
        " WHERE (c.opened_at AT TIME ZONE 'America/Sao_Paulo')::date BETWEEN %(first)s AND %(last)s"
        f" AND {_TALK_CHANNEL} GROUP BY c.id",
    )
    seconds = sorted(float(value) for (value,) in rows if value is not None)

    answers = home.first_answers(scope)

    assert answers.count == len(seconds) > 10
    assert seconds[len(seconds) // 2 - 1] <= answers.p50 <= seconds[len(seconds) // 2]
    assert sum(value <= answers.p95 for value in seconds) == pytest.approx(len(seconds) * 0.95, abs=1)


def test_time_to_a_person(scope):
    count, p50, p95 = ask(
        scope,
        "SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY s),"
        " percentile_cont(0.95) WITHIN GROUP (ORDER BY s)"
        " FROM (SELECT extract(epoch FROM h.picked_up_at - h.opened_at) AS s FROM conversations_handoff h"
        " JOIN conversations_conversation c ON c.id = h.conversation_id WHERE h.picked_up_at IS NOT NULL"
        " AND (h.opened_at AT TIME ZONE 'America/Sao_Paulo')::date BETWEEN %(first)s AND %(last)s"
        f" AND {_TALK_CHANNEL}) waits",
    )[0]

    times = home.human_times(scope)

    assert times.wall.count == times.business.count == count > 0
    assert (times.wall.p50, times.wall.p95) == (pytest.approx(p50), pytest.approx(p95))
    assert times.business.p95 <= times.wall.p95


def test_blocked_drafts_by_rule(scope):
    rows = ask(
        scope,
        "SELECT kind, count(*) FROM conversations_guardrailhit h JOIN conversations_turn t ON t.id = h.turn_id"
        " JOIN conversations_conversation c ON c.id = t.conversation_id"
        " CROSS JOIN LATERAL jsonb_array_elements_text(h.kinds) kind"
        " WHERE (h.at AT TIME ZONE 'America/Sao_Paulo')::date BETWEEN %(first)s AND %(last)s"
        f" AND {_TALK_CHANNEL} GROUP BY 1",
    )

    rules = home.blocked(scope)

    assert {rule.key: rule.count for rule in rules} == dict(rows) != {}
    assert [rule.count for rule in rules] == sorted((rule.count for rule in rules), reverse=True)


def test_questions_without_an_answer(month):
    scope = Scope(first=TODAY, last=TODAY, now=NOW)
    rows = ask(scope, "SELECT count FROM knowledge_gap WHERE status = 'open' ORDER BY count DESC")

    questions = home.open_questions()

    assert questions.count == len(rows) > 0
    assert [row.times for row in questions.rows] == [count for (count,) in rows[: home.NAMED]]


def test_what_stands_still(scope):
    own = "(%(channel)s::uuid IS NULL OR channel_id = %(channel)s)"
    talk = "JOIN conversations_conversation c ON c.id = x.conversation_id"
    expected = {
        "events": f"SELECT count(*) FROM conversations_event WHERE status = 'parked' AND {own}",
        "outbox": f"SELECT count(*) FROM conversations_outbox WHERE status IN ('parked', 'unknown') AND {own}",
        "turns": f"SELECT count(*) FROM conversations_turn x {talk} WHERE x.status = 'parked' AND c.owner = 'agent'"
        " AND c.closed_at IS NULL AND c.turn_due_at IS NULL AND c.revision > c.answered_revision"
        f" AND x.read_revision > c.answered_revision AND {_TALK_CHANNEL}",
        "alarms": "SELECT count(*) FROM conversations_handoffalarm a"
        " JOIN conversations_handoff x ON x.id = a.handoff_id"
        f" {talk} WHERE a.status = 'parked' AND {_TALK_CHANNEL}",
        "mirror": f"SELECT count(*) FROM conversations_chatwootlink WHERE status = 'parked' AND {own}",
        "crm": "SELECT count(*) FROM crm_crmsync s JOIN leads_lead l ON l.id = s.lead_id"
        f" WHERE s.status = 'parked' AND {_LEAD_CHANNEL}",
    }

    assert home.stuck(scope) == {kind: one(scope, sql) for kind, sql in expected.items()}


def test_the_lights_of_the_channels(scope):
    rows = ask(
        scope,
        "SELECT c.id, max(m.sent_at) FILTER (WHERE m.author = 'lead'), max(m.sent_at) FILTER (WHERE m.author <> 'lead'"
        " AND m.status IN ('sent', 'delivered', 'read', 'played')) FROM conversations_channel c"
        " LEFT JOIN conversations_message m ON m.channel_id = c.id"
        " WHERE (%(channel)s::uuid IS NULL OR c.id = %(channel)s) GROUP BY c.id",
    )

    lights = home.lights(scope)

    assert {(light.channel.pk, light.last_in, light.last_out) for light in lights} == set(rows)
    tones = {light.channel.slug: light.tone for light in lights}
    assert {"mes-vendas": "good", "mes-nuvem": "good", "mes-feira": "bad"}.items() >= tones.items()


def test_what_the_model_costs(scope, settings):
    settings.LLM_SPEND_MAX_DAY_USD = 0.5
    both = " + ".join(
        f"coalesce((SELECT sum(x.cost_usd) FROM {table} x LEFT JOIN conversations_conversation c"
        f" ON c.id = x.conversation_id WHERE (x.{at} AT TIME ZONE 'America/Sao_Paulo')::date BETWEEN %(first)s AND"
        f" %(last)s AND {_TALK_CHANNEL}), 0)"
        for table, at in (("conversations_turn", "started_at"), ("conversations_modeluse", "at"))
    )
    today = Scope(first=TODAY, last=TODAY, now=NOW)

    spent = home.spend(scope, qualified=4)

    assert spent.spent == one(scope, f"SELECT {both}") > 0
    assert spent.per_qualified == spent.spent / 4
    assert home.spend(scope, qualified=0).per_qualified is None
    assert home.spend_today(scope).spent == one(today, f"SELECT {both}")
    assert home.spend_today(scope).share == pytest.approx(float(home.spend_today(scope).spent) / 0.5)


# --- The page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def at_noon(settings):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager(month, client, at_noon):
    client.force_login(User.objects.create_superuser("gestora"))
    return client


def counted(link: str) -> int:
    """What the list behind a link counts, without drawing it."""
    request = RequestFactory().get(link)
    request.user = User.objects.get(username="gestora")
    label = str(resolve(urlsplit(link).path).url_name).removesuffix("_changelist").replace("_", ".", 1)
    return site._registry[apps.get_model(label)].get_changelist_instance(request).result_count


@pytest.mark.parametrize("query", ["", "?de=2026-11-10&ate=2026-11-20&canal=mes-vendas"])
def test_every_figure_leads_to_the_list_it_counts(manager, query):
    page = manager.get(f"/admin/{query}").context
    figures = [
        *((cell["link"], cell["count"]) for row in (page["leads"]["total"],) for cell in row["cells"]),
        *(
            (cell["link"], cell["count"])
            for row in page["leads"]["temperatures"] + page["leads"]["origins"]
            for cell in row["cells"][::2]
        ),
        *((step["link"], step["count"]) for step in page["funnel"]),
        *((rule["link"], rule["count"]) for rule in page["blocked"]),
        *((row["link"], row["count"]) for row in page["now"]["stuck"]["rows"]),
        (page["now"]["hot"]["link"], page["now"]["hot"]["count"]),
        (page["questions"]["link"], page["questions"]["count"]),
        (page["human"]["link"], page["human"]["count"]),
        (page["answers"]["link"], page["answers"]["count"]),
    ]

    told = {link: (count, counted(link)) for link, count in figures}

    assert {link: pair for link, pair in told.items() if pair[0] != pair[1]} == {}


def test_a_lead_without_origin_has_a_list_as_well(month):
    scope = Scope(first=TODAY, last=TODAY, now=NOW)

    assert "com_origem=nao" in home_links.of_origin(scope, "", TODAY)


def test_each_button_leads_to_the_question_of_its_list(manager):
    rows = manager.get("/admin/").context["now"]["stuck"]["rows"]

    assert len(rows) >= 4
    for row in rows:
        if row["action"] == "mirror_again":
            continue  # asks nothing: it only writes the same again
        data = {"action": row["action"], "select_across": "1", "_selected_action": "todos", "index": "0"}
        answer = manager.post(row["link"], data)
        assert "admin/confirm_action.html" in [template.name for template in answer.templates], row
        assert answer.context["count"] == row["count"]


def statements(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_page_asks_a_fixed_number_of_questions(manager, monkeypatch, settings):
    from knowledge import queries

    # On a busy machine they would run out between two visits.
    monkeypatch.setattr(queries, "FLAG_CACHE_S", 3600)
    settings.CHANNEL_CACHE_S = 3600
    month_long = statements(manager, "/admin/")

    assert statements(manager, "/admin/?de=2026-11-24&ate=2026-11-24") == month_long <= 75
    assert statements(manager, "/admin/inicio/agora/") <= 49


def test_a_day_without_anything_reads_well(manager):
    page = unescape(manager.get("/admin/?de=2026-01-01&ate=2026-01-02").content.decode())

    assert "Nenhum rascunho barrado no período" in page
    assert "nenhum lead qualificado no período" in page
    assert "None" not in page


@pytest.mark.parametrize(
    "query", ["de=ontem&ate=2026-13-01", "de=2030-01-01", "canal=nenhum", "de=0001-01-01&ate=0001-01-02"]
)
def test_what_cannot_be_read_is_not_asked_for(manager, query):
    assert manager.get(f"/admin/?{query}").status_code == 200


def test_a_live_part_whose_session_ended_goes_to_the_login(client, db):
    answer = client.get("/admin/inicio/agora/")

    assert (answer.status_code, answer.headers["HX-Refresh"], answer.content) == (200, "true", b"")


def test_who_may_see_nothing_sees_no_figures(month, client, at_noon):
    client.force_login(User.objects.create_user("visita", is_staff=True))

    page = client.get("/admin/")

    assert page.status_code == 200
    for name in ("leads", "funnel", "cost", "answers", "human", "blocked", "questions"):
        assert name not in page.context
    assert page.context["now"].keys() == {"at", "stuck"}
    assert page.context["now"]["stuck"] == {"rows": [], "seen": False}


def test_who_may_only_look_gets_no_buttons(month, client, at_noon):
    user = User.objects.create_user("auditora", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)

    rows = client.get("/admin/").context["now"]["stuck"]["rows"]

    assert rows
    assert [row["action"] for row in rows] == [""] * len(rows)


def test_money_is_told_as_in_brazil():
    from seleto.backoffice.home_words import duration, money

    assert [money(Decimal(value)) for value in ("1234.5", "0.0123", "0")] == ["US$ 1.234,50", "US$ 0,0123", "US$ 0,00"]
    told = [duration(value) for value in (None, 8, 59.4, 720, 7500, 7200, 4 * 86400)]
    assert told == ["–", "8 s", "59 s", "12 min", "2 h 05 min", "2 h", "4 d"]
