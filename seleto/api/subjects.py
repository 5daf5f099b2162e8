"""/api/v1/privacy: data subjects' requests for another system of the house. Every call takes the scope ``privacy``.

The review of the automatic class is not among them: a person does it, in the admin (art. 20).
"""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations import identity_check
from leads import subjects
from leads.models import ErasureStep, Fact, Lead, SubjectRequest
from seleto.api import examples
from seleto.backoffice import subject_export, subject_rights
from seleto.lib import clock
from seleto.lib.tokens import ApiClient, Scope

_PROBLEM = OpenApiTypes.OBJECT


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"
    default_detail = "It cannot be done in the state that the request is in."


@examples.received(examples.REQUEST)
class RequestSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    lead = serializers.UUIDField(source="lead_id", allow_null=True)
    kind = serializers.ChoiceField(choices=SubjectRequest.Kind.choices)
    status = serializers.ChoiceField(choices=SubjectRequest.Status.choices, read_only=True)
    opened_at = serializers.DateTimeField(read_only=True)
    due_at = serializers.DateTimeField(read_only=True)
    closed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    verified_at = serializers.DateTimeField(read_only=True, allow_null=True)
    verified_how = serializers.CharField(read_only=True)
    outcome = serializers.CharField(read_only=True)


@examples.sent(examples.OPENING)
class OpeningSerializer(serializers.Serializer[Any]):
    lead = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=SubjectRequest.Kind.choices)


@examples.sent(examples.PROOF)
class ProofSerializer(serializers.Serializer[Any]):
    how = serializers.ChoiceField(choices=SubjectRequest.Proof.choices)
    code = serializers.RegexField(r"^[0-9]{6}$", required=False)


@examples.sent(examples.CORRECTION)
class CorrectionSerializer(serializers.Serializer[Any]):
    field = serializers.ChoiceField(choices=[(str(field), field.label) for field in subject_rights.CORRECTABLE])
    value = serializers.CharField(max_length=200)


@examples.sent(examples.CLOSING)
class ClosingSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["done", "refused"])
    outcome = serializers.CharField(max_length=2000)


