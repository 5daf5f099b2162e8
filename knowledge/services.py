"""Changes to the knowledge tables that are more than saving a row."""

import itertools
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from knowledge import prompts
from knowledge.models import PromptTrial, PromptVersion, PublishRun, ScoreWeights
from seleto.lib import jobs

# The stage that plays the cases of a run (`conversations/publish_gate.py`).
PUBLISH_STAGE = "publish"
# Only what answers leads can be tried on conversations; the other prompts are published after the check of their form.
TRIED_ROLES = (PromptVersion.Role.AGENTE,)


class PublishingError(Exception):
    """What was asked for cannot be done to this version now; the text, in Portuguese, says why."""


def editable_prompts() -> QuerySet[PromptVersion]:
    """Drafts that no conversation is answered with."""
    return PromptVersion.objects.filter(status=PromptVersion.Status.DRAFT).exclude(
        pk__in=PromptTrial.objects.filter(ended_at=None).values("version_b")
    )


@transaction.atomic
def publish_prompt(version: PromptVersion, *, now: datetime, by: str = "") -> PromptVersion:
    """Make this the one published version of its role; the former one is retired and a trial of it ends.

    Raises `PromptError`. Returns the row as it is now.
    """
    chosen = _lock_role(version)
    prompts.parse_prompt(chosen.text)
    former = PromptVersion.objects.filter(role=chosen.role, status=PromptVersion.Status.PUBLISHED)
    for row in former.exclude(pk=chosen.pk):
        row.status = PromptVersion.Status.RETIRED
        row.save()
    chosen.status = PromptVersion.Status.PUBLISHED
    chosen.published_at, chosen.published_by = now, by
    chosen.save()
    for trial in PromptTrial.objects.filter(role=chosen.role, ended_at=None).exclude(version_a=chosen):
        won = trial.version_b_id == chosen.pk
        _end(trial, PromptTrial.Outcome.PUBLISHED if won else PromptTrial.Outcome.SUPERSEDED, now=now, by=by)
    return chosen


def previous_prompt(role: str) -> PromptVersion | None:
    """The version that was in use before the published one."""
    retired = PromptVersion.objects.filter(role=role, status=PromptVersion.Status.RETIRED)
    return retired.exclude(published_at=None).order_by("-published_at").first()


@transaction.atomic
def roll_back(version: PromptVersion, *, now: datetime, by: str) -> PromptVersion:
    """Use a version again that leads were answered with before; at once, because somebody wants to be rid of another.

    Raises `PublishingError` and `PromptError`.
    """
    if _lock_role(version).status != PromptVersion.Status.RETIRED:
        raise PublishingError("Só se volta a uma versão que já esteve publicada.")
    return publish_prompt(version, now=now, by=by)


@transaction.atomic
def draft_from(source: PromptVersion, *, by: str) -> PromptVersion:
    """A new draft with the same text: v2 gives v2.1, then v2.2. Raises `PromptError`."""
    _lock_role(source)
    taken = set(PromptVersion.objects.filter(role=source.role).values_list("version", flat=True))
    base = source.version.split(".")[0]
    name = next(name for number in itertools.count(1) if (name := f"{base}.{number}") not in taken)
    return PromptVersion.objects.create(
        role=source.role, version=name, text=prompts.renamed(source.text, name), created_by=by
    )


@transaction.atomic
def request_publication(version: PromptVersion, *, now: datetime, by: str) -> PublishRun | None:
    """Have the version tried on the cases of the gate and published when it holds its own against the published one.

    None for a role without cases: its version is published at once. Raises `PublishingError` and `PromptError`.
    """
    chosen = _lock_role(version)
    if chosen.status == PromptVersion.Status.PUBLISHED:
        raise PublishingError("Esta versão já está publicada.")
    prompts.check(chosen.text, role=chosen.role, version=chosen.version)
    if chosen.role not in TRIED_ROLES:
        publish_prompt(chosen, now=now, by=by)
        return None
    if PublishRun.objects.filter(version=chosen, status__in=PublishRun.ACTIVE).exists():
        raise PublishingError("Esta versão já está em avaliação.")
    run = PublishRun.objects.create(
        version=chosen,
        checksum=chosen.checksum,
        baseline=PromptVersion.objects.filter(role=chosen.role, status=PromptVersion.Status.PUBLISHED).first(),
        spend_max_usd=Decimal(str(settings.PUBLISH_SPEND_MAX_USD)),
        requested_by=by,
        requested_at=now,
        due_at=now,
    )
    jobs.wake(PUBLISH_STAGE)
    return run


