"""Regression cases as a manager reads and mends them: the conversation line by line, and what is asked of replies."""

import json
import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from conversations import speech
from conversations.admin.base import link
from conversations.evals import schema
from conversations.evals.assertions import LABELS
from conversations.guardrails import Kind
from conversations.models import EvalCase, WrongReply
from conversations.wording import rule
from knowledge.admin import AuditedAdmin
from leads.models import Fact
from seleto.lib import clock
from seleto.lib.admin_lists import QuestionFilter, actor_words, moment, with_actor_name

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[EvalCase]
else:
    _ModelForm = forms.ModelForm

_WHO = {"lead": "lead", "sdr_chatwoot": "pessoa", "sdr_phone": "celular", "clock": "sistema"}
_EVENTS = {"event:sdr_resume": "(devolvida ao agente)"}
_LINE = re.compile(r"\+(\d+)s (\w+)(?: \[(\w+)\])?: ?(.*)")
# A line break within a text, so that each line of the form is one thing.
_BREAK = " ⏎ "
_FIELDS = dict(Fact.Field.choices)


def _lines(texts: list[str]) -> str:
    return "\n".join(text.replace("\n", _BREAK) for text in texts)


def _texts(lines: str) -> list[str]:
    return [line.strip().replace(_BREAK, "\n").replace("⏎", "\n") for line in lines.splitlines() if line.strip()]


def turns_as_text(turns: list[dict[str, Any]]) -> str:
    """One line per turn: ``+30s lead: texto``, with the type in brackets when it is no text."""
    rows = []
    for turn in turns:
        kind = "" if turn.get("type", "text") == "text" else f" [{turn['type']}]"
        text = _EVENTS.get(turn["text"], turn["text"])
        rows.append(f"{turn['at']} {_WHO[turn['from']]}{kind}: {text}")
    return _lines(rows)


def turns_from_text(written: str) -> list[dict[str, Any]]:
    """Raises ``ValidationError`` naming the line that cannot be read."""
    senders = {words: sender for sender, words in _WHO.items()}
    events = {words: event for event, words in _EVENTS.items()}
    turns = []
    for number, line in enumerate(_texts(written), start=1):
        found = _LINE.fullmatch(line) or re.fullmatch(_LINE.pattern, line, re.DOTALL)
        if found is None or found[2] not in senders:
            raise ValidationError(f"Linha {number}: escreva como em “+30s lead: texto”.")
        turns.append(
            {
                "at": f"+{found[1]}s",
                "from": senders[found[2]],
                "type": found[3] or "text",
                "text": events.get(found[4], found[4]),
            }
        )
    return turns


