"""A password alone opens nothing."""

import json
import re

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from seleto.accounts import second_factor
from seleto.accounts.models import RecoveryCode, SecondFactor
from seleto.lib.models import AuditEntry
from tests.accounts.conftest import PASSWORD, code_of, sign_in
from tests.factories import now


def test_password_and_code_open_the_admin_where_the_person_wanted_to_go(client, person, phone):
    assert sign_in(client).url == "/admin/"
    asked = client.get("/admin/leads/lead/")
    assert asked.url == "/admin/segundo-fator/?next=%2Fadmin%2Fleads%2Flead%2F"
    key = client.session.session_key

    let_in = client.post(asked.url, {"code": code_of(phone)})

    assert let_in.url == "/admin/leads/lead/"
    assert client.session.session_key != key, "the session before the second factor must be worth nothing"
    assert client.get("/admin/leads/lead/").status_code == 200


@pytest.mark.security
def test_a_code_is_taken_once_and_failures_cost_time(client, person, phone):
    sign_in(client)
    code = code_of(phone)
    client.post("/admin/segundo-fator/", {"code": code})
    client.logout()
    sign_in(client)

    again = client.post("/admin/segundo-fator/", {"code": code})
    at_once = client.post("/admin/segundo-fator/", {"code": code_of(phone, steps=1)})

    assert "Código incorreto ou já usado" in again.content.decode()
    assert at_once.status_code == 200, "the right code right after a wrong one has to wait"


@pytest.mark.parametrize("answer", ["", "000000", "12345", "１２３４５６", "-12345", "abcdef", "a" * 40, "0" * 16])
@pytest.mark.security
def test_what_is_no_code_opens_nothing(client, person, phone, answer):
    sign_in(client)

    client.post("/admin/segundo-fator/", {"code": answer})

    assert client.get("/admin/").status_code == 302


def test_a_person_without_a_phone_enrols_one_and_gets_codes_for_the_day_it_is_lost(client, person):
    sign_in(client)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/admin/segundo-fator/cadastrar/")
    page = client.get("/admin/segundo-fator/cadastrar/").content.decode()
    device = SecondFactor.objects.get(user=person, confirmed=False)
    assert "<svg" in page
    assert second_factor.key_to_type(device) in page

    codes_page = client.post("/admin/segundo-fator/cadastrar/", {"code": code_of(device)}).content.decode()

    codes = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){5}", codes_page)
    assert len(set(codes)) == second_factor.CODES
    assert client.get("/admin/").status_code == 200
    assert AuditEntry.objects.filter(action="second_factor.enrol", detail__user=person.pk).count() == 1

    client.logout()
    sign_in(client)
    for expected in (302, 200):  # once, and not twice
        assert client.post("/admin/segundo-fator/", {"code": codes[0].upper()}).status_code == expected
        client.logout()
        sign_in(client)
    assert AuditEntry.objects.filter(action="second_factor.recovery_code").count() == 1


@pytest.mark.security
def test_whoever_has_only_the_password_cannot_enrol_another_phone(client, person, phone):
    sign_in(client)

    answer = client.get("/admin/segundo-fator/cadastrar/")

    assert answer.url == "/admin/segundo-fator/"
    assert not SecondFactor.objects.filter(confirmed=False).exists()


def test_another_phone_takes_the_place_of_the_first(inside, person, phone):
    inside.get("/admin/segundo-fator/cadastrar/")
    new = SecondFactor.objects.get(user=person, confirmed=False)

    inside.post("/admin/segundo-fator/cadastrar/", {"code": code_of(new)})

    assert SecondFactor.objects.get(user=person) == new
    assert inside.get("/admin/").status_code == 200


