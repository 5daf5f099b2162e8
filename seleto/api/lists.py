"""Lists of the API: newest first, in pages by cursor, narrowed by checked parameters."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    """``limit`` rows (50, at most 200) and the addresses of the next and the previous page. Ids rise with time."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-id"


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
