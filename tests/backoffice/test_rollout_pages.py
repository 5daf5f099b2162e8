"""Where the agent answers, as a manager changes it: at once, asked before, audited, and by few."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.models import ShadowReply
from knowledge import loader, queries
from knowledge.models import Flag, RolloutPhone, RolloutRule
from seleto.backoffice import shadow_compare
from seleto.lib.models import AuditEntry
from tests.factories import ChannelFactory, ConversationFactory, LeadFactory, MessageFactory, now

pytestmark = pytest.mark.django_db

RULES, PHONES = "/admin/knowledge/rolloutrule/", "/admin/knowledge/rolloutphone/"
SHADOW = "/admin/conversations/shadowreply/"


@pytest.fixture
def manager(db, client):
    client.force_login(User.objects.create_superuser("gestora"))
    return client


@pytest.fixture
def auditor(db, client):
    user = User.objects.create_user("auditora", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


def answered(text="Temos a FB300. De qual cidade você é?", person="A FB300 sai por R$ 18.900 à vista.") -> ShadowReply:
    """A lead asked, the agent would have said ``text`` and a person wrote ``person``."""
    asked = now() - timedelta(minutes=9)
    conversation = ConversationFactory.create(
        lead=LeadFactory.create(), channel=ChannelFactory.create(), revision=1, owner="human"
    )
    message = MessageFactory.create(conversation=conversation, text="quanto custa?", revision=1, sent_at=asked)
    MessageFactory.create(
        conversation=conversation,
        author="person",
        text=person,
        revision=1,
        status="sent",
        sent_at=asked + timedelta(minutes=5),
    )
    MessageFactory.create(conversation=conversation, text="ok", revision=2, sent_at=asked + timedelta(minutes=6))
    MessageFactory.create(
        conversation=conversation,
        author="person",
        text="Até logo!",
        revision=2,
        status="sent",
        sent_at=asked + timedelta(minutes=7),
    )
    return ShadowReply.objects.create(
        conversation=conversation,
        revision=1,
        asked_at=asked,
        asked=[str(message.pk)],
        status="done",
        reply=[text],
        started_at=asked,
        finished_at=asked + timedelta(seconds=12),
        leased_until=asked,
    )


def test_a_rule_shows_on_the_light_at_once_and_is_audited(manager):
    ChannelFactory.create()

    manager.post(f"{RULES}add/", {"scope": "channel:principal", "share": 30, "others": "shadow", "note": "piloto"})

    page = manager.get(RULES).content.decode()
    assert "responde a 30 % das conversas; às outras, sombra" in page
    entry = AuditEntry.objects.get(action="rollout.create")
    assert entry.detail == {"scope": "channel:principal", "share": 30, "others": "shadow"}


def test_a_rule_is_changed_and_taken_away_with_a_trace(manager):
    rule = RolloutRule.objects.create(scope="global", share=10, others="people")

    manager.post(f"{RULES}{rule.pk}/change/", {"scope": "global", "share": 20, "others": "people", "note": ""})
    manager.post(f"{RULES}{rule.pk}/delete/", {"post": "yes"})

    assert not RolloutRule.objects.exists()
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"rollout.change", "rollout.delete"}


def test_the_kill_switch_asks_first_and_turns_the_light(manager):
    ChannelFactory.create()
    off = {"scope": "channel:principal", "on": "0"}

    asked = manager.post(f"{RULES}chave/", off)
    untouched = Flag.objects.filter(on=False).exists()
    done = manager.post(f"{RULES}chave/", {**off, "confirmed": "yes", "note": "teste"}, follow=True)
    twice = manager.post(f"{RULES}chave/", {**off, "confirmed": "yes"}, follow=True)

    assert "Desligar o agente?" in asked.content.decode()
    assert not untouched
    assert "desligado neste canal" in done.content.decode()
    assert "Nada mudou" in twice.content.decode()
    assert AuditEntry.objects.filter(action="agent.off").count() == 1


def test_who_may_only_look_changes_nothing(auditor):
    ChannelFactory.create()
    rule = RolloutRule.objects.create(scope="global", share=10)

    assert "Desligar tudo" not in auditor.get(RULES).content.decode()
    assert auditor.post(f"{RULES}chave/", {"scope": "global", "on": "0", "confirmed": "yes"}).status_code == 403
    assert auditor.post(f"{RULES}{rule.pk}/change/", {"share": 99}).status_code == 403
    assert auditor.post(f"{RULES}add/", {}).status_code == 403
    assert auditor.post(f"{PHONES}add/", {}).status_code == 403
    assert auditor.post("/admin/knowledge/flag/add/", {}).status_code == 403
    rule.refresh_from_db()
    assert rule.share == 10


def test_a_phone_is_kept_as_leads_are_known_and_shown_by_its_end(manager):
    manager.post(f"{PHONES}add/", {"phone": "(11) 90000-0001", "note": "teste"})
    wrong = manager.post(f"{PHONES}add/", {"phone": "ninguém", "note": ""})

    assert RolloutPhone.objects.get().phone == "5511900000001"
    listed = manager.get(PHONES).content.decode()
    assert "final 0001" in listed
    assert "5511900000001" not in listed
    assert "Escreva o telefone com DDD" in wrong.content.decode()
    assert "0001" not in str(AuditEntry.objects.get().detail)


def test_both_answers_stand_side_by_side_with_what_differs(manager):
    loader.load()
    answered()

    (pair,) = shadow_compare.pairs()
    page = manager.get(SHADOW).content.decode()

    assert pair.person.texts == ("A FB300 sai por R$ 18.900 à vista.",)
    assert pair.agent.products == pair.person.products == {"FB300"}
    assert (pair.agent.questions, pair.person.questions) == ({"cidade"}, frozenset())
    assert "preço" in pair.broken
    assert (pair.agent.seconds, pair.person.seconds) == (12, 300)
    assert "SDR seria barrado" in page
    assert "quanto custa?" in page


def test_sums_are_of_what_both_answered(manager):
    loader.load()
    answered()
    answered(person="Temos a FB300. Qual a sua cidade?")
    ShadowReply.objects.create(
        conversation=ConversationFactory.create(lead=LeadFactory.create()),
        revision=1,
        asked_at=now(),
        status="failed",
        reason="modelo:quota",
        started_at=now(),
        finished_at=now(),
        leased_until=now(),
    )

    found = shadow_compare.summary(shadow_compare.pairs())

    assert (found.pairs, found.same_product, found.same_question, found.broken) == (2, 2, 1, 1)
    assert (found.agent_s, found.person_s) == (12, 300)


@pytest.mark.parametrize("address", [RULES, SHADOW])
def test_a_page_asks_no_more_of_the_database_with_more_rows(manager, address):
    loader.load()
    answered()
    manager.get(address)
    queries.clear_cache()
    with CaptureQueriesContext(connection) as few:
        manager.get(address)
    for number in range(3):
        answered()
        ChannelFactory.create(slug=f"c{number}", instance_id=f"I{number}")
        RolloutRule.objects.create(scope=f"channel:c{number}", share=10)
    queries.clear_cache()
    with CaptureQueriesContext(connection) as many:
        manager.get(address)

    assert len(many) == len(few)
