"""Conversations, their messages and handovers; writing to a lead and handing over, as from the admin's own desk."""

from typing import Any
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations import desk
from conversations.models import Conversation, Handoff, Message
from conversations.repair import Refused
from seleto.api import examples
from seleto.api.lists import Conflict, Newest, One, Unprocessable, listed
from seleto.lib import clock
from seleto.lib.tokens import ApiClient

# Keys of writes live in a space of their own: a message's id is made of whose key it is, and of the conversation.
_KEYS = UUID("7a3bb3cf-6c1b-49f0-9d43-5f1f5ad0b6a1")


@examples.received(examples.TALK)
class TalkSerializer(serializers.ModelSerializer[Conversation]):
    class Meta:
        model = Conversation
        fields = [
            "id", "lead", "channel", "owner", "owner_reason", "owner_since", "opened_at", "last_message_at",
            "pending_since", "closed_at",
        ]  # fmt: skip


@examples.received(examples.SPOKEN)
class SpokenSerializer(serializers.ModelSerializer[Message]):
    class Meta:
        model = Message
        fields = ["id", "author", "type", "text", "status", "sent_at", "created_at"]


@examples.received(examples.HANDED)
class HandedSerializer(serializers.ModelSerializer[Handoff]):
    class Meta:
        model = Handoff
        fields = ["id", "conversation", "queue", "reason", "opened_at", "picked_up_at", "closed_at", "assigned_to"]


class OpenFilter(serializers.Serializer[Any]):
    open = serializers.BooleanField(required=False, source="closed_at__isnull", allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in attrs.items() if value is not None}


class TalkFilters(OpenFilter):
    lead = serializers.UUIDField(required=False, source="lead_id")
    owner = serializers.ChoiceField(choices=Conversation.Owner.choices, required=False)
    provider_message_id = serializers.RegexField(
        r"^[^\0]{1,200}$", required=False, source="messages__provider_id", help_text="Id of a message at the provider."
    )


class SpokenFilters(serializers.Serializer[Any]):
    author = serializers.ChoiceField(choices=Message.Author.choices, required=False)
    sent_since = serializers.DateTimeField(required=False, source="sent_at__gte")


class HandedFilters(OpenFilter):
    queue = serializers.ChoiceField(choices=Handoff.Queue.choices, required=False)
    reason = serializers.ChoiceField(choices=Handoff.Reason.choices, required=False)
    conversation = serializers.UUIDField(required=False, source="conversation_id")


@listed
class Talks(Newest):
    """Conversations, newest first. There is no search by phone: addresses end up in logs."""

    serializer_class = TalkSerializer
    filters = TalkFilters

    def rows(self) -> QuerySet[Conversation]:
        return Conversation.objects.all()


class OneTalk(One):
    """One conversation."""

    serializer_class = TalkSerializer
    queryset = Conversation.objects.all()


@examples.sent(examples.SAYING)
class SayingSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=desk.MAX_CHARS, help_text="What the lead reads, as it is.")


def _key(*, required: bool) -> OpenApiParameter:
    told = "Chosen by the caller, 1 to 200 visible characters; the same key writes once."
    return OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=required, description=told)


def _own_id(request: Request, conversation_id: UUID, *, what: str = "") -> UUID:
    """The id that what is written under the caller's key gets."""
    key = request.headers.get("Idempotency-Key", "")
    if not 0 < len(key) <= 200 or not key.isprintable():
        raise serializers.ValidationError({"Idempotency-Key": ["Send a key of 1 to 200 visible characters."]})
    client: ApiClient = request.user  # type: ignore[assignment]  # HasToken lets nobody else in
    return uuid5(_KEYS, f"{client.name}\n{conversation_id}\n{what}{key}")


@extend_schema(parameters=[SpokenFilters], methods=["GET"])
class Spoken(Newest):
    """What was said in a conversation, newest first; and writing to the lead as the company."""

    serializer_class = SpokenSerializer
    filters = SpokenFilters

    def rows(self) -> QuerySet[Message]:
        return Message.objects.filter(conversation_id=self.kwargs.get("conversation_id"))

    @extend_schema(
        parameters=[_key(required=True)],
        request=SayingSerializer,
        responses={201: SpokenSerializer, 200: SpokenSerializer},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Write to the lead. From here on a person is in charge, as if somebody had written from the admin.

        201 when the message was queued, 200 when this key had queued it before; 409 where nobody may write to the
        lead (the reason is in ``detail``), 422 when the key was used for another text.
        """
        message_id = _own_id(request, conversation_id)
        asked = SayingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        conversation = get_object_or_404(Conversation.objects.only("pk"), pk=conversation_id)
        client: ApiClient = request.user  # type: ignore[assignment]  # HasToken lets nobody else in
        text = asked.validated_data["text"]
        try:
            fresh = desk.say(conversation.pk, text, key=message_id, actor=client.actor, now=clock.now())
        except Refused as refusal:
            raise Conflict(str(refusal)) from refusal
        said = Message.objects.get(pk=message_id)
        if said.text != text.strip():
            raise Unprocessable("The key was used for another text.")
        return Response(SpokenSerializer(said).data, status=status.HTTP_201_CREATED if fresh else status.HTTP_200_OK)


@listed
class Handed(Newest):
    """Handovers to people, newest first."""

    serializer_class = HandedSerializer
    filters = HandedFilters

    def rows(self) -> QuerySet[Handoff]:
        return Handoff.objects.all()


class OneHanded(One):
    """One handover."""

    serializer_class = HandedSerializer
    queryset = Handoff.objects.all()


@examples.sent(examples.HANDING)
class HandingSerializer(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=[(str(reason), reason.label) for reason in desk.REASONS])


class HandOver(APIView):
    """Ask people to take over."""

    @extend_schema(
        parameters=[_key(required=False)],
        request=HandingSerializer,
        responses={201: HandedSerializer, 200: HandedSerializer},
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """The lead is told, the summary is written and ownership changes in one act.

        201 when it was handed over, 200 when this key had done so before; 409 when a handover is open already, or
        where nobody may write to the lead, 422 when the key was used for another reason.
        """
        key = _own_id(request, conversation_id, what="handoff\n") if "Idempotency-Key" in request.headers else None
        asked = HandingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        conversation = get_object_or_404(Conversation.objects.only("pk"), pk=conversation_id)
        client: ApiClient = request.user  # type: ignore[assignment]  # HasToken lets nobody else in
        reason = Handoff.Reason(asked.validated_data["reason"])
        repeated = key is not None and Handoff.objects.filter(pk=key).exists()
        try:
            given = desk.hand_over(conversation.pk, reason, actor=client.actor, now=clock.now(), key=key)
        except Refused as refusal:
            raise Conflict(str(refusal)) from refusal
        if given.reason != reason:
            raise Unprocessable("The key was used for another reason.")
        code = status.HTTP_200_OK if repeated else status.HTTP_201_CREATED
        return Response(HandedSerializer(given).data, status=code)
