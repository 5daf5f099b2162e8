"""The five roles, each with the least that its work takes. The table for people is docs/roles.md.

They belong to the product: every `migrate` brings them to what stands here, once the permissions of all models exist.
Who needs something else makes a group of their own. Users and groups are kept by superusers alone.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission

MANAGER = "Gestor"
SDR_LEAD = "SDR líder"
OPERATIONS = "Operações"
DATA_OFFICER = "Encarregado de dados"
AUDITOR = "Auditor"

_TALKS = "conversation message handoff handoffalarm media followup plannedfollowup guardrailhit turn wrongreply".split()
_PEOPLE = "lead fact empresa orcamento".split()
_SAYABLE = "product productattribute article synonym gap companyprofile phrase".split()
_RULES = "pricepolicy productprice safetyrules scoreweights businesshours holiday followuprule flag modelprice".split()
_ROLLOUT = "rolloutrule rolloutphone".split()
_PROMPTS = "promptversion publishrun prompttrial".split()
_MANNERS = "messagetemplate handofflevel resumerule audiorule handout evalcase evalrun".split()
_WIRES = "channel event outbox chatwootlink chatwootinbox".split()
_CRM = "crmsync crmcall crmsettings crmorigin citylink drift reconciliation".split()
_SYSTEM = "alert circuit heartbeat ratebucket".split()
_QUEUE = "ormq schedule success failure".split()


def _may(verbs: str, app: str, models: Iterable[str]) -> set[str]:
    return {f"{app}.{verb}_{model}" for verb in verbs.split() for model in models}


_EVERY_TALK = _may("view", "conversations", _TALKS) | _may("view", "leads", _PEOPLE)

PERMISSIONS: dict[str, set[str]] = {
    MANAGER: {
        *_EVERY_TALK,
        *_may("view", "knowledge", [*_SAYABLE, *_RULES, *_ROLLOUT, *_PROMPTS]),
        *_may("view", "conversations", [*_MANNERS, "channel", "outbox", "shadowreply"]),
        *_may("view", "crm", _CRM),
        *_may("view", "lib", ["alert", "auditentry"]),
        *_may("add change delete", "knowledge", "product productattribute article synonym phrase".split()),
        *_may("add change delete", "knowledge", "productprice scoreweights modelprice".split()),
        *_may("add change delete", "knowledge", "businesshours holiday followuprule".split()),
        *_may("add change delete", "conversations", "handofflevel resumerule audiorule handout".split()),
        *_may("change", "knowledge", ["companyprofile", "gap", "pricepolicy", "safetyrules"]),
        *_may("add change", "knowledge", ["flag", "promptversion", "prompttrial"]),
        *_may("add change", "conversations", ["wrongreply", "evalcase"]),
        *_may("change", "conversations", ["conversation"]),
        *_may("change", "leads", ["lead"]),
        *_may("change", "crm", ["crmsettings", "crmorigin"]),
        *_may("view add change", "backoffice", ["replayrun"]),
        *_may("view", "backoffice", ["pendingchange"]),
        "crm.add_crmorigin",
        "crm.delete_crmorigin",
        "knowledge.delete_promptversion",
        "backoffice.use_playground",
        "conversations.operate_conversation",
        "conversations.send_as_company",
        "knowledge.change_rollout",
        "knowledge.loosen_rule",
        "knowledge.publish_knowledge",
        "leads.export_lead",
        "leads.merge_lead",
    },
    SDR_LEAD: {
        *_EVERY_TALK,
        *_may("view", "knowledge", _SAYABLE),
        *_may("view", "conversations", ["channel", "outbox", "handout"]),
        *_may("view", "lib", ["alert"]),
        *_may("change", "conversations", ["conversation", "handoffalarm", "turn"]),
        *_may("change", "leads", ["lead"]),
        *_may("add change", "conversations", ["wrongreply"]),
        "conversations.operate_conversation",
        "conversations.send_as_company",
        "leads.merge_lead",
    },
    OPERATIONS: {
        *_may("view", "conversations", ["conversation", "turn", "media", "handoffalarm", "messagetemplate", *_WIRES]),
        *_may("view", "leads", ["lead"]),
        *_may("view", "knowledge", ["flag", *_ROLLOUT]),
        *_may("view add change delete", "knowledge", ["modelprice"]),
        *_may("view", "django_q", _QUEUE),
        *_may("view", "crm", _CRM),
        *_may("view", "lib", [*_SYSTEM, "apitoken", "auditentry"]),
        *_may("view", "backoffice", ["bulkrun"]),
        *_may("change", "conversations", ["event", "outbox", "turn", "media", "handoffalarm", "chatwootlink"]),
        *_may("add change", "conversations", ["channel", "chatwootinbox"]),
        *_may("change", "crm", ["crmsync", "crmsettings", "citylink", "drift"]),
        *_may("add change delete", "crm", ["crmorigin"]),
        *_may("change", "lib", ["alert", "circuit", "ratebucket"]),
        *_may("add delete", "lib", ["apitoken"]),
        *_may("view add change delete", "outbound", ["subscription"]),
        *_may("view change", "outbound", ["delivery"]),
        *_may("add change", "knowledge", ["flag"]),
        "crm.operate_crm",
        "knowledge.change_rollout",
    },
    DATA_OFFICER: {
        *_may("view", "leads", [*_PEOPLE, "subjectrequest"]),
        *_may("add change", "leads", ["subjectrequest"]),
        *_may("view", "conversations", ["conversation"]),
        *_may("view", "lib", ["auditentry"]),
        "leads.anonymise_lead",
        "leads.export_lead",
    },
    AUDITOR: {
        *_EVERY_TALK,
        *_may("view", "leads", ["subjectrequest"]),
        *_may("view", "knowledge", [*_SAYABLE, *_RULES, *_ROLLOUT, *_PROMPTS]),
        *_may("view", "conversations", [*_MANNERS, *_WIRES, "shadowreply"]),
        *_may("view", "crm", _CRM),
        *_may("view", "lib", [*_SYSTEM, "apitoken", "auditentry"]),
        *_may("view", "backoffice", ["replayrun", "bulkrun", "pendingchange"]),
        *_may("view", "django_q", _QUEUE),
        *_may("view", "auth", ["user", "group"]),
        *_may("view", "outbound", ["subscription", "delivery"]),
    },
}


def bring_up(**_: Any) -> None:
    """Make the roles what they are here; for Django's signal after `migrate`, when every permission exists."""
    known = {
        f"{app}.{codename}": key
        for key, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    for name, codes in PERMISSIONS.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.set([known[code] for code in codes if code in known])
