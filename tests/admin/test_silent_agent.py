"""While a switch keeps the agent silent, the pages say so, and why."""

import pytest

from conversations.models import Conversation
from knowledge.models import Flag
from tests.admin.conftest import story
from tests.factories import now

LIST = "/admin/conversations/conversation/"


def page(client, address):
    return client.get(address).content.decode()


def switch_off(scope):
    Flag.objects.update_or_create(name="agent_enabled", scope=scope, defaults={"on": False})


def url(told):
    return f"{LIST}{told.conversation.pk}/change/"


@pytest.mark.parametrize(("scope", "why"), [("global", "global"), ("channel:principal", "canal principal")])
def test_a_switched_off_agent_is_told_on_list_and_page(manager, told, scope, why):
    Conversation.objects.update(turn_due_at=now())
    assert "Agente desligado" not in page(manager, LIST) + page(manager, url(told))
    assert "a partir de" in page(manager, url(told))

    switch_off(scope)

    for shown in (page(manager, LIST), page(manager, url(told))):
        assert f"Agente desligado (chave agent_enabled, {why})" in shown
        assert "agente (desligado)" in shown
    assert "a partir de" not in page(manager, url(told))


def test_a_conversation_of_a_person_keeps_its_owner(manager, told):
    Conversation.objects.update(owner=Conversation.Owner.HUMAN)
    switch_off("global")

    assert "(desligado)" not in page(manager, url(told))


def test_a_switch_of_another_channel_is_no_concern(manager, told):
    switch_off("channel:outro")

    assert "Agente desligado" not in page(manager, LIST) + page(manager, url(told))


def test_a_channel_that_is_off_silences_its_agent(manager, told):
    told.channel.enabled = False
    told.channel.save()

    assert "Agente desligado (canal principal inativo)" in page(manager, url(told))


@pytest.mark.parametrize(("scope", "shown"), [("global", True), ("channel:principal", False)])
def test_the_header_tells_of_the_global_switch_only(manager, told, scope, shown):
    switch_off(scope)

    assert ('id="agent-off"' in page(manager, "/admin/")) is shown


def test_the_header_says_nothing_to_strangers(client, db):
    switch_off("global")

    assert "agent-off" not in page(client, "/admin/login/").split("</style>")[-1]


def test_who_may_not_see_the_switches_gets_no_link(clerk, told):
    switch_off("global")
    assert "/admin/knowledge/flag/" in page(clerk, LIST)
    user = clerk.get("/admin/").wsgi_request.user
    user.user_permissions.remove(*user.user_permissions.filter(codename="view_flag"))

    shown = page(clerk, LIST)

    assert "Agente desligado" in shown
    assert "/admin/knowledge/flag/" not in shown


def test_the_questions_of_the_list_do_not_grow_while_off(manager, told, django_assert_max_num_queries):
    switch_off("channel:principal")
    for number in range(2, 6):
        story(number)

    with django_assert_max_num_queries(17):
        page(manager, LIST)
