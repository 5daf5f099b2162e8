"""What is tried out with a person's data goes with the person."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from knowledge.models import PromptVersion
from seleto.backoffice.models import PlaygroundSession, ReplayItem, ReplayRun
from seleto.lib import privacy
from seleto.lib.privacy import PersonalData, Subject
from tests.factories import PHONE, PromptFactory, TurnFactory, now

pytestmark = pytest.mark.django_db


def store(field: str) -> PersonalData:
    (found,) = [row for row in privacy.registered() if field in row.fields]
    return found


@pytest.fixture
def prompt() -> PromptVersion:
    return PromptFactory.create()


def test_turns_played_again_are_given_out_and_go(prompt):
    run = ReplayRun.objects.create(
        version=prompt,
        prompt_version="v1",
        prompt="",
        spend_max_usd=Decimal(1),
        requested_by="gestora",
        requested_at=now(),
    )
    turns = TurnFactory.create_batch(2)
    for turn in turns:
        ReplayItem.objects.create(run=run, conversation=turn.conversation, turn=turn, asked=["sou a Marina"])
    who, held = Subject(turns[0].conversation.lead_id, {}), store("ReplayItem.asked")

    assert held.export(who) == [{"mensagens": ["sou a Marina"], "antes": {}, "depois": {}}]
    assert (len(list(held.find(who))), held.erase(who), list(held.find(who))) == (1, 1, [])
    assert ReplayItem.objects.get().turn == turns[1]


def test_a_playground_that_names_the_person_goes_and_others_stay(prompt):
    for number, text in enumerate((f"meu fone é {PHONE}", "meu fone é 5511900000002")):
        user = User.objects.create_user(f"gestora{number}")
        PlaygroundSession.objects.create(
            user=user, prompt=prompt, talk={"lines": [text]}, expires_at=now() + timedelta(hours=1)
        )
    who = Subject(TurnFactory.create().conversation.lead_id, {"phone": (PHONE,)})
    held = store("PlaygroundSession.talk")

    assert (len(list(held.find(who))), held.erase(who), held.erase(who)) == (1, 1, 0)
    assert PlaygroundSession.objects.get().user.username == "gestora1"
