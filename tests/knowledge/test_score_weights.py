import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from knowledge import queries
from knowledge.models import ScoreWeights
from knowledge.weights import DEFAULT, PARTS, Weights
from seleto.lib.models import AuditEntry

pytestmark = pytest.mark.django_db

FORM = {**{part: DEFAULT.of(part) for part in PARTS}, "warm_from": 30, "hot_above": 60}


@pytest.fixture
def manager(seeded: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("gestora"))
    return client


def test_the_default_weights_are_those_of_the_domain() -> None:
    assert [DEFAULT.of(part) for part in PARTS] == [10, 20, 20, 20, 15, 15]
    assert queries.score_weights() == DEFAULT


def test_the_seeded_set_is_in_use_and_a_second_load_leaves_it_alone(seeded: None) -> None:
    from knowledge import loader

    ScoreWeights.objects.update(name="Meus pesos", volume=30, urgencia=10)

    loader.load()

    assert queries.score_weights() == Weights(volume=30, urgencia=10)
    assert ScoreWeights.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"volume": 21}, "agora somam 101"),
        ({"volume": 0, "urgencia": 0, "fit": 0}, "agora somam 45"),
        ({"warm_from": 61}, "As faixas ficam em ordem"),
        ({"warm_from": 0}, "As faixas ficam em ordem"),
        ({"hot_above": 100}, "As faixas ficam em ordem"),
    ],
)
def test_weights_that_make_no_sense_are_refused(seeded: None, change: dict[str, int], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        ScoreWeights(name="Outros", **{**FORM, **change}).full_clean()


@pytest.mark.parametrize("change", [{"volume": 21}, {"warm_from": 61}, {"active": True}])
def test_the_database_refuses_them_too(seeded: None, change: dict[str, int]) -> None:
    with pytest.raises(IntegrityError):
        ScoreWeights.objects.create(name="Outros", **{**FORM, **change})


def test_a_manager_makes_a_second_set_and_puts_it_in_use(manager: Client) -> None:
    page = reverse("admin:knowledge_scoreweights_changelist")
    manager.post(reverse("admin:knowledge_scoreweights_add"), {"name": "Volume", **FORM, "volume": 35, "fit": 0})
    chosen = ScoreWeights.objects.get(name="Volume")
    assert queries.score_weights() == DEFAULT, "making it does not use it"

    manager.post(page, {"action": "use", "_selected_action": [str(chosen.pk)]})

    assert queries.score_weights() == Weights(volume=35, fit=0)
    assert ScoreWeights.objects.filter(active=True).count() == 1
    assert AuditEntry.objects.filter(subject_kind="scoreweights").values_list("action", flat=True).count() == 2


def test_several_sets_are_not_used_together(manager: Client) -> None:
    other = ScoreWeights.objects.create(name="Outros", **{**FORM, "volume": 35, "fit": 0})

    manager.post(
        reverse("admin:knowledge_scoreweights_changelist"),
        {"action": "use", "_selected_action": [str(row.pk) for row in ScoreWeights.objects.all()]},
    )

    other.refresh_from_db()
    assert not other.active


def test_the_set_in_use_is_not_deleted(manager: Client) -> None:
    other = ScoreWeights.objects.create(name="Outros", **FORM)
    page = reverse("admin:knowledge_scoreweights_changelist")
    marked = {"action": "delete_selected", "post": "yes"}

    everything = [str(row.pk) for row in ScoreWeights.objects.all()]
    assert manager.post(page, {**marked, "_selected_action": everything}).status_code == 403
    manager.post(page, {**marked, "_selected_action": [str(other.pk)]})

    assert ScoreWeights.objects.get().active


def test_a_wrong_sum_comes_back_with_what_it_comes_to(manager: Client) -> None:
    row = ScoreWeights.objects.get()

    response = manager.post(
        reverse("admin:knowledge_scoreweights_change", args=[row.pk]), {"name": "Padrão", **FORM, "volume": 40}
    )

    assert "agora somam 120" in response.content.decode()
    assert queries.score_weights() == DEFAULT