@pytest.mark.security
def test_nothing_of_it_lies_in_the_database_in_clear(person, phone):
    codes = second_factor.new_codes(person)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM accounts_secondfactor s")
        kept = str(cursor.fetchall())
        cursor.execute("SELECT row_to_json(r)::text FROM accounts_recoverycode r")
        kept += str(cursor.fetchall())

    assert phone.secret["key"] not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_a_reset_by_an_administrator_asks_for_a_new_phone_even_in_open_sessions(inside, phone, client, db):
    colleague = User.objects.create_user("atendente", password=PASSWORD, is_staff=True)
    second_factor.begin(colleague)
    second_factor.new_codes(colleague)

    link = re.search(
        r'href="([^"]+reset_second_factor[^"]*)"',
        inside.get(f"/admin/auth/user/{colleague.pk}/change/").content.decode(),
    )
    assert link is not None
    assert inside.get(link[1]).url == f"/admin/segundo-fator/redefinir/{colleague.pk}/"
    assert "atendente" in inside.get(f"/admin/segundo-fator/redefinir/{colleague.pk}/").content.decode()
    inside.post(f"/admin/segundo-fator/redefinir/{colleague.pk}/")

    assert not SecondFactor.objects.filter(user=colleague).exists()
    assert not RecoveryCode.objects.filter(user=colleague).exists()
    assert AuditEntry.objects.filter(action="second_factor.reset", detail__user=colleague.pk).count() == 1
    call_command("reset_second_factor", "gestora")
    assert inside.get("/admin/").url.startswith("/admin/login/"), "its sessions end with it"


@pytest.mark.security
def test_a_reset_takes_the_permission_and_of_an_administrator_an_administrator(client, person, phone):
    from django.contrib.auth.models import Permission

    clerk = User.objects.create_user("atendente", password=PASSWORD, is_staff=True)
    device = second_factor.begin(clerk)
    second_factor.confirm(clerk, code_of(device, steps=-1), now=now())
    sign_in(client, "atendente")
    client.post("/admin/segundo-fator/", {"code": code_of(device)})
    assert client.post(f"/admin/segundo-fator/redefinir/{person.pk}/").status_code == 403

    clerk.user_permissions.add(Permission.objects.get(codename="reset_second_factor"))

    assert client.post(f"/admin/segundo-fator/redefinir/{person.pk}/").status_code == 403
    assert SecondFactor.objects.filter(user=person).exists()


def test_the_command_says_what_it_would_do_and_does_it(person, phone, capsys):
    call_command("reset_second_factor", "gestora", "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out) == {"user": person.pk, "had": True, "reset": False}
    assert second_factor.in_use(person) == phone

    call_command("reset_second_factor", "gestora")

    assert second_factor.in_use(person) is None
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "ninguem")


def test_a_piece_of_a_page_sends_the_whole_page_to_the_door(client, person, phone):
    sign_in(client)

    answer = client.get("/admin/inicio/agora/", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/admin/segundo-fator/")


def test_the_demo_needs_no_phone(client, person, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    sign_in(client)

    assert client.get("/admin/").status_code == 200


def test_what_becomes_of_people_and_roles_is_in_the_audit(inside, person):
    fields = {"username": "nova", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    inside.post("/admin/auth/user/add/", fields)
    new = User.objects.get(username="nova")
    inside.post(f"/admin/auth/user/{new.pk}/delete/", {"post": "yes"})

    kept = AuditEntry.objects.filter(subject_kind="user", detail__row=new.pk).order_by("at")
    assert [entry.action for entry in kept] == ["create", "delete"]
    assert {entry.actor for entry in kept} == {f"usuário:{person.pk}"}


def test_a_person_ends_their_other_sessions_and_nobody_elses(inside, person, phone):
    elsewhere, colleague = Client(), Client()
    elsewhere.force_login(person)
    colleague.force_login(User.objects.create_superuser("colega"))

    page = inside.post("/admin/segundo-fator/sessoes/", follow=True).content.decode()

    assert "Outras sessões encerradas: 1." in page
    assert "_auth_user_id" not in elsewhere.session
    assert "_auth_user_id" in colleague.session
    assert inside.get("/admin/").status_code == 200