class EvalCaseForm(_ModelForm):
    turns = forms.CharField(
        label="Conversa",
        widget=forms.Textarea(attrs={"rows": 14, "class": "vLargeTextField"}),
        help_text="Uma mensagem por linha: segundos desde o começo e quem fala (lead, pessoa, celular, sistema). As"
        " respostas do agente não entram: são elas que o caso põe à prova. ⏎ é uma quebra de linha.",
    )
    not_say = forms.CharField(
        label="Nenhuma resposta pode conter",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        help_text="Um trecho por linha; maiúsculas e acentos não contam.",
    )
    say_any = forms.CharField(
        label="Ao menos uma resposta tem de conter um destes",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="Um trecho por linha.",
    )
    not_ask = forms.MultipleChoiceField(
        label="Não pode perguntar de novo",
        required=False,
        choices=[(name, _FIELDS.get(name, name)) for name in sorted(speech.ASKABLE)],
        widget=forms.CheckboxSelectMultiple,
    )
    no_violation = forms.MultipleChoiceField(
        label="Regras que não pode quebrar",
        required=False,
        choices=[(label, rule(Kind(label))) for label in LABELS],
        widget=forms.CheckboxSelectMultiple,
        help_text="Todas valem sempre; marque as que são o motivo do caso.",
    )
    reply_after = forms.IntegerField(
        label="Tem de responder depois da linha nº", required=False, min_value=1, help_text="Linha da conversa acima."
    )
    no_reply_after = forms.IntegerField(label="Não pode responder depois da linha nº", required=False, min_value=1)
    other = forms.CharField(
        label="Outras exigências (JSON)",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text='Para quem conhece o formato das avaliações, por exemplo [{"handoff": true}].',
    )

    class Meta:
        model = EvalCase
        fields = ["title", "active"]
        widgets = {"title": forms.TextInput(attrs={"class": "vLargeTextField"})}

    # Form field -> the assertion it stands for; the first two are texts, one a line.
    _KEYS = {
        "not_say": "must_not_mention",
        "say_any": "must_mention_any",
        "not_ask": "must_not_ask_again",
        "no_violation": "no_violation",
        "reply_after": "reply_after_turn",
        "no_reply_after": "no_reply_after_turn",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        data = self.instance.data or {}
        must = list(data.get("expect", {}).get("must", []))
        self.initial["turns"] = turns_as_text(data.get("turns", []))
        for name, key in self._KEYS.items():
            held = next((item for item in must if list(item) == [key]), None)
            if held is not None:
                must.remove(held)
                self.initial[name] = _lines(held[key]) if name in ("not_say", "say_any") else held[key]
        self.initial["other"] = json.dumps(must, ensure_ascii=False) if must else ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            turns = turns_from_text(cleaned["turns"])
        except ValidationError as problem:
            self.add_error("turns", problem)
            return cleaned
        start = (self.instance.data or {}).get("start") or clock.now().astimezone(schema.LOCAL).isoformat(
            timespec="seconds"
        )
        data = {"channel": "whatsapp_direct", "setup": {}, **(self.instance.data or {}), "start": start, "turns": turns}
        data["expect"] = {"must": self._must(cleaned)}
        self._check(data, len(turns), cleaned)
        self.instance.data = data
        return cleaned

    def _must(self, cleaned: dict[str, Any]) -> list[dict[str, Any]]:
        texts = {name: _texts(cleaned[name]) for name in ("not_say", "say_any")}
        given = {key: texts.get(name, cleaned[name]) for name, key in self._KEYS.items()}
        try:
            other = json.loads(cleaned["other"] or "[]")
        except ValueError:
            other = None
        if not isinstance(other, list):
            self.add_error("other", "Tem de ser uma lista em JSON.")
            other = []
        return [*({key: value} for key, value in given.items() if value), *other]

    def _check(self, data: dict[str, Any], lines: int, cleaned: dict[str, Any]) -> None:
        for name in ("reply_after", "no_reply_after"):
            if (cleaned[name] or 0) > lines:
                self.add_error(name, f"A conversa tem {lines} linhas.")
        if not data["expect"]["must"]:
            self.add_error("not_say", "Diga o que se espera das respostas, aqui ou em outro campo.")
        try:
            schema.read({**data, "id": "caso"})
        except schema.BadCase as problem:
            self.add_error("turns" if "turns" in str(problem) else "other", f"O caso não pode ser lido ({problem}).")


class Plays(QuestionFilter):
    title = "roda nas avaliações?"
    parameter_name = "ativo"
    answers = [
        ("sim", "sim", lambda rows: rows.filter(active=True)),
        ("nao", "não", lambda rows: rows.filter(active=False)),
    ]


@admin.register(EvalCase)
class EvalCaseAdmin(AuditedAdmin):
    form = EvalCaseForm
    list_display = ["title", "active", "why", "lines", "made_by", "created"]
    list_filter = [Plays, "report__reason"]
    list_select_related = ["report"]
    search_fields = ["title", "code"]
    search_help_text = "título ou código"
    ordering = ["-created_at"]
    readonly_fields = ["code", "source", "made_by", "created"]
    fieldsets = [
        (None, {"fields": ["title", "active", "turns"]}),
        (
            "O que se espera das respostas",
            {"fields": ["not_say", "say_any", "not_ask", "no_violation", ("reply_after", "no_reply_after"), "other"]},
        ),
        ("De onde veio", {"fields": ["source", "code", ("made_by", "created")]}),
    ]
    created = moment("created_at", "criado")
    empty_hint = "Nenhum caso ainda: marque uma resposta como errada e torne-a um caso com um clique."

    def get_queryset(self, request: HttpRequest) -> QuerySet[EvalCase]:
        return with_actor_name(super().get_queryset(request), "created_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A case begins as a reply that somebody called wrong."""
        return False

    def save_model(self, request: HttpRequest, obj: EvalCase, form: Any, change: bool) -> None:  # type: ignore[override]
        obj.updated_at = clock.now()
        super().save_model(request, obj, form, change)

    @admin.display(description="motivo", ordering="report__reason")
    def why(self, row: EvalCase) -> str:
        return row.report.get_reason_display() if row.report else "–"

    @admin.display(description="mensagens")
    def lines(self, row: EvalCase) -> int:
        return len(row.data.get("turns", []))

    @admin.display(description="criado por", ordering="created_by")
    def made_by(self, row: Any) -> str:
        return actor_words(row.created_by, row.actor_name) or "–"

    @admin.display(description="resposta errada")
    def source(self, row: EvalCase) -> SafeString | str:
        return link(WrongReply, row.report_id, str(row.report)) if row.report_id else "já apagada"
