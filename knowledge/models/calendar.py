"""When the people of the company answer: hours of each weekday, and the days that differ."""

from datetime import time

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from knowledge.models.history import History
from knowledge.opening import Shift, SpecialDay, overlap

MIDNIGHT = time()


class Weekday(models.IntegerChoices):
    MONDAY = 0, "segunda-feira"
    TUESDAY = 1, "terça-feira"
    WEDNESDAY = 2, "quarta-feira"
    THURSDAY = 3, "quinta-feira"
    FRIDAY = 4, "sexta-feira"
    SATURDAY = 5, "sábado"
    SUNDAY = 6, "domingo"


class BusinessHours(models.Model):
    """One stretch of a weekday; several rows make a day with a break. Without any row the default week holds."""

    weekday = models.PositiveSmallIntegerField("dia da semana", choices=Weekday.choices)
    opens = models.TimeField("abre às")
    closes = models.TimeField(
        "fecha às",
        help_text="Um horário igual ou anterior à abertura é do dia seguinte: 18:00 a 02:00 passa da meia-noite, "
        "00:00 a 00:00 é o dia todo.",
    )
    history = History()

    class Meta:
        verbose_name = "horário de atendimento"
        verbose_name_plural = "horários de atendimento"
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_weekday_known"),
            models.CheckConstraint(
                condition=~Q(opens=F("closes")) | Q(opens=MIDNIGHT),
                name="hours_not_empty",
                violation_error_message="O horário está vazio: fecha na mesma hora em que abre.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {self.opens:%H:%M} a {self.closes:%H:%M}"

    def shift(self) -> Shift:
        return Shift.of(self.opens, self.closes)

    def clean(self) -> None:
        """Refuse what another row already says."""
        if None in (self.weekday, self.opens, self.closes):  # the form says so by itself
            return
        _refuse_seconds({"opens": self.opens, "closes": self.closes})
        for other in BusinessHours.objects.exclude(pk=self.pk):
            if overlap((self.weekday, self.shift()), (other.weekday, other.shift())):
                raise ValidationError(f"Este horário se sobrepõe a outro: {other}.")


class Holiday(models.Model):
    """Days that differ: closed for a reason of our own or of our city, or open when we otherwise would not be.

    The nation's and the state's holidays need no row (`knowledge/opening.py`).
    """

    class Kind(models.TextChoices):
        CLOSED = "closed", "fechado"
        EXTRA = "extra", "atendimento extra"

    name = models.CharField("motivo", max_length=80, help_text="Por exemplo: aniversário da cidade, férias coletivas.")
    kind = models.CharField("tipo", max_length=10, choices=Kind.choices, default=Kind.CLOSED)
    start_date = models.DateField("primeiro dia")
    end_date = models.DateField("último dia", null=True, blank=True, help_text="Vazio: um dia só.")
    every_year = models.BooleanField("todo ano", default=False, help_text="Repete na mesma data, a partir da primeira.")
    opens = models.TimeField("abre às", null=True, blank=True, help_text="Só para atendimento extra.")
    closes = models.TimeField("fecha às", null=True, blank=True, help_text="Só para atendimento extra.")
    history = History()

    class Meta:
        verbose_name = "feriado, folga ou atendimento extra"
        verbose_name_plural = "feriados, folgas e atendimentos extras"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="closed", opens=None, closes=None)
                | Q(kind="extra", opens__isnull=False, closes__isnull=False),
                name="holiday_kind_and_hours",
                violation_error_message="Atendimento extra tem abertura e fechamento; dia fechado não tem horas.",
            ),
            models.CheckConstraint(
                condition=Q(end_date=None) | Q(end_date__gte=F("start_date")),
                name="holiday_ends_after_start",
                violation_error_message="O último dia vem antes do primeiro.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="extra") | ~Q(opens=F("closes")) | Q(opens=MIDNIGHT),
                name="holiday_hours_not_empty",
                violation_error_message="O horário está vazio: fecha na mesma hora em que abre.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.start_date:%d/%m/%Y})"

    def special_day(self) -> SpecialDay:
        shift = Shift.of(self.opens, self.closes) if self.opens is not None and self.closes is not None else None
        return SpecialDay(self.name, self.start_date, self.end_date or self.start_date, self.every_year, shift)

    def clean(self) -> None:
        _refuse_seconds({"opens": self.opens, "closes": self.closes})
        if None in (self.start_date, self.end_date):
            return
        if self.every_year and (self.special_day().end_date - self.start_date).days >= 365:
            raise ValidationError({"end_date": "O que se repete todo ano dura menos de um ano."})


def _refuse_seconds(times: dict[str, time | None]) -> None:
    """The calendar counts in minutes."""
    wrong = {
        name: "Use horas e minutos, sem segundos." for name, at in times.items() if at and (at.second or at.microsecond)
    }
    if wrong:
        raise ValidationError(wrong)
