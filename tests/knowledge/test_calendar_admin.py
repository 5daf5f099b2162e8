from datetime import date, time

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from knowledge import calendar
from knowledge.models import BusinessHours, Holiday
from seleto.lib.models import AuditEntry

FRIDAY_EVENING = "2026-11-27 21:30:00Z"  # 18h30 in São Paulo


@pytest.fixture
def manager(seeded: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("gestora"))
    return client


@pytest.mark.parametrize("page", ["businesshours", "holiday"])
def test_the_list_shows_what_the_next_fourteen_days_come_to(manager: Client, page: str) -> None:
    Holiday.objects.create(name="Aniversário da cidade", start_date=date(2026, 12, 1))
    Holiday.objects.create(
        name="Plantão da feira", kind="extra", start_date=date(2026, 11, 29), opens=time(9), closes=time(13)
    )
    BusinessHours.objects.create(weekday=3, opens=time(19), closes=time(1))

    with time_machine.travel(FRIDAY_EVENING, tick=False):
        manager.force_login(User.objects.get())
        shown = manager.get(reverse(f"admin:knowledge_{page}_changelist")).content.decode()

    assert "Agora está fechado; abre domingo, às 9h." in shown
    assert "terça-feira, 01/12" in shown
    assert "Aniversário da cidade</span>" in shown
    assert "Plantão da feira</span>" in shown
    assert "8h às 18h e 19h às 1h do dia seguinte" in shown
    assert "quinta-feira, 10/12" in shown
    assert "sexta-feira, 11/12" not in shown, "fourteen days and no more"


def test_an_empty_table_says_that_the_default_holds(manager: Client) -> None:
    BusinessHours.objects.all().delete()

    shown = manager.get(reverse("admin:knowledge_businesshours_changelist")).content.decode()

    assert "vale o padrão: segunda a sexta, das 8h às 18h" in shown


def test_hours_are_added_and_audited(manager: Client) -> None:
    manager.post(reverse("admin:knowledge_businesshours_add"), {"weekday": "5", "opens": "08:00", "closes": "12:00"})

    assert [day.hours for day in calendar.days(date(2026, 11, 28), 1)] == [("8h às 12h",)]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject_kind) == ("create", "businesshours")


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"weekday": "0", "opens": "17:00", "closes": "20:00"}, "se sobrepõe a outro: segunda-feira, 08:00 a 18:00"),
        ({"weekday": "6", "opens": "22:00", "closes": "09:00"}, "se sobrepõe a outro"),
        ({"weekday": "5", "opens": "08:00", "closes": "08:00"}, "O horário está vazio"),
        ({"weekday": "5", "opens": "08:00:30", "closes": "09:00"}, "sem segundos"),
        ({"weekday": "5", "opens": "", "closes": "09:00"}, "obrigatório"),
    ],
)
def test_hours_that_make_no_sense_come_back_with_the_reason(manager: Client, form: dict[str, str], reason: str) -> None:
    response = manager.post(reverse("admin:knowledge_businesshours_add"), form)

    assert reason in response.content.decode()
    assert BusinessHours.objects.count() == 5


def test_an_extra_opening_needs_its_hours(manager: Client) -> None:
    form = {"name": "Plantão", "kind": "extra", "start_date": "28/11/2026", "end_date": "", "opens": "", "closes": ""}

    refused = manager.post(reverse("admin:knowledge_holiday_add"), form).content.decode()
    manager.post(reverse("admin:knowledge_holiday_add"), {**form, "opens": "08:00", "closes": "12:00"})

    assert "Atendimento extra tem abertura e fechamento" in refused
    assert [day.hours for day in calendar.days(date(2026, 11, 28), 1)] == [("8h às 12h",)]
