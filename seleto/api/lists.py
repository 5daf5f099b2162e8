"""Lists of the API: newest first, in pages by cursor, narrowed by checked parameters."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Model, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from seleto.lib import audit, clock
from seleto.lib.tokens import ApiClient


class Pages(CursorPagination):
    """``limit`` rows (50, at most 200) and the addresses of the next and the previous page. Ids rise with time."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-id"


def saw(request: Request, model: type[Model], key: UUID | None) -> None:
    """The audit knows which key read what."""
    client: ApiClient = request.user  # type: ignore[assignment]  # HasToken lets nobody else in
    audit.seen(actor=client.actor, subject_kind=str(model._meta.model_name), subject_id=key, now=clock.now())


class One(RetrieveAPIView[Any]):
    """One row."""

    def get_object(self) -> Any:
        row = super().get_object()
        saw(self.request, type(row), row.pk)
        return row


class Newest(ListAPIView[Any]):
    """A list whose query parameters are those of ``filters``, each named as the lookup it stands for."""

    pagination_class = Pages
    filters: ClassVar[type[serializers.Serializer[Any]]]

    def get_queryset(self) -> QuerySet[Any]:
        rows = self.rows()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        asked = self.filters(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return rows.filter(**asked.validated_data)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        saw(request, self.get_queryset().model, None)
        return super().list(request, *args, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Everything the list may show."""
        raise NotImplementedError


class Conflict(exceptions.APIException):
    """The state of things forbids it; asking again will not help."""

    status_code = 409
    default_detail = "The present state does not allow it."


class Unprocessable(exceptions.APIException):
    """Well formed, and yet not to be done."""

    status_code = 422
    default_detail = "The input cannot be used."


def listed(view: type[Newest]) -> type[Newest]:
    """Have the schema tell of the view's query parameters."""
    return extend_schema(parameters=[view.filters])(view)
