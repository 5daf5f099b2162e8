"""A NUL in an address is a bad request everywhere."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    "address", ["/%00/", "/admin/%00/", "/admin/?status=%00", "/api/v1/?a=1&b=x%00y", "/webhooks/zapi/a%00/segredo/"]
)
def test_a_nul_is_refused(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400


def test_a_program_is_refused_in_its_own_form(client: Client) -> None:
    assert client.get("/api/v1/?a=%00").json()["status"] == 400


def test_other_addresses_are_served(client: Client) -> None:
    assert client.get("/healthz?x=%2500").status_code == 200
