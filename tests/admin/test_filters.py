"""The lists' filters, as their one form sends them: open answers as empty values, days as a browser writes them."""

from datetime import datetime

import pytest
from django.contrib.admin.sites import site

from conversations.models import Conversation
from seleto.lib.admin_filters import LOCAL
from tests.factories import ConversationFactory

LIST = "/admin/conversations/conversation/"


def listed(client, **answers):
    return {row.pk for row in client.get(LIST, answers).context["cl"].result_list}


@pytest.fixture
def two(channel):
    """One conversation of 9 November, one of the 10th, a minute before and after midnight in São Paulo."""
    early, late = (ConversationFactory.create(channel=channel) for _ in range(2))
    Conversation.objects.filter(pk=early.pk).update(last_message_at=datetime(2026, 11, 9, 23, 59, tzinfo=LOCAL))
    Conversation.objects.filter(pk=late.pk).update(
        last_message_at=datetime(2026, 11, 10, 0, 1, tzinfo=LOCAL), owner=Conversation.Owner.HUMAN
    )
    return early, late


def test_answers_left_open_narrow_nothing(manager, two):
    shown = listed(
        manager, owner__exact="", espera="", lead__temperature__exact="", last_message_at_de="", last_message_at_ate=""
    )

    assert shown == {one.pk for one in two}


def test_a_chosen_answer_narrows(manager, two):
    assert listed(manager, owner__exact="human") == {two[1].pk}


def test_a_period_holds_both_its_days(manager, two):
    early, late = two

    assert listed(manager, last_message_at_de="2026-11-09", last_message_at_ate="2026-11-09") == {early.pk}
    assert listed(manager, last_message_at_de="2026-11-10") == {late.pk}
    assert listed(manager, last_message_at_ate="2026-11-10") == {early.pk, late.pk}


@pytest.mark.parametrize("day", ["ontem", "2026-02-31", "9999-12-31"])
def test_a_day_that_is_none_is_no_error(manager, two, day):
    assert manager.get(LIST, {"last_message_at_ate": day}).status_code == 200


@pytest.mark.parametrize(("app", "model"), [(m._meta.app_label, m._meta.model_name) for m in site._registry])
def test_every_list_takes_its_own_filters_with_open_answers(manager, app, model):
    page = manager.get(f"/admin/{app}/{model}/")
    if "cl" not in (page.context or {}):
        pytest.skip("its list is a page of its own")
    names = {name for spec in page.context["cl"].filter_specs for name in spec.expected_parameters()}

    again = manager.get(f"/admin/{app}/{model}/", dict.fromkeys(names, ""))

    assert (again.status_code, again.request["QUERY_STRING"].count("e=1")) == (200, 0)
