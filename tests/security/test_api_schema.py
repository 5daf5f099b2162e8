"""Whatever anybody sends to the API, its answer is one that its schema tells of (schemathesis, in this process)."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.db import connections, transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, seed, settings
from pytest_django import DjangoDbBlocker
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from seleto.lib import tokens
from seleto.lib.tokens import Scope
from tests.admin.conftest import story
from tests.factories import now
from tests.security.knocking import quiet

pytestmark = pytest.mark.security

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
SEED = int(os.environ.get("SEED", "1"))
# Requests for each operation in each mode.
EACH = int(os.environ.get("EACH", "20"))


@pytest.fixture(scope="module")
def api(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Any, str, Any]]:
    from seleto.wsgi import application

    with (
        django_db_blocker.unblock(),
        quiet(),
        # A request's end gives its connection back, which here holds what all of them see.
        mock.patch.object(connections["default"], "close"),
        mock.patch.object(connections["default"], "close_if_unusable_or_obsolete"),
        override_settings(API_PER_MIN=0, ALLOWED_HOSTS=["*"], SECURE_SSL_REDIRECT=False),
        transaction.atomic(),
    ):
        told = story()
        _, plain = tokens.create(name="painel", now=now(), scopes=list(Scope))
        yield schemathesis.openapi.from_wsgi("/api/schema/?format=json", app=application), plain, told
        transaction.set_rollback(True)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_every_answer_is_one_the_schema_tells_of(api: tuple[Any, str, Any], mode: GenerationMode) -> None:
    schema, plain, told = api
    ids = [str(row.pk) for row in (told.conversation, told.lead, told.empresa, told.orcamento, told.handoff)]
    answers: Counter[int] = Counter()
    operations = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        operations += 1

        @seed(SEED)
        @settings(
            max_examples=EACH,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            number = sum(answers.values())
            if mode is GenerationMode.POSITIVE and number % 2:  # what is there, as often as what is not
                for name in case.path_parameters or {}:
                    case.path_parameters[name] = ids[number // 2 % len(ids)]
            with transaction.atomic():
                answer = case.call(headers={**(case.headers or {}), "Authorization": f"Bearer {plain}"})
                transaction.set_rollback(True)
            answers[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

        ask()

    assert operations >= 15
    assert max(answers) < 500
    assert sum(answers.values()) >= operations
    if mode is GenerationMode.POSITIVE:
        assert {200, 404} <= set(answers)
    print(f"{mode.value}: {sum(answers.values())} requests to {operations} operations: {dict(answers)}")


def test_without_a_key_every_operation_refuses_as_told(api: tuple[Any, str, Any]) -> None:
    schema, _, _ = api
    for found in schema.get_all_operations():
        told = found.ok().definition.raw["responses"]
        assert {"400", "401", "403", "429"} <= set(told)
        assert "Retry-After" in told["429"]["headers"]
        for refusal in ("401", "429"):
            assert list(told[refusal]["content"]) == ["application/problem+json"]
    assert django_settings.REST_FRAMEWORK["EXCEPTION_HANDLER"]
