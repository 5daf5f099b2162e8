"""Filters of the admin's lists, each worded as the operator's question and answered by one native control."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

LOCAL = ZoneInfo("America/Sao_Paulo")
_EVERYTHING = "Tanto faz"
_TEMPLATE = "unfold/filters/filters_field.html"


class _Choice(forms.Form):
    """One select; native, so that keyboards, telephones and screen readers know it."""

    def __init__(self, *, name: str, question: object, choices: Iterable[tuple[Any, Any]], value: Any) -> None:
        super().__init__(data={name: value}, auto_id="filtro_%s")
        self.fields[name] = forms.ChoiceField(
            label=_worded(question),
            required=False,
            choices=[("", _EVERYTHING), *((str(key), str(words)) for key, words in choices)],
            widget=UnfoldAdminSelectWidget,
        )


def _worded(question: object) -> str:
    words = str(question)
    return words[:1].upper() + words[1:]


class Question(admin.SimpleListFilter):
    """A filter of our own: ``lookups`` answers, ``queryset`` narrows."""

    template = _TEMPLATE

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        assert self.parameter_name  # noqa: S101 - Django refuses a filter without one
        yield {
            "form": _Choice(
                name=self.parameter_name, question=self.title, choices=self.lookup_choices, value=self.value()
            )
        }


class QuestionFilter(Question):
    """A filter whose ``answers`` are (value, words, function of the rows)."""

    answers: ClassVar[list[tuple[str, str, Callable[[QuerySet[Any]], QuerySet[Any]]]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, words) for value, words, _ in self.answers]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for value, _, narrow in self.answers:
            if value == self.value():
                return narrow(queryset)
        return queryset


class _FieldQuestion(admin.FieldListFilter):
    """A field's own filter as one select; ``answers`` are (value, words)."""

    template = _TEMPLATE
    lookup_kwarg: str
    lookup_val: Any

    def answers(self) -> Iterable[tuple[Any, Any]]:
        return self.lookup_choices  # type: ignore[attr-defined, no-any-return]

    def chosen(self) -> str:
        value = self.lookup_val[0] if isinstance(self.lookup_val, list) else self.lookup_val
        return value or ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """An answer left open comes as an empty value."""
        return super().queryset(request, queryset) if self.chosen() else queryset

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        form = _Choice(name=self.lookup_kwarg, question=self.title, choices=self.answers(), value=self.chosen())
        yield {"form": form}


class ChoiceQuestion(_FieldQuestion, admin.ChoicesFieldListFilter):
    def answers(self) -> Iterable[tuple[Any, Any]]:
        return [(value, words) for value, words in self.field.flatchoices if value not in ("", None)]


class YesNoQuestion(_FieldQuestion, admin.BooleanFieldListFilter):
    def answers(self) -> Iterable[tuple[Any, Any]]:
        return [("1", "Sim"), ("0", "Não")]


class RelatedQuestion(_FieldQuestion, admin.RelatedFieldListFilter):
    """The rows of the other model; hidden while there is only one."""


class ValueQuestion(_FieldQuestion, admin.AllValuesFieldListFilter):
    """The values that the column holds."""

    def answers(self) -> Iterable[tuple[Any, Any]]:
        return [(value, value) for value in self.lookup_choices if value not in ("", None)]


class _Days(forms.Form):
    def __init__(self, names: tuple[str, str], question: object, data: dict[str, str]) -> None:
        super().__init__(data=data, auto_id="filtro_%s")
        for name, words in zip(names, ("a partir de", "até"), strict=True):
            self.fields[name] = forms.CharField(
                label=f"{_worded(question)} ({words})",
                required=False,
                widget=forms.DateInput(attrs={"type": "date", "class": " ".join(INPUT_CLASSES)}),
            )


class PeriodQuestion(admin.FieldListFilter):
    """From one day to another, both included, in São Paulo."""

    template = _TEMPLATE

    def __init__(self, *args: Any, field_path: str, **kwargs: Any) -> None:
        self._names = f"{field_path}_de", f"{field_path}_ate"
        super().__init__(*args, **{**kwargs, "field_path": field_path})

    def expected_parameters(self) -> list[str | None]:
        return [*self._names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = (_day(self._given(name)) for name in self._names)
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": _midnight(first)})
        if last and last < date.max:
            queryset = queryset.filter(**{f"{self.field_path}__lt": _midnight(last + timedelta(days=1))})
        return queryset

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        yield {"form": _Days(self._names, self.title, {name: self._given(name) for name in self._names})}

    def _given(self, name: str) -> str:
        value = self.used_parameters.get(name, "")
        return str(value[-1] if isinstance(value, list) else value)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LOCAL)


_OURS: dict[type[admin.FieldListFilter], type[admin.FieldListFilter]] = {
    admin.ChoicesFieldListFilter: ChoiceQuestion,
    admin.BooleanFieldListFilter: YesNoQuestion,
    admin.RelatedFieldListFilter: RelatedQuestion,
    admin.AllValuesFieldListFilter: ValueQuestion,
    admin.DateFieldListFilter: PeriodQuestion,
}


def asking(
    question: str, base: type[admin.FieldListFilter] = admin.ChoicesFieldListFilter
) -> type[admin.FieldListFilter]:
    """A field's own filter under a question; ``base`` is Django's filter of that kind, or one of ours."""

    def worded(self: admin.FieldListFilter, *args: Any, **kwargs: Any) -> None:
        ours.__init__(self, *args, **kwargs)
        self.title = question

    ours = _OURS.get(base, base)
    return type("Asking", (ours,), {"__init__": worded})
