"""What each role may open, change and do, and that everything else is refused."""

import pytest
from django.contrib.admin.sites import site
from django.contrib.auth.models import Group, Permission, User
from django.core.management.sql import emit_post_migrate_signal
from django.db.models import Model
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from knowledge import loader
from knowledge.models import PromptVersion
from knowledge.prompts import renamed
from seleto.backoffice import roles
from tests.factories import TurnFactory, waiting

pytestmark = pytest.mark.django_db

TALKS = {
    f"conversations.{name}"
    for name in "conversation message handoff handoffalarm media followup plannedfollowup guardrailhit turn".split()
} | {"conversations.wrongreply"}
PEOPLE = {"leads.lead", "leads.fact", "leads.empresa", "leads.orcamento"}
KNOWLEDGE = {f"knowledge.{name}" for name in "product article synonym gap companyprofile phrase".split()}
CRM = {f"crm.{name}" for name in "crmsync crmcall crmsettings crmorigin citylink drift reconciliation".split()}
WIRES = {f"conversations.{name}" for name in "channel event outbox chatwootlink chatwootinbox".split()}

OPENS = {
    roles.SDR_LEAD: TALKS
    | PEOPLE
    | KNOWLEDGE
    | {"conversations.channel", "conversations.outbox", "conversations.handout"}
    | {"lib.alert"},
    roles.OPERATIONS: CRM
    | WIRES
    | {f"conversations.{name}" for name in "conversation turn media handoffalarm messagetemplate".split()}
    | {f"lib.{name}" for name in "alert circuit heartbeat ratebucket apitoken auditentry".split()}
    | {f"django_q.{name}" for name in "ormq schedule success failure".split()}
    | {"outbound.subscription", "outbound.delivery"}
    | {"leads.lead", "knowledge.flag", "knowledge.rolloutrule", "knowledge.rolloutphone", "backoffice.bulkrun"}
    | {"knowledge.modelprice"},
    roles.DATA_OFFICER: PEOPLE | {"leads.subjectrequest", "conversations.conversation"} | {"lib.auditentry"},
}
# Deeds that have a permission of their own.
DEEDS = {
    "leads.export_lead": {roles.MANAGER, roles.DATA_OFFICER},
    "leads.merge_lead": {roles.MANAGER, roles.SDR_LEAD},
    "leads.anonymise_lead": {roles.DATA_OFFICER},
    "conversations.send_as_company": {roles.MANAGER, roles.SDR_LEAD},
    "conversations.operate_conversation": {roles.MANAGER, roles.SDR_LEAD},
    "knowledge.loosen_rule": {roles.MANAGER},
    "knowledge.publish_knowledge": {roles.MANAGER},
    "knowledge.change_rollout": {roles.MANAGER, roles.OPERATIONS},
    "crm.operate_crm": {roles.OPERATIONS},
    "backoffice.use_playground": {roles.MANAGER},
}
ROLES = [roles.MANAGER, roles.SDR_LEAD, roles.OPERATIONS, roles.DATA_OFFICER, roles.AUDITOR]


@pytest.fixture(autouse=True)
def brought_up(db):
    roles.bring_up()


