"""Municipalities in the CRM's own table: the right one or none."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from pytest_django import Settings

from crm import cities
from crm.gateway import City
from crm.models import CityLink
from leads import municipalities
from seleto.lib.errors import Unavailable
from tests.crm.piperun import PipeRunAccount, started
from tests.sandbox.outside import Outside

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Outside]:
    with started() as outside:
        yield outside


@pytest.fixture
def account(sandbox: Outside, settings: Settings) -> PipeRunAccount:
    return PipeRunAccount(sandbox, settings)


@pytest.mark.parametrize(
    ("name", "uf", "official"),
    [
        ("ALTA FLORESTA D OESTE", "RO", "Alta Floresta D'Oeste"),
        ("Sta. Bárbara do Oeste", "SP", "Santa Bárbara d'Oeste"),
        ("Olho d’Água das Flores", "AL", "Olho d'Água das Flores"),
        ("Sao Jose dos Campos", "SP", "São José dos Campos"),
        ("S. José do Rio Preto", "SP", "São José do Rio Preto"),
        ("Embu", "SP", "Embu das Artes"),
        ("Moji-Mirim", "SP", "Mogi Mirim"),
        ("Balneario Camboriu", "SC", "Balneário Camboriú"),
        ("Baln. Camboriú", "SC", "Balneário Camboriú"),
        ("Picarras", "SC", "Balneário Piçarras"),
        ("Campo de Santana", "PB", "Tacima"),
        ("Açu", "RN", "Assú"),
        ("Dr. Camargo", "PR", "Doutor Camargo"),
        ("N. Sra. do Socorro", "SE", "Nossa Senhora do Socorro"),
        ("Bom Jesus", "PI", "Bom Jesus"),
    ],
)
def test_a_city_is_known_however_it_is_spelt(name: str, uf: str, official: str) -> None:
    found = cities.place(City("1", name, uf))

    assert found is not None
    assert (found.name, found.uf) == (official, uf)


@pytest.mark.parametrize(("name", "uf"), [("Campinas do Exemplo", "SP"), ("Bom Jesus", "SP"), ("Campinas", "")])
def test_what_is_no_municipality_of_that_state_is_none(name: str, uf: str) -> None:
    assert cities.place(City("1", name, uf)) is None


def test_every_former_name_leads_to_a_municipality() -> None:
    for (former, uf), name in cities._FORMER.items():
        assert [found.name for found in municipalities.choices(name) if found.uf == uf] == [name]
        assert [found for found in municipalities.choices(former) if found.uf == uf] == []


def test_homonyms_are_told_apart_by_their_state() -> None:
    states = ("GO", "PB", "PI", "RN", "RS", "SC")

    links, _ = cities.compare([City(f"bj-{uf}", "Bom Jesus", uf) for uf in states])

    linked = {found.uf: links[found.code] for found in municipalities.choices("Bom Jesus") if found.name == "Bom Jesus"}
    assert linked == {found: f"bj-{found}" if found in states else "" for found in linked}
    assert len(linked) > 3


def test_two_cities_for_one_municipality_are_two_too_many() -> None:
    campinas = municipalities.choices("Campinas")[0].code

    twins, report = cities.compare([City("1", "Campinas", "SP"), City("2", "CAMPINAS", "SP")])

    assert (twins[campinas], report.ambiguous) == ("", ("Campinas/SP",))


def test_todays_name_wins_over_the_former_one() -> None:
    embu = municipalities.choices("Embu das Artes")[0].code

    links, report = cities.compare([City("1", "Embu", "SP"), City("2", "Embu das Artes", "SP")])

    assert (links[embu], report.ambiguous) == ("2", ())


@pytest.mark.django_db
class TestLazily:
    def test_a_city_is_asked_for_once(self, account: PipeRunAccount) -> None:
        expected = next(city.id for city in account.gateway.cities(name="Campinas", uf="SP") if city.name == "Campinas")
        before = account.calls()

        assert cities.remote_city("Campinas", "SP") == expected
        assert cities.remote_city("campinas", "sp") == expected
        assert account.calls() - before == 1

    def test_a_city_that_is_not_there_is_looked_for_again_after_days(self, account: PipeRunAccount) -> None:
        account.admin("city", action="remove", name="Campinas", uf="SP")
        with time_machine.travel(NOW, tick=False):
            assert cities.remote_city("Campinas", "SP") == ""
        added = str(account.admin("city", action="add", name="Campinas", uf="SP")["id"])

        with time_machine.travel(NOW + cities.RETRY_AFTER - timedelta(minutes=1), tick=False):
            assert cities.remote_city("Campinas", "SP") == ""
        with time_machine.travel(NOW + cities.RETRY_AFTER, tick=False):
            assert cities.remote_city("Campinas", "SP") == added

    def test_twins_are_no_city(self, account: PipeRunAccount) -> None:
        account.admin("city", action="add", name="CAMPINAS", uf="SP")

        assert cities.remote_city("Campinas", "SP") == ""

    @pytest.mark.parametrize(("cidade", "uf"), [("Bom Jesus", ""), ("Atlântida", "SP"), ("", "SP"), ("", "")])
    def test_an_unknown_city_asks_nobody(self, account: PipeRunAccount, cidade: str, uf: str) -> None:
        before = account.calls()

        assert cities.remote_city(cidade, uf) == ""
        assert account.calls() == before

    def test_a_failed_look_up_is_no_answer(self, account: PipeRunAccount) -> None:
        account.break_down()

        with pytest.raises(Unavailable):
            cities.remote_city("Campinas", "SP")
        assert not CityLink.objects.exists()

    def test_without_a_crm_there_is_no_city(self, account: PipeRunAccount, settings: Settings) -> None:
        settings.PIPERUN_TOKEN = ""

        assert cities.remote_city("Campinas", "SP") == ""
        assert not CityLink.objects.exists()


@pytest.mark.django_db
class TestRefreshing:
    def test_links_every_municipality(self, account: PipeRunAccount, capsys: pytest.CaptureFixture[str]) -> None:
        account.admin("city", action="remove", name="Campinas", uf="SP")
        account.admin("city", action="add", name="Distrito de Exemplo", uf="SP")
        account.admin("city", action="rename", name="Piraí", uf="RJ", to="PIRAI")

        call_command("refresh_cities", json=True)

        report = json.loads(capsys.readouterr().out)
        assert (report["missing"], report["unknown"]) == (["Campinas/SP"], ["Distrito de Exemplo/SP"])
        assert report["linked"] == CityLink.objects.exclude(remote_id="").count() == 5570
        assert account.calls() < 35
        # From then on nobody is asked.
        before = account.calls()
        assert cities.remote_city("Piraí", "RJ")
        assert cities.remote_city("Campinas", "SP") == ""
        assert account.calls() == before

    def test_a_dry_run_keeps_nothing(self, account: PipeRunAccount, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("refresh_cities", dry_run=True)

        assert "5571 municípios" in capsys.readouterr().out
        assert not CityLink.objects.exists()

    def test_a_refusal_is_told(self, account: PipeRunAccount) -> None:
        account.revoke()

        with pytest.raises(CommandError, match="http_401"):
            call_command("refresh_cities")
