"""Guessing passwords, keeping sessions, and doing what is sensitive."""

import time
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from seleto.accounts.models import LoginFailure
from seleto.lib import tokens as api_tokens
from seleto.lib.models import ApiToken
from tests.accounts.conftest import PASSWORD, code_of, sign_in
from tests.factories import now


def page(answer) -> str:
    return answer.content.decode()


@pytest.mark.security
def test_the_sixth_guess_is_not_even_read_and_the_right_password_has_to_wait(client, person, settings):
    for _ in range(settings.LOGIN_MAX_FAILURES):
        assert "Muitas tentativas" not in page(sign_in(client, password="errada"))

    locked = sign_in(client)

    assert "Muitas tentativas. Tente de novo em 15 minutos." in page(locked)
    assert "_auth_user_id" not in client.session
    assert sign_in(client, REMOTE_ADDR="198.51.100.7").status_code == 302, "a stranger keeps nobody out elsewhere"
    LoginFailure.objects.update(locked_until=None, failures=0)
    assert sign_in(client).status_code == 302


def test_who_kept_the_address_of_the_login_arrives_at_the_first_page(client, person):
    form = {"username": person.username, "password": PASSWORD}

    assert client.post("/admin/login/", form, follow=True).redirect_chain[-1][0].startswith("/admin/")


@pytest.mark.security
def test_an_unknown_account_is_locked_like_a_known_one(client, person, settings):
    answers = []
    for username in ("gestora", "ninguem"):
        for _ in range(settings.LOGIN_MAX_FAILURES + 1):
            answer = sign_in(client, username, "errada")
        answers.append(page(answer).replace(username, "").split("csrfmiddlewaretoken")[0])

    assert answers[0] == answers[1]


@pytest.mark.security
def test_one_account_guessed_from_many_addresses_and_many_accounts_from_one_are_locked_too(client, person, settings):
    settings.LOGIN_MAX_FAILURES = 2
    for number in range(8):
        sign_in(client, password="errada", REMOTE_ADDR=f"198.51.100.{number}")
    assert "Muitas tentativas" in page(sign_in(client, REMOTE_ADDR="203.0.113.1"))

    for number in range(20):
        sign_in(client, f"pessoa{number}", "errada", REMOTE_ADDR="192.0.2.1")
    assert "Muitas tentativas" in page(sign_in(client, "outra", REMOTE_ADDR="192.0.2.1"))


@pytest.mark.security
def test_behind_the_proxy_the_address_is_what_the_proxy_wrote(client, person, settings):
    settings.BEHIND_PROXY, settings.LOGIN_MAX_FAILURES = True, 1
    for number in range(2):
        sign_in(client, password="errada", headers={"X-Forwarded-For": f"10.0.0.{number}, 198.51.100.7"})

    assert "Muitas tentativas" in page(sign_in(client, headers={"X-Forwarded-For": "10.0.0.9, 198.51.100.7"}))


@pytest.mark.security
def test_what_was_typed_as_a_name_is_not_kept(client, db):
    sign_in(client, "uma-senha-no-campo-errado")

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(f)::text FROM accounts_loginfailure f")
        assert "campo-errado" not in str(cursor.fetchall())


def test_counts_of_long_ago_are_forgotten_and_removed(client, person, settings):
    for _ in range(settings.LOGIN_MAX_FAILURES - 1):
        sign_in(client, password="errada")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_loginfailure SET since = since - interval '1 day'")

    sign_in(client, "outra", "errada", REMOTE_ADDR="192.0.2.1")

    assert LoginFailure.objects.count() == 3
    assert sign_in(client).status_code == 302


@pytest.mark.security
def test_a_login_gives_the_session_a_new_key(client, person):
    planted = client.session
    planted["by"] = "somebody else"
    planted.save()

    sign_in(client)

    assert "_auth_user_id" in client.session
    assert client.session.session_key != planted.session_key
    assert not type(planted)(planted.session_key).load()


@pytest.mark.parametrize(("idle", "over"), [(3500, False), (3700, True)])
@pytest.mark.security
def test_a_session_that_nobody_uses_ends(inside, idle, over):
    with time_machine.travel(time.time() + idle, tick=False):
        answer = inside.get("/admin/")
        assert (answer.status_code == 302) is over
        if over:
            assert answer.url.startswith("/admin/login/")


@pytest.mark.security
def test_a_page_that_asks_by_itself_keeps_no_session_alive_and_use_keeps_it_no_longer_than_its_age(inside, settings):
    start = time.time()
    for minutes in (50, 61):
        with time_machine.travel(start + minutes * 60, tick=False):
            polled = inside.get("/admin/inicio/agora/", headers={"HX-Request": "true"})
            assert polled.status_code == (200 if minutes == 50 else 401)


@pytest.mark.security
def test_use_keeps_a_session_no_longer_than_its_age(inside, settings):
    settings.SESSION_IDLE_S = 10**6
    with time_machine.travel(time.time() + settings.SESSION_COOKIE_AGE + 5, tick=False):
        assert inside.get("/admin/").status_code == 302


@pytest.mark.security
def test_what_is_sensitive_asks_for_the_password_that_was_given_long_ago(inside, person):
    with time_machine.travel(time.time() + 20 * 60, tick=False):
        for address in (
            "/admin/leads/empresa/exportar/",
            "/admin/auth/user/add/",
            f"/admin/auth/user/{person.pk}/change/",
        ):
            assert inside.get(address).url.startswith("/admin/confirmar-senha/?next=")
        assert inside.get("/admin/leads/empresa/").status_code == 200
        asked = inside.get("/admin/auth/user/add/").url

        assert "Senha incorreta" in page(inside.post(asked, {"password": "errada"}))
        assert inside.post(asked, {"password": PASSWORD}).url == "/admin/auth/user/add/"
        assert inside.get("/admin/auth/user/add/").status_code == 200