@examples.received(examples.STEP)
class StepSerializer(serializers.Serializer[Any]):
    store = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the base class has an attribute of that name
    status = serializers.ChoiceField(choices=ErasureStep.Status.choices)
    rows = serializers.IntegerField()
    reason = serializers.CharField()
    until = serializers.DateField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class _View(APIView):
    scope = Scope.PRIVACY

    def handle_exception(self, exc: Exception) -> Response:
        """What cannot be done now is a conflict, in words that repeat nothing that was sent."""
        return super().handle_exception(Conflict(str(exc)) if isinstance(exc, subjects.Refused) else exc)

    def told(self, request_id: UUID) -> Response:
        return Response(RequestSerializer(get_object_or_404(SubjectRequest, pk=request_id)).data)

    def given(self, kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
        given = kind(data=request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


class Requests(_View):
    @extend_schema(operation_id="privacy_requests_list", responses=RequestSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The open requests, the earliest deadline first."""
        rows = SubjectRequest.objects.filter(status=SubjectRequest.Status.OPEN).order_by("due_at")[:200]
        return Response(RequestSerializer(rows, many=True).data)

    @extend_schema(request=OpeningSerializer, responses={201: RequestSerializer, 404: _PROBLEM})
    def post(self, request: Request) -> Response:
        """Open a request for a lead; one that is open already is given back."""
        given = self.given(OpeningSerializer, request)
        lead = get_object_or_404(Lead, pk=given["lead"])
        row = subjects.open_request(
            lead.pk,
            SubjectRequest.Kind(given["kind"]),
            source=SubjectRequest.Source.API,
            actor=_who(request),
            now=clock.now(),
        )
        return Response(RequestSerializer(row).data, status=status.HTTP_201_CREATED)


class OneRequest(_View):
    @extend_schema(responses={200: RequestSerializer, 404: _PROBLEM})
    def get(self, request: Request, request_id: UUID) -> Response:
        return self.told(request_id)


class Code(_View):
    @extend_schema(request=None, responses={200: RequestSerializer, 404: _PROBLEM, 409: _PROBLEM})
    def post(self, request: Request, request_id: UUID) -> Response:
        """Send a code to the lead's own WhatsApp conversation."""
        get_object_or_404(SubjectRequest, pk=request_id)
        identity_check.send_code(request_id, actor=_who(request), now=clock.now())
        return self.told(request_id)


class Proof(_View):
    @extend_schema(request=ProofSerializer, responses={200: RequestSerializer, 404: _PROBLEM, 409: _PROBLEM})
    def post(self, request: Request, request_id: UUID) -> Response:
        """Confirm the person: by the code they were sent, or by documents that somebody checked."""
        given = self.given(ProofSerializer, request)
        get_object_or_404(SubjectRequest, pk=request_id)
        who, now = _who(request), clock.now()
        if given["how"] == SubjectRequest.Proof.DOCUMENTS:
            subjects.confirm_documents(request_id, actor=who, now=now)
        elif not subjects.confirm_code(request_id, given.get("code", ""), actor=who, now=now):
            raise Conflict("o código não é este")
        return self.told(request_id)


class Export(_View):
    @extend_schema(
        request=None,
        responses={(200, "application/zip"): OpenApiTypes.BINARY, 404: _PROBLEM, 409: OpenApiResponse(_PROBLEM)},
    )
    def post(self, request: Request, request_id: UUID) -> HttpResponse:
        """The copy for the person: JSON, a page to read and their files, in one zip."""
        get_object_or_404(SubjectRequest, pk=request_id)
        who, now = _who(request), clock.now()
        made = subject_export.make(request_id, actor=who, now=now)
        return subject_export.as_zip(subject_export.download(made.pk, actor=who, now=now))


class Correction(_View):
    @extend_schema(request=CorrectionSerializer, responses={200: RequestSerializer, 404: _PROBLEM, 409: _PROBLEM})
    def post(self, request: Request, request_id: UUID) -> Response:
        """Put one fact right; the old value stays in the history."""
        given = self.given(CorrectionSerializer, request)
        get_object_or_404(SubjectRequest, pk=request_id)
        values = {Fact.Field(given["field"]): given["value"]}
        subject_rights.correct(request_id, values, actor=_who(request), now=clock.now())
        return self.told(request_id)


class Erasure(_View):
    @extend_schema(request=None, responses={200: StepSerializer(many=True), 404: _PROBLEM, 409: _PROBLEM})
    def post(self, request: Request, request_id: UUID) -> Response:
        """Erase the person everywhere; other systems follow. Cannot be undone."""
        row = get_object_or_404(SubjectRequest, pk=request_id)
        subject_rights.erase(row.pk, actor=_who(request), now=clock.now())
        return self._receipt(row)

    @extend_schema(responses={200: StepSerializer(many=True), 404: _PROBLEM})
    def get(self, request: Request, request_id: UUID) -> Response:
        """The receipt, store by store."""
        return self._receipt(get_object_or_404(SubjectRequest, pk=request_id))

    def _receipt(self, row: SubjectRequest) -> Response:
        steps = ErasureStep.objects.filter(lead_id=row.lead_id).order_by("created_at", "label") if row.lead_id else []
        return Response(StepSerializer(steps, many=True).data)


class Closing(_View):
    @extend_schema(request=ClosingSerializer, responses={200: RequestSerializer, 404: _PROBLEM, 409: _PROBLEM})
    def post(self, request: Request, request_id: UUID) -> Response:
        """Close a request with what was done, or why it was refused."""
        given = self.given(ClosingSerializer, request)
        get_object_or_404(SubjectRequest, pk=request_id)
        chosen = SubjectRequest.Status(given["status"])
        subjects.close(request_id, chosen, outcome=given["outcome"], actor=_who(request), now=clock.now())
        return self.told(request_id)


def _who(request: Request) -> str:
    """The holder of the token, as the audit names them; the permission let nobody else in."""
    if not isinstance(request.user, ApiClient):
        raise exceptions.NotAuthenticated
    return request.user.actor


_ONE = "requests/<uuid:request_id>"
urlpatterns = [
    path("requests", Requests.as_view(), name="api-privacy-requests"),
    path(_ONE, OneRequest.as_view(), name="api-privacy-request"),
    path(f"{_ONE}/code", Code.as_view(), name="api-privacy-code"),
    path(f"{_ONE}/proof", Proof.as_view(), name="api-privacy-proof"),
    path(f"{_ONE}/export", Export.as_view(), name="api-privacy-export"),
    path(f"{_ONE}/correction", Correction.as_view(), name="api-privacy-correction"),
    path(f"{_ONE}/erasure", Erasure.as_view(), name="api-privacy-erasure"),
    path(f"{_ONE}/closing", Closing.as_view(), name="api-privacy-closing"),
]