@pytest.fixture
def somebody(client):
    def enter(role: str) -> User:
        user = User.objects.create_user("pessoa", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return User.objects.get(pk=user.pk)

    return enter


def asking(user: User):
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


def lists(user: User) -> set[str]:
    request = asking(user)
    return {model._meta.label_lower for model, pages in site._registry.items() if pages.has_view_permission(request)}


@pytest.mark.parametrize("role", OPENS)
def test_a_role_opens_these_lists_and_no_others(somebody, role):
    assert lists(somebody(role)) - {"backoffice.exportrun"} == OPENS[role]


@pytest.mark.parametrize("role", ROLES)
def test_pages_answer_as_the_role_says(somebody, client, role):
    """Every list of the admin, and the page that adds to it, asked for by address."""
    user = somebody(role)
    request = asking(user)
    for model, pages in site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        if not pages.has_view_permission(request):
            assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403, name
        if not pages.has_add_permission(request):
            try:
                address = reverse(f"admin:{name}_add")
            except NoReverseMatch:
                continue
            assert client.post(address, {}).status_code in (403, 405), name


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_is_for_these_roles_alone(deed):
    app, codename = deed.split(".")
    permission = Permission.objects.get(content_type__app_label=app, codename=codename)

    assert set(permission.group_set.values_list("name", flat=True)) == DEEDS[deed]


def test_the_auditor_changes_nothing(somebody):
    user = somebody(roles.AUDITOR)
    request = asking(user)

    assert {code.split(".")[1].split("_")[0] for code in user.get_all_permissions()} == {"view"}
    for model, pages in site._registry.items():
        may = (pages.has_add_permission(request), pages.has_change_permission(request))
        assert (*may, pages.has_delete_permission(request)) == (False, False, False), model
        assert not getattr(pages, "has_repair_permission", lambda _: False)(request), model


@pytest.mark.parametrize("role", [role for role in ROLES if role != roles.AUDITOR])
def test_nobody_keeps_users_or_rewrites_what_was(somebody, role):
    codes = somebody(role).get_all_permissions()

    assert not {code for code in codes if code.startswith("auth.")}
    for untouched in ("message", "fact", "auditentry", "guardrailhit", "identity", "classification"):
        assert not {code for code in codes if code.endswith(f"_{untouched}") and ".view_" not in code}


def test_the_sdr_lead_neither_exports_nor_touches_knowledge(somebody):
    codes = somebody(roles.SDR_LEAD).get_all_permissions()

    assert "leads.export_lead" not in codes
    assert not {code for code in codes if code.startswith("knowledge.") and ".view_" not in code}


def test_the_manager_sees_no_credentials_and_repairs_no_wires(somebody):
    codes = somebody(roles.MANAGER).get_all_permissions()

    assert not codes & {"conversations.change_channel", "conversations.view_event", "lib.view_apitoken"}


def test_every_permission_named_exists():
    codes = Permission.objects.values_list("content_type__app_label", "codename")
    known = {f"{app}.{codename}" for app, codename in codes}

    assert set().union(*roles.PERMISSIONS.values()) - known == set()


def test_migrating_brings_a_changed_role_back():
    role = Group.objects.get(name=roles.AUDITOR)
    role.permissions.set(Permission.objects.filter(codename="add_user"))

    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")

    codes = set(role.permissions.values_list("codename", flat=True))
    assert "add_user" not in codes
    assert "view_lead" in codes


MODELS: list[type[Model]] = sorted(site._registry, key=lambda model: str(model._meta.label_lower))
# Whose pages ask for a permission that is not the model's own.
BY_DEED = {"backoffice.exportrun": "leads.export_lead", "backoffice.playgroundsession": "backoffice.use_playground"}


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_every_list_was_decided_upon(model):
    """A new model is nobody's until ``roles.py`` says whose it is: the roles' own admin would never show it."""
    view = f"{model._meta.app_label}.view_{model._meta.model_name}"
    needed = BY_DEED.get(model._meta.label_lower, view)

    assert [name for name, codes in roles.PERMISSIONS.items() if needed in codes]


def test_the_manager_tightens_rules_and_decides_where_the_agent_answers(somebody, client):
    request = asking(somebody(roles.MANAGER))
    pages = {model._meta.label_lower: one for model, one in site._registry.items()}

    assert pages["knowledge.safetyrules"].has_change_permission(request)
    assert client.get(reverse("admin:knowledge_rolloutrule_changelist")).status_code == 200
    assert client.get(reverse("admin:knowledge_safetyrules_changelist"), follow=True).status_code == 200


BUTTONS = {
    "crm.operate_crm": ("crm.crmsync", "crm.drift"),
    "conversations.operate_conversation": ("conversations.conversation", "conversations.plannedfollowup"),
}


@pytest.mark.parametrize("deed", BUTTONS)
def test_buttons_ask_for_the_deed_and_not_for_the_right_to_change(deed):
    """Who may change the rows but not do the deed presses nothing; who may do the deed needs no right to change."""
    app, codename = deed.split(".")
    for label in BUTTONS[deed]:
        pages = next(one for model, one in site._registry.items() if model._meta.label_lower == label)
        changing, doing = (User.objects.create_user(f"{label}-{kind}", is_staff=True) for kind in ("muda", "faz"))
        changing.user_permissions.add(
            *Permission.objects.filter(
                content_type__app_label=app, codename__in=[f"change_{name}" for name in LABELS[label]]
            )
        )
        doing.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))

        assert not pages.has_repair_permission(asking(changing)), label
        assert pages.has_repair_permission(asking(doing)), label


# The permissions by which the rows could be changed.
LABELS = {
    "crm.crmsync": ["crmsync"],
    "crm.drift": ["drift"],
    "conversations.conversation": ["conversation"],
    "conversations.plannedfollowup": ["conversation", "plannedfollowup"],
}


@pytest.mark.parametrize("role", [roles.OPERATIONS, roles.DATA_OFFICER])
def test_who_keeps_things_running_or_attends_to_subjects_reads_no_transcript(somebody, client, role):
    """The list and the page open; what was said, what led to it and the search in it do not."""
    conversation = waiting("o meu cachorro se chama Biscoito")
    message = conversation.messages.get()
    turn = TurnFactory.create(conversation=conversation)
    page = f"/admin/conversations/conversation/{conversation.pk}/"
    somebody(role)

    shown = [
        client.get(page + "change/"),
        client.get(page + "agora/"),
        client.get("/admin/conversations/conversation/"),
    ]

    assert [said.status_code for said in shown] == [200] * 3
    assert not [said for said in shown if "Biscoito" in said.content.decode()]
    assert client.get(f"{page}turno/{turn.pk}/").status_code == 403
    assert client.get(f"{page}anteriores/{message.pk}/").status_code == 403
    found = client.get("/admin/conversations/conversation/?q=biscoito")
    assert str(conversation.pk) not in found.content.decode()


def test_the_sdr_lead_reads_transcripts(somebody, client):
    conversation = waiting("o meu cachorro se chama Biscoito")
    somebody(roles.SDR_LEAD)

    page = client.get(f"/admin/conversations/conversation/{conversation.pk}/change/")
    found = client.get("/admin/conversations/conversation/?q=biscoito")

    assert "Biscoito" in page.content.decode()
    assert str(conversation.pk) in found.content.decode()


PUBLISHING = ["publicar", "voltar"]


@pytest.mark.parametrize(("codename", "status"), [("change_promptversion", 403), ("publish_knowledge", 302)])
def test_publishing_a_prompt_is_another_right_than_writing_one(client, codename, status):
    loader.load()
    version = PromptVersion.objects.get(role="resumo", status="published")
    draft = PromptVersion.objects.create(role="resumo", version="v9", text=renamed(version.text, "v9"))
    user = User.objects.create_user("redatora", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_promptversion", codename]))
    client.force_login(user)

    said = [client.post(f"/admin/knowledge/promptversion/{draft.pk}/{deed}/") for deed in PUBLISHING]

    assert [one.status_code for one in said] == [status] * 2
    draft.refresh_from_db()
    assert (draft.status == "published") is (status == 302)