@transaction.atomic
def override(run: PublishRun, *, reason: str, now: datetime, by: str) -> PublishRun:
    """Publish although the run refused or could not be finished. Raises `PublishingError` and `PromptError`."""
    chosen = _lock_role(run.version)
    row = PublishRun.objects.select_for_update().get(pk=run.pk)
    if row.status not in (PublishRun.Status.REFUSED, PublishRun.Status.STOPPED):
        raise PublishingError("Só uma avaliação recusada ou interrompida aceita justificativa.")
    if not reason.strip():
        raise PublishingError("Escreva por que publicar apesar do resultado.")
    if chosen.checksum != row.checksum:
        raise PublishingError("O rascunho mudou depois desta avaliação: avalie de novo.")
    publish_prompt(chosen, now=now, by=by)
    row.status, row.override_reason, row.override_by = PublishRun.Status.OVERRIDDEN, reason.strip(), by
    row.save()
    return row


@transaction.atomic
def cancel_publication(run: PublishRun, *, now: datetime) -> None:
    """Stop an evaluation under way; the case in hand is played to its end and not counted."""
    PublishRun.objects.filter(pk=run.pk, status__in=PublishRun.ACTIVE).update(
        status=PublishRun.Status.STOPPED, reason="Cancelada.", finished_at=now, leased_until=None
    )


@transaction.atomic
def start_trial(version: PromptVersion, *, share: int, now: datetime, by: str) -> PromptTrial:
    """Answer ``share`` % of the new conversations with this version. Raises `PublishingError` and `PromptError`."""
    chosen = _lock_role(version)
    if chosen.role not in TRIED_ROLES:
        raise PublishingError("Só o prompt do agente pode ser testado com leads.")
    prompts.check(chosen.text, role=chosen.role, version=chosen.version)
    published = PromptVersion.objects.filter(role=chosen.role, status=PromptVersion.Status.PUBLISHED).first()
    if published is None or published == chosen:
        raise PublishingError("Um teste compara a versão publicada com outra.")
    try:
        with transaction.atomic():
            return PromptTrial.objects.create(
                role=chosen.role, version_a=published, version_b=chosen, share=share, started_at=now, started_by=by
            )
    except IntegrityError:
        raise PublishingError("Já há um teste em andamento: termine-o antes.") from None


@transaction.atomic
def drop_trial(trial: PromptTrial, *, now: datetime, by: str) -> None:
    """End a trial and stay with the published version. Raises `PublishingError`."""
    row = PromptTrial.objects.select_for_update().get(pk=trial.pk)
    if not row.running:
        raise PublishingError("Este teste já terminou.")
    _end(row, PromptTrial.Outcome.DROPPED, now=now, by=by)


def _end(trial: PromptTrial, outcome: PromptTrial.Outcome, *, now: datetime, by: str) -> None:
    trial.ended_at, trial.ended_by, trial.outcome = now, by, outcome
    trial.save()


def _lock_role(version: PromptVersion) -> PromptVersion:
    """The row as it is now, with every version of its role locked, so that of two publications one comes after the
    other. Raises `PublishingError` when it is gone."""
    rows = PromptVersion.objects.select_for_update().filter(role=version.role).order_by("pk")
    chosen = next((row for row in rows if row.pk == version.pk), None)
    if chosen is None:
        raise PublishingError("Esta versão não existe mais.")
    return chosen


@transaction.atomic
def use_weights(chosen: ScoreWeights) -> None:
    """Score leads by these weights from their next message on; the former ones stay for another time."""
    ScoreWeights.objects.filter(active=True).exclude(pk=chosen.pk).update(active=False)
    chosen.active = True
    chosen.save(update_fields=["active", "updated_at"])
