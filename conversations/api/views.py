"""Thin doors: translate, ask, translate back. Authentication and problem details come from ``seleto.lib``."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations import repair
from conversations.api import timeline
from conversations.models import Conversation
from seleto.lib import audit, clock
from seleto.lib.tokens import ApiClient

_TALK = "01936d3c-5a10-7c44-9a51-0a4be1f0c003"
_TIMELINE = {
    "conversation": {
        "id": _TALK,
        "lead": "01936d3c-5a10-7c44-9a51-0a4be1f0c001",
        "owner": "agent",
        "owner_label": "agente",
        "owner_reason": "",
        "temperature": "quente",
        "temperature_label": "quente",
        "opted_out": False,
        "turn_due_at": None,
        "facts": [
            {
                "field": "cnpj",
                "label": "CNPJ",
                "value": "90.441.728/0337-40",
                "evidence": "cnpj 90.441.728/0337-40",
                "evidence_kind": "dito pelo lead",
            }
        ],
    },
    "entries": [
        {
            "id": "01936d3c-5a10-7c44-9a51-0a4be1f0c008",
            "at": "2026-11-24T12:15:00Z",
            "stage": "message",
            "title": "Mensagem: lead",
            "status": "recebida",
            "detail": [{"label": "Tipo", "value": "texto"}],
        }
    ],
}


def _example(value: dict[str, Any]) -> Any:
    return extend_schema_serializer(examples=[OpenApiExample("Answer", value=value, response_only=True)])


class FactSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the base class has an attribute of that name
    value = serializers.CharField()
    evidence = serializers.CharField()
    evidence_kind = serializers.CharField()


class ConversationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    lead = serializers.UUIDField()
    owner = serializers.ChoiceField(choices=Conversation.Owner.choices)
    owner_label = serializers.CharField()
    owner_reason = serializers.CharField()
    temperature = serializers.CharField()
    temperature_label = serializers.CharField()
    opted_out = serializers.BooleanField()
    turn_due_at = serializers.DateTimeField(allow_null=True)
    facts = FactSerializer(many=True)


class DetailSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # the base class has an attribute of that name
    value = serializers.CharField()


class EntrySerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    at = serializers.DateTimeField()
    stage = serializers.ChoiceField(choices=["event", "message", "turn", "fact", "guardrail", "outbox", "handoff"])
    title = serializers.CharField()
    status = serializers.CharField()
    detail = DetailSerializer(many=True)


@_example(_TIMELINE)
class TimelineSerializer(serializers.Serializer[Any]):
    conversation = ConversationSerializer()
    entries = EntrySerializer(many=True)


@_example({"id": _TALK, "owner": "human", "changed": True})
class OwnerSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    owner = serializers.ChoiceField(choices=Conversation.Owner.choices)
    changed = serializers.BooleanField()


class Conflict(exceptions.APIException):
    status_code = 409
    default_detail = "The session has ended; a newer one of this lead decides."


class Timeline(APIView):
    """Everything that happened in one conversation, oldest first."""

    @extend_schema(responses=TimelineSerializer)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        conversation = get_object_or_404(Conversation.objects.select_related("lead"), pk=conversation_id)
        client: ApiClient = request.user  # type: ignore[assignment]  # HasToken lets nobody else in
        audit.seen(actor=client.actor, subject_kind="lead", subject_id=conversation.lead_id, now=clock.now())
        return Response(
            {
                "conversation": timeline.summary(conversation),
                "entries": [entry.as_dict() for entry in timeline.entries(conversation)],
            }
        )


class _Switch(APIView):
    """Doing it twice does it once: ``changed`` says whether this call did it."""

    goal: Conversation.Owner
    act: Callable[..., None]

    @extend_schema(request=None, responses=OwnerSerializer)
    def post(self, request: Request, conversation_id: UUID) -> Response:
        conversation = get_object_or_404(Conversation.objects.only("owner"), pk=conversation_id)
        changed = conversation.owner != self.goal
        if changed:
            client: ApiClient = request.user  # type: ignore[assignment]  # HasToken lets nobody else in
            try:
                type(self).act(conversation_id, actor=client.actor, now=clock.now())
            except repair.Refused as refusal:
                raise Conflict from refusal
        return Response({"id": str(conversation_id), "owner": str(self.goal), "changed": changed})


class Resume(_Switch):
    """The agent answers from the lead's next message on."""

    goal = Conversation.Owner.AGENT
    act = staticmethod(repair.resume)


class Pause(_Switch):
    """A person is in charge from now on."""

    goal = Conversation.Owner.HUMAN
    act = staticmethod(repair.pause)
