"""What holds for every model of ours."""

import pytest
from django.apps import apps
from django.db import models
from simple_history.models import HistoricalChanges

# Lower ones may not point at higher ones (design.md, "Apps and imports").
ORDER = ["lib", "knowledge", "leads", "conversations", "crm", "seleto"]
OURS = [model for label in ORDER for model in apps.get_app_config(label).get_models()]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_foreign_key_points_up_the_import_order(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        target = getattr(field, "related_model", None)
        if target is None or field.auto_created or target._meta.app_label not in ORDER:
            continue

        assert ORDER.index(target._meta.app_label) <= ORDER.index(model._meta.app_label), field.name


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_closed_list_of_states_is_a_database_constraint(model: type[models.Model]) -> None:
    checked = " ".join(str(constraint) for constraint in model._meta.constraints)
    for field in model._meta.local_fields:
        if field.name in {"status", "state", "owner", "level"} and field.choices:
            assert f"'{field.name}" in checked or f'"{field.name}' in checked, field.name


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_model_orders_its_rows_by_default(model: type[models.Model]) -> None:
    # The rows of django-simple-history come in its own order, newest first, which its pages rely on.
    assert issubclass(model, HistoricalChanges) or not model._meta.ordering
