"""The first configuration: what is missing, a test of each part, and nothing secret on any page."""

import smtplib

import pytest
import respx
from django.contrib.auth.models import Permission, User

from knowledge import loader, queries
from knowledge.models import CompanyProfile
from seleto.backoffice import first_run
from seleto.backoffice.models import SetupCheck
from seleto.lib.models import AuditEntry
from tests.factories import ChannelFactory, now

pytestmark = pytest.mark.django_db

PAGE = "/admin/backoffice/bulkrun/configuracao/"


@pytest.fixture(autouse=True)
def _fresh(settings):
    settings.LLM_API_KEY = ""
    queries.clear_cache()
    yield
    queries.clear_cache()


@pytest.fixture
def manager(db, client):
    client.force_login(User.objects.create_superuser("gestora"))
    return client


def colours() -> dict[str, str]:
    return {state.part.name: state.colour for state in first_run.states()}


def test_everything_required_is_red_at_first_and_told_on_the_start_page(manager):
    page = manager.get(PAGE)

    assert colours() == {
        "empresa": "red",
        "canal": "red",
        "modelo": "red",
        "chatwoot": "yellow",
        "crm": "yellow",
        "email": "yellow",
    }
    assert "Nenhum canal ativo." in page.content.decode()
    assert "Falta configurar:" in manager.get("/admin/").content.decode()


def test_a_part_turns_green_by_its_test(manager):
    loader.load()
    CompanyProfile.objects.update(
        site="https://loja.com.br", catalogue_url="https://loja.com.br/c", email="contato@loja.com.br"
    )
    queries.clear_cache()
    before = colours()["empresa"]

    shown = manager.post(f"{PAGE}testar/", {"part": "empresa"}, follow=True)

    assert (before, colours()["empresa"]) == ("yellow", "green")
    assert "Os dados da empresa estão preenchidos." in shown.content.decode()
    assert AuditEntry.objects.get(action="setup.test").detail == {"part": "empresa"}


def test_a_channel_that_its_provider_refuses_is_red_and_no_secret_is_shown(manager):
    channel = ChannelFactory.create()
    with respx.mock(assert_all_called=False) as router:
        router.route().respond(401, json={"error": "x"})
        shown = manager.post(f"{PAGE}testar/", {"part": "canal"}, follow=True).content.decode()

    assert colours()["canal"] == "red"
    assert "recusa o canal principal" in shown
    secrets = [*channel.credentials.values(), *channel.webhook_secrets.values()]
    assert not any(secret in shown for secret in secrets)


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no"), "recusa a conta"),
        (TimeoutError(), "Não há conexão com o servidor de e-mail"),
        (None, "aceita a conta"),
    ],
)
def test_the_mail_server_is_asked_and_nothing_is_sent(settings, monkeypatch, mailoutbox, failure, told):
    settings.EMAIL_HOST, settings.EMAIL_HOST_PASSWORD = "smtp.exemplo", "senha-do-correio"

    class Session:
        def __enter__(self):
            if failure:
                raise failure

        def __exit__(self, *_):
            return False

    monkeypatch.setattr("seleto.doctor_email.get_connection", Session)
    first_run.run_test(first_run.part("email"), actor="usuário:1", now=now())

    ((_, text),) = SetupCheck.objects.get(name="email").findings
    assert told in text
    assert "senha-do-correio" not in text
    assert mailoutbox == []


def test_who_sets_nothing_up_is_not_led_there(client):
    user = User.objects.create_user("auditora", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)

    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}testar/", {"part": "email"}).status_code == 403
    assert "Falta configurar:" not in client.get("/admin/").content.decode()


def test_an_unknown_part_is_not_tested(manager):
    assert manager.post(f"{PAGE}testar/", {"part": "nada"}).status_code == 404
