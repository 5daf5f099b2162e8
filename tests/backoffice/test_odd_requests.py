"""No address of the admin breaks on what nobody would write by hand: broken filters, keys, pages and forms."""

import re
from collections.abc import Iterator
from itertools import product
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from tests.admin.conftest import manager as manager
from tests.admin.conftest import story

pytestmark = pytest.mark.django_db

NOBODY = UUID(int=7)
ODD = ["x" * 10_000, "2026-99-99", "99999999999999999999", "-1"]
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)


@pytest.fixture
def visitor(manager: Client) -> Client:
    manager.raise_request_exception = False
    story()
    return manager


def patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, address)
        else:
            yield address, one


def routes() -> list[str]:
    """Those whose view is ours."""
    theirs = ("django.", "unfold.", "simple_history.")
    return sorted(
        "/" + address
        for address, one in patterns(get_resolver())
        if address.startswith("admin/") and not one.callback.__module__.startswith(theirs)
    )


def changelist(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def narrowed(user: User, model: type[Model], said: dict[str, str]) -> ChangeList:
    """The list as its address says; what breaks here breaks the page."""
    request = RequestFactory().get(changelist(model), said)
    request.user = user
    request.session = SessionStore()
    setattr(request, "_messages", [])  # noqa: B010 - unknown to the type of a request
    request.resolver_match = resolve(changelist(model))
    return admin.site._registry[model].get_changelist_instance(request)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_a_list_takes_any_address(visitor: Client, model: type[Model]) -> None:
    """Every filter that the list has, and its search, order and page, each with a value that nothing has."""
    if visitor.get(changelist(model)).status_code != 200:
        return  # a page of its own in the list's place
    user = User.objects.get()
    names = {"q", "p", "o", "e", "all"}
    for spec in narrowed(user, model, {}).filter_specs:
        names |= {name for name in spec.expected_parameters() if name}
    broken = set()
    for name, value in product(sorted(names), ODD):
        try:
            with transaction.atomic():
                list(narrowed(user, model, {name: value}).result_list)
        except IncorrectLookupParameters:
            continue
        except Exception as error:  # noqa: BLE001 - whatever breaks is what is looked for
            broken.add((name, value[:20], repr(error)[:200]))
    assert not broken


@pytest.mark.parametrize("value", ["x", "%00", "1%20"])
def test_a_page_takes_any_key(visitor: Client, value: str) -> None:
    broken = set()
    for route in routes():
        if "<" not in route and "(" not in route:
            continue
        address = re.sub(r"<uuid:\w+>", str(NOBODY), route)
        address = re.sub(r"<int:\w+>", "99999999999999999999", address)
        address = re.sub(r"<\w+:\w+>|<id>|\(\[\^/\]\+\)", value, address).replace("^", "").replace("$", "")
        if "(" in address:
            continue
        for answer in (visitor.get(address), visitor.post(address, {})):
            if answer.status_code >= 500:
                broken.add((route, answer.status_code))
    assert not broken


@pytest.mark.parametrize("field", ["reason", "source", "key", "all"])
def test_a_form_with_a_nul_is_refused(visitor: Client, field: str) -> None:
    """Also where the view reads the form's words without a form class."""
    said = {"source": "event", "all": "1", "reason": "x", field: "\x00"}

    assert visitor.post(reverse("admin:backoffice_parked_ask"), said).status_code == 400
