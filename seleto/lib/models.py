"""What every app needs to remember: audit, breakers, rate limits, heartbeats, alerts, tokens and the movable clock."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from seleto.lib.ids import new_id


class AuditEntry(models.Model):
    """Who did what to which row. Holds no personal value: subjects are UUIDs, details are constant words and ids."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField("quando")
    actor = models.CharField("quem", max_length=80, help_text="usuário:id, sistema, sdr:id ou api:nome")
    action = models.CharField("ação", max_length=60)
    subject_kind = models.CharField("objeto", max_length=40)
    subject_id = models.UUIDField("id do objeto", null=True, blank=True)
    detail = models.JSONField("detalhe", default=dict, blank=True)

    class Meta:
        verbose_name = "registro de auditoria"
        verbose_name_plural = "registros de auditoria"
        indexes = [models.Index(fields=["subject_id", "at"]), models.Index(fields=["-at"])]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_kind}"


class AuditPending(models.Model):
    """An entry that is not in the chain yet: a trigger puts it here, sealing takes it away. Written by no code."""

    entry_id = models.UUIDField(primary_key=True)

    class Meta:
        verbose_name = "registro de auditoria por lacrar"
        verbose_name_plural = "registros de auditoria por lacrar"

    def __str__(self) -> str:
        return str(self.entry_id)


class AuditSegment(models.Model):
    """Entries chained at one go. Once cut its entries are gone; the two ends of its chain stay."""

    number = models.BigIntegerField("número", primary_key=True)
    sealed_at = models.DateTimeField("lacrado em")
    entries = models.PositiveIntegerField("registros")
    newest_at = models.DateTimeField("registro mais novo")
    begins = models.CharField("resumo anterior", max_length=64)
    ends = models.CharField("resumo final", max_length=64)
    cut_at = models.DateTimeField("cortado em", null=True, blank=True)

    class Meta:
        verbose_name = "segmento da auditoria"
        verbose_name_plural = "segmentos da auditoria"

    def __str__(self) -> str:
        return str(self.number)


class AuditLink(models.Model):
    """One entry's place in the chain, and the hash over the link before it and the entry's content."""

    entry_id = models.UUIDField(primary_key=True)
    segment = models.BigIntegerField("segmento")
    position = models.PositiveIntegerField("posição")
    digest = models.CharField("resumo", max_length=64)

    class Meta:
        verbose_name = "elo da auditoria"
        verbose_name_plural = "elos da auditoria"
        constraints = [models.UniqueConstraint(fields=["segment", "position"], name="audit_link_place")]

    def __str__(self) -> str:
        return f"{self.segment}.{self.position}"


class Circuit(models.Model):
    """A circuit breaker shared by all workers, one row per outside system and instance."""

    class State(models.TextChoices):
        CLOSED = "closed", "fechado (funcionando)"
        OPEN = "open", "aberto (parado)"
        HALF_OPEN = "half_open", "em teste"

    key = models.CharField("sistema", max_length=120, primary_key=True)
    state = models.CharField("estado", max_length=10, choices=State, default=State.CLOSED)
    failures = models.PositiveIntegerField("falhas seguidas", default=0)
    reason = models.CharField("motivo", max_length=80, blank=True)
    opened_at = models.DateTimeField("aberto em", null=True, blank=True)
    retry_at = models.DateTimeField("próxima tentativa", null=True, blank=True)

    class Meta:
        verbose_name = "disjuntor"
        verbose_name_plural = "disjuntores"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["closed", "open", "half_open"]), name="circuit_state_known"),
        ]

    def __str__(self) -> str:
        return self.key


class RateBucket(models.Model):
    """A token bucket shared by all workers: the next instant at which one more unit fits."""

    key = models.CharField("chave", max_length=120, primary_key=True)
    next_at = models.DateTimeField("próxima vaga")

    class Meta:
        verbose_name = "limite de ritmo"
        verbose_name_plural = "limites de ritmo"

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """Proof that a queue cluster executed work, in the database server's time."""

    name = models.CharField("fila", max_length=60, primary_key=True)
    beat_at = models.DateTimeField("último sinal")

    class Meta:
        verbose_name = "sinal de vida"
        verbose_name_plural = "sinais de vida"

    def __str__(self) -> str:
        return self.name


class WorkTry(models.Model):
    """A try of work that has not come to its end (``seleto/lib/poison.py``): under way, or its process died at it."""

    key = models.CharField(max_length=160, primary_key=True)
    tries = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "tentativa sem fim"
        verbose_name_plural = "tentativas sem fim"

    def __str__(self) -> str:
        return self.key


class Alert(models.Model):
    """Something people must know, opened and closed by key; while open, repeats are counted, not multiplied."""

    class Level(models.TextChoices):
        WARNING = "warning", "atenção"
        CRITICAL = "critical", "crítico"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField("chave", max_length=160)
    level = models.CharField("nível", max_length=10, choices=Level, default=Level.WARNING)
    title = models.CharField("aviso", max_length=200)
    opened_at = models.DateTimeField("aberto em")
    last_seen_at = models.DateTimeField("visto por último em")
    times = models.PositiveIntegerField("vezes", default=1)
    closed_at = models.DateTimeField("encerrado em", null=True, blank=True)
    notified_at = models.DateTimeField("notificado em", null=True, blank=True)
    # On its way to people (seleto/notices.py): by which ways they know, and when it is tried again.
    notice_told = models.CharField(max_length=40, default="", db_default="", blank=True, editable=False)
    notice_attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    notice_due_at = models.DateTimeField(null=True, editable=False)
    notice_leased_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "alerta"
        verbose_name_plural = "alertas"
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(closed_at=None), name="alert_one_open_per_key"),
            models.CheckConstraint(condition=Q(level__in=["warning", "critical"]), name="alert_level_known"),
        ]

    def __str__(self) -> str:
        return self.title


class ClockOffset(models.Model):
    """How far the sandbox has moved the clock, in seconds; one row, only ever read with SANDBOX on."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seconds = models.FloatField("segundos", default=0)

    class Meta:
        verbose_name = "relógio da simulação"
        verbose_name_plural = "relógio da simulação"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="clock_offset_single_row")]

    def __str__(self) -> str:
        return f"{self.seconds:+.0f} s"


class ApiToken(models.Model):
    """A key to /api/v1. Only its SHA-256 is kept; the plain text is shown once, when it is made or exchanged."""

    name = models.CharField("nome", max_length=60, unique=True)
    digest = models.CharField("resumo", max_length=64, unique=True, editable=False)
    can_read = models.BooleanField("lê conversas", default=True, db_default=True)
    can_operate = models.BooleanField("pausa e devolve conversas", default=False, db_default=True)
    can_privacy = models.BooleanField("atende pedidos de titulares", default=False, db_default=False)
    created_at = models.DateTimeField("criado em")
    expires_at = models.DateTimeField("vale até", db_default=Now() + timedelta(days=90))
    revoked_at = models.DateTimeField("revogado em", null=True, blank=True)
    last_used_at = models.DateTimeField("usado por último em", null=True, blank=True, editable=False)
    # After an exchange the older text goes on for a while.
    previous_digest = models.CharField("resumo anterior", max_length=64, null=True, editable=False)
    previous_until = models.DateTimeField("anterior vale até", null=True, editable=False)

    class Meta:
        verbose_name = "chave de API"
        verbose_name_plural = "chaves de API"

    def __str__(self) -> str:
        return self.name
