"""What a lead told and then changed or took back holds no more; the history keeps it (I7)."""

import pytest

from conversations.models import Conversation
from knowledge import loader
from leads.models import Fact, Lead
from seleto.lib import jobs
from tests import zapi
from tests.conversations.test_phone_asked import missing_in_brief, model  # noqa: F401

pytestmark = pytest.mark.django_db


def current() -> dict[str, str]:
    return dict(Fact.objects.filter(superseded_at=None).values_list("field", "value"))


@pytest.fixture
def said(model):  # noqa: F811
    """A message with facts in it, answered: its id."""
    loader.load()
    missing_in_brief(
        model, "Sou a Rute, quero a FB300, sou de Itajaí", "Claro! Para qual volume?", messageId="3EB0DITO"
    )
    assert {"nome": "Rute", "produto": "FB300", "cidade": "Itajaí"}.items() <= current().items()
    return "3EB0DITO"


def edit(message_id: str, text: str) -> None:
    zapi.post(zapi.received(text, messageId=message_id, isEdit=True))
    jobs.run_due("ingest")


def test_an_edit_replaces_what_it_changes_and_keeps_the_rest(said):
    edit(said, "Opa! Sou a Rute, quero a FB700, sou de Itajaí")

    assert {"nome": "Rute", "produto": "FB700", "cidade": "Itajaí", "uf": "SC"}.items() <= current().items()
    assert Fact.objects.filter(field="produto").count() == 2
    kept = Fact.objects.get(field="cidade")
    assert "Opa! Sou a Rute, quero a FB700, sou de Itajaí"[kept.start : kept.end] == kept.quote
    assert Conversation.objects.get().turn_due_at is None


def test_what_an_edit_takes_away_is_unknown_again(said):
    edit(said, "Sou a Rute")

    assert current() == {"nome": "Rute"}


def test_a_deleted_message_told_nothing(said):
    zapi.post(zapi.received(None, messageId=said, notification="REVOKE", code="0"))
    jobs.run_due("ingest")

    assert current() == {}
    assert Fact.objects.filter(field="nome").exists()


def test_what_somebody_of_the_house_gave_stays(said):
    Fact.objects.filter(field="nome").update(evidence=Fact.Evidence.GIVEN, given_by="usuário:1")
    edit(said, "apaguei")

    assert current() == {"nome": "Rute"}


def test_the_class_follows(said):
    before = Lead.objects.get().temperature
    edit(said, "apaguei")

    assert (before, Lead.objects.get().temperature) == ("morno", "nao_classificado")
