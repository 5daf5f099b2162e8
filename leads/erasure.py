"""A person leaves (LGPD art. 18): what is known of them goes from every app's rows, what happened stays to be counted.

The lead's row remains, without anything that leads to a person, so that conversations, scores and costs still add up.
What must outlive it, by law or to keep a message from being taken in twice, is: the requests of data subjects, the
audit, and the keys of messages and events. Each store leaves a line in the receipt (``ErasureStep``); what other
systems hold is removed by ``leads.erasing``, one call at a time.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from leads import suppression
from leads.models import ErasureStep, Fact, Identity, Lead, SubjectRequest
from seleto.lib import audit, jobs, privacy
from seleto.lib.privacy import RemoteStore, Subject

Status = ErasureStep.Status
STAGE = "erasure"
_IDENTIFYING = (Fact.Field.NOME, Fact.Field.CNPJ, Fact.Field.EMAIL, Fact.Field.TELEFONE)


class AlreadyAnonymous(Exception):
    """Nothing is known of this lead any more."""


def subject_of(lead_id: UUID) -> Subject:
    known: dict[str, tuple[str, ...]] = {}
    names: dict[str, None] = {}
    for kind, value, name in (
        Identity.objects.filter(lead_id=lead_id).order_by("pk").values_list("kind", "value", "display_name")
    ):
        known[kind] = (*known.get(kind, ()), value)
        names[name] = None
    facts = Fact.objects.filter(lead_id=lead_id, field__in=_IDENTIFYING).order_by("created_at")
    names |= dict.fromkeys(facts.values_list("value", flat=True))
    return Subject(lead_id, known, tuple(filter(None, names)))


def anonymise(lead_id: UUID, *, actor: str, now: datetime, elsewhere: bool = True) -> int:
    """Erase in every store at once, the highest app's first; returns how many rows. Open requests for it are settled.

    Other systems follow as jobs (``leads.erasing``); not for a lead that merely fell silent (``elsewhere``), whose
    history there may be a customer's. Raises ``AlreadyAnonymous`` and ``Lead.DoesNotExist``. It cannot
    be undone.
    """
    with transaction.atomic():
        lead = Lead.objects.select_for_update(no_key=True).get(pk=lead_id)
        if lead.anonymised_at is not None:
            raise AlreadyAnonymous
        subject = subject_of(lead_id)
        steps = [*(_elsewhere(subject, now) if elsewhere else ()), *_beyond_reach(subject, now)]
        if lead.opted_out_at is not None:
            suppression.remember(subject.identities, now=lead.opted_out_at)
        erased = 0
        for store in reversed(privacy.registered()):
            rows = store.erase(subject)
            erased += rows
            steps.append(_step(subject, f"{store.app}", store.label, Status.DONE, now, rows=rows, finished_at=now))
        ErasureStep.objects.bulk_create(steps)
        Lead.objects.filter(pk=lead_id).update(anonymised_at=now)
        _settle(lead_id, actor=actor, now=now)
        audit.record(
            actor=actor,
            action="lead.anonymise",
            subject_kind="lead",
            subject_id=lead_id,
            detail={"erased": erased},
            now=now,
        )
        jobs.wake(STAGE)
    return erased


def found_later(lead_id: UUID, store_key: str, reference: str, *, now: datetime) -> None:
    """Something came to be in another system while the person was erased: it goes too. Nothing for anybody else."""
    store = privacy.remote_by_key(store_key)
    if store is None or not Lead.objects.filter(pk=lead_id).exclude(anonymised_at=None).exists():
        return
    if ErasureStep.objects.filter(lead_id=lead_id, store=store.key, reference=reference).exists():
        return
    with transaction.atomic():
        _remote_step(lead_id, store, reference, now).save()
        jobs.wake(STAGE)


def _settle(lead_id: UUID, *, actor: str, now: datetime) -> None:
    SubjectRequest.objects.filter(
        lead=lead_id, kind=SubjectRequest.Kind.ERASURE, status=SubjectRequest.Status.OPEN
    ).update(
        status=SubjectRequest.Status.DONE,
        closed_at=now,
        closed_by=actor,
        remind_at=None,
        code_digest="",
        outcome="Dados apagados; o recibo diz o que houve em cada lugar.",
    )


def _elsewhere(subject: Subject, now: datetime) -> Iterator[ErasureStep]:
    """What other systems hold, by their ids, which our rows are about to forget."""
    for store in privacy.remote():
        for reference in store.references(subject):
            yield _remote_step(subject.lead_id, store, reference, now)


def _remote_step(lead_id: UUID, store: RemoteStore, reference: str, now: datetime) -> ErasureStep:
    by_hand = store.erase is None
    return ErasureStep(
        lead_id=lead_id,
        store=store.key[:40],
        label=store.label[:160],
        status=Status.BY_HAND if by_hand else Status.PENDING,
        created_at=now,
        reference=reference,
        reason=store.hint[:120],
        due_at=None if by_hand else now,
    )


def _beyond_reach(subject: Subject, now: datetime) -> Iterator[ErasureStep]:
    """Places that nothing can be taken out of: what is said of them is when they are gone."""
    copies = (now + timedelta(days=settings.BACKUP_KEEP_DAYS)).date()
    logs = (now + timedelta(days=settings.LOG_KEEP_DAYS)).date()
    label = "Auditoria: os registros ficam, com um id que não leva mais a ninguém"
    yield _step(subject, "audit", label, Status.DONE, now, finished_at=now)
    yield _step(subject, "backups", "Cópias de segurança", Status.EXPIRES, now, until=copies)
    yield _step(subject, "logs", "Arquivos de log (sem dados pessoais, por regra)", Status.EXPIRES, now, until=logs)
    label = "WhatsApp e provedor do canal: a conversa no aparelho da pessoa e os registros deles"
    yield _step(subject, "provider", label, Status.NO_API, now)
    yield _step(subject, "model", "Provedor do modelo de linguagem: registros dele", Status.NO_API, now)


def _step(
    subject: Subject, store: str, label: str, status: ErasureStep.Status, now: datetime, **columns: object
) -> ErasureStep:
    return ErasureStep(
        lead_id=subject.lead_id, store=store[:40], label=label[:160], status=status, created_at=now, **columns
    )