@pytest.mark.security
@pytest.mark.parametrize("action", ["rotate_tokens", "revoke_tokens"])
def test_a_key_is_not_exchanged_or_revoked_at_a_desk_left_alone(inside, action):
    api_tokens.create(name="painel", now=now())
    before = ApiToken.objects.values().get()
    chosen = {"action": action, "_selected_action": [before["id"]]}

    with time_machine.travel(time.time() + 40 * 60, tick=False):
        inside.get("/admin/")
        asked = inside.post("/admin/lib/apitoken/", chosen).url
        assert asked == "/admin/confirmar-senha/?next=%2Fadmin%2Flib%2Fapitoken%2F"
        assert ApiToken.objects.values().get() == before

        assert inside.post(asked, {"password": PASSWORD}).url == "/admin/lib/apitoken/"
        inside.post("/admin/lib/apitoken/", chosen)
        assert ApiToken.objects.values().get() != before


@pytest.mark.security
def test_nobody_is_removed_and_no_copy_leaves_at_a_desk_left_alone(inside, person):
    other = User.objects.create_user("outra", password=PASSWORD)
    page_of_it = "http://testserver/admin/leads/subjectrequest/"

    with time_machine.travel(time.time() + 40 * 60, tick=False):
        inside.get("/admin/")
        asked = inside.post(
            "/admin/auth/user/", {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"}
        )
        assert asked.url.startswith("/admin/confirmar-senha/")
        assert User.objects.filter(pk=other.pk).exists()
        for deed in (f"copia/{uuid4()}", f"{uuid4()}/fazer/apagar"):
            asked = inside.post(f"/admin/leads/subjectrequest/{deed}/", headers={"Referer": page_of_it})
            assert asked.url == "/admin/confirmar-senha/?next=%2Fadmin%2Fleads%2Fsubjectrequest%2F"
        asked = inside.post(
            f"/admin/leads/subjectrequest/copia/{uuid4()}/", headers={"Referer": "https://example.org/x"}
        )
        assert asked.url == "/admin/confirmar-senha/?next=%2Fadmin%2F"


@pytest.mark.security
def test_nobody_is_sent_elsewhere_after_the_login(client, person, phone):
    sign_in(client)

    answer = client.post("/admin/segundo-fator/?next=https://example.org/", {"code": code_of(phone)})

    assert answer.url == "/admin/"


@pytest.mark.parametrize(
    "password",
    ["curta", "123456789012", "password1234", "seleto2026seleto", "S3l3t0!!!!2026", "Gestora-12345", "administrator"],
)
@pytest.mark.security
def test_a_password_that_is_tried_first_is_refused(person, password):
    with pytest.raises(ValidationError):
        validate_password(password, User(username="gestora-12345"))


def test_a_long_phrase_needs_no_digits_or_signs():
    validate_password("quatro cavalos verdes no telhado da padaria", User(username="gestora"))
    validate_password("840271965538", User(username="gestora"))
    validate_password("x9$" + "ção ünï " * 12, User(username="gestora"))


@pytest.mark.security
def test_a_new_password_takes_the_old_one_and_ends_other_sessions(inside, person):
    elsewhere = Client()
    elsewhere.force_login(person)
    new = "outra frase com sete palavras diferentes"
    form = {"new_password1": new, "new_password2": new}

    inside.post("/admin/password_change/", {**form, "old_password": "errada"})
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    inside.post("/admin/password_change/", {**form, "old_password": PASSWORD})

    person.refresh_from_db()
    assert person.check_password(new)
    assert inside.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").url.startswith("/admin/login/")


@pytest.mark.security
def test_a_person_sees_where_they_are_in_and_ends_the_others_alone(inside, person):
    elsewhere, other = Client(), Client()
    agent = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0 <script>alert(1)</script>"
    sign_in(elsewhere, headers={"User-Agent": agent})
    other.force_login(User.objects.create_superuser("outra"))

    page = inside.get("/admin/segundo-fator/meu/").content.decode()
    assert page.count("<tr><td>") == 2
    assert "Firefox em Windows" in page
    assert "alert(1)" not in page
    assert page.index("este aqui") < page.index("Firefox")

    inside.get("/admin/segundo-fator/sessoes/")
    assert "_auth_user_id" in elsewhere.session
    inside.post("/admin/segundo-fator/sessoes/")

    assert inside.get("/admin/segundo-fator/meu/").content.decode().count("<tr><td>") == 1
    assert "_auth_user_id" not in elsewhere.session
    assert "_auth_user_id" in other.session


@pytest.mark.security
def test_a_disabled_person_is_out_at_once(inside, person):
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert inside.get("/admin/").url.startswith("/admin/login/")


@pytest.mark.security
def test_logins_and_failures_are_logged_without_names(client, person, phone, settings, caplog):
    with caplog.at_level("INFO"):
        sign_in(client, password="errada")
        sign_in(client)
        client.post("/admin/segundo-fator/", {"code": "000000"})
        settings.LOGIN_MAX_FAILURES = 1
        for _ in range(2):
            sign_in(client, "ninguem", "errada")
        User.objects.filter(pk=person.pk).update(is_superuser=False)
        settings.SECOND_FACTOR_REQUIRED = False
        sign_in(client)
        assert client.get("/admin/auth/user/").status_code == 403

    told = caplog.text
    for event in ("login.failed", "login.succeeded", "second_factor.failed", "login.locked", "Forbidden"):
        assert event in told, event
    assert "gestora" not in told
    assert "ninguem" not in told
