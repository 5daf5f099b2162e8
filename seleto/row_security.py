"""Who may see which rows: row-level security on every table with personal data or secrets, and masked views beside it.

Every model is *guarded* or *open*; a new one without a decision fails ``manage.py check``. A guarded table denies by
default: its security is enabled and forced, so that its owner is bound too, and one policy lets the owner and the
application through. The rules are no migrations: they name roles, which a command makes, and hold for tables to come.
They are laid down after every ``migrate`` and by ``create_database_roles``, and touch nothing that is right already.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register
from django.db import connections, transaction

from seleto import masked_views
from seleto.lib import privacy, roles

POLICY = "seleto"

# What people said, wrote, are called or are reached by; what was done to whom; credentials.
GUARDED: dict[str, str] = {
    "accounts": "LoginFailure RecoveryCode SecondFactor",
    "admin": "LogEntry",
    "auth": "User User_groups User_user_permissions",
    "backoffice": "BulkRun ExportRun HitReview PendingChange PlaygroundSession ReplayItem ReplayRun SavedView",
    "conversations": (
        "Channel ChatwootInbox ChatwootLink ChatwootNote Conversation EvalCase EvalFinding Event FollowUp GuardrailHit"
        " Handoff HandoffAlarm Handout Media Message Outbox Reading ShadowReply Turn Upload WrongReply"
    ),
    "crm": "CrmCall CrmLink CrmSync Drift",
    "django_q": "OrmQ Schedule Task",
    "knowledge": "Gap PromptTrial PublishRun RolloutPhone",
    "leads": (
        "Classification Consent Empresa ErasureStep Fact Identity Interest Lead NotDuplicate Orcamento"
        " RetentionRun SubjectExport SubjectRequest SuppressedIdentity"
    ),
    "lib": "ApiToken AuditEntry AuditLink AuditPending AuditSegment",
    "outbound": "Delivery Subscription",
    "sessions": "Session",
}
# What managers set up, what is the same for everybody, and figures.
OPEN: dict[str, str] = {
    "accounts": "SecretAge",
    "auth": "Group Group_permissions Permission",
    "backoffice": "SetupCheck",
    "contenttypes": "ContentType",
    "conversations": "AudioRule Canary EvalRun HandoffLevel MessageTemplate ModelUse ResumeRule",
    "crm": "CityLink CrmOrigin CrmSettings Reconciliation",
    "knowledge": (
        "Article ArticleEmbedding Article_products BusinessHours CompanyProfile Flag FollowUpRule HistoricalArticle"
        " HistoricalArticle_products HistoricalBusinessHours HistoricalCompanyProfile HistoricalHoliday"
        " HistoricalPhrase HistoricalPricePolicy HistoricalProduct HistoricalProductAttribute HistoricalProductPrice"
        " HistoricalSafetyRules HistoricalSynonym Holiday ModelPrice Phrase PricePolicy Product ProductAttribute"
        " ProductPrice PromptVersion RolloutRule SafetyRules ScoreWeights Synonym"
    ),
    "lib": "Alert Circuit ClockOffset Heartbeat RateBucket WorkTry",
}


def guarded_tables() -> list[str]:
    """Sorted."""
    guarded = _labels(GUARDED)
    return sorted({model._meta.db_table for model in _models() if model._meta.label in guarded})


def lay_down(using: str = "default") -> None:
    """Privileges, policies and masked views as this module wants them; as the tables' owner, after all migrations."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        roles.grant(cursor)
        for statement in _missing(cursor):
            cursor.execute(statement)
        masked_views.create(cursor)


def _missing(cursor: Any) -> Iterator[str]:
    """A statement for whatever is not as it should be: each takes its table for itself for a moment."""
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = %s", [roles.APP])
    application = {row[0] for row in cursor.fetchall()}
    cursor.execute(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, p.roles, pg_get_userbyid(c.relowner)"
        " FROM pg_class c"
        " LEFT JOIN pg_policies p ON p.schemaname = 'public' AND p.tablename = c.relname AND p.policyname = %s"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname = ANY(%s)",
        [POLICY, guarded_tables()],
    )
    for table, forced, allowed, owner in cursor.fetchall():
        wanted = {owner} | application
        names = ", ".join(f'"{role}"' for role in sorted(wanted))
        if allowed is None:
            yield f'CREATE POLICY {POLICY} ON "{table}" TO {names} USING (true) WITH CHECK (true)'
        elif set(allowed) != wanted:
            yield f'ALTER POLICY {POLICY} ON "{table}" TO {names}'
        if not forced:
            yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'


def before_migrating(*, plan: Sequence[Any] = (), using: str = "default", **_: Any) -> None:
    """A view would keep a migration from changing a column: they are made again afterwards."""
    if plan:
        with connections[using].cursor() as cursor:
            masked_views.drop(cursor)


def after_migrating(*, plan: Sequence[Any] | None = None, using: str = "default", **_: Any) -> None:
    """Also when nothing was migrated; not after a ``flush``, which tells no plan, nor on the way back."""
    if plan is None or any(backwards for _, backwards in plan):
        return
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections[using])
    if _owns(using) and not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        lay_down(using)


def _owns(using: str) -> bool:
    """Whether this role may lay down rules; who may not can only have found that nothing is to be migrated."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('lib_auditentry')")
        row = cursor.fetchone()
    return bool(row and row[0])


@register()
def decided(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Every model is guarded or open, and whatever a data subject's request looks into is guarded."""
    guarded, open_ = _labels(GUARDED), _labels(OPEN)
    models = {model._meta.label for model in _models()}
    found: list[CheckMessage] = [
        Error(
            f"{label} has to be either guarded or open.",
            hint="Decide in seleto/row_security.py: GUARDED when it holds personal data or secrets.",
            id="seleto.E030",
        )
        for label in sorted(models)
        if (label in guarded) == (label in open_)
    ]
    about = {f"{store.app}.{field.partition('.')[0]}" for store in privacy.registered() for field in store.fields}
    found += [
        Error(f"{label} holds personal data and is not guarded.", hint="See seleto/row_security.py.", id="seleto.E031")
        for label in sorted((about & models) - guarded)
    ]
    return found


def _models() -> Iterator[Any]:
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.proxy and model._meta.managed and model.__module__.partition(".")[0] != "tests":
            yield model


def _labels(decisions: dict[str, str]) -> set[str]:
    return {f"{app}.{name}" for app, names in decisions.items() for name in names.split()}
