"""The second person's word: the kept request is done again, or it is not."""

import base64
import copy
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.contrib.messages.storage import default_storage
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError, transaction
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils.datastructures import MultiValueDict
from simple_history.signals import pre_create_historical_record

from knowledge.models.history import LOADED
from knowledge.sheet_files import SignedUpload
from seleto.backoffice.four_eyes.holding import one_moment
from seleto.backoffice.four_eyes.picture import differences, picture
from seleto.backoffice.models import PendingChange
from seleto.lib import audit, clock
from seleto.lib.admin import actor

Status = PendingChange.Status
APPROVE = "knowledge.publish_knowledge"
_GONE = "Esta mudança já foi decidida por alguém."
# The change being put in force: its author, who answers for the words in the history, and who approved it.
_approved: ContextVar[tuple[Any, str] | None] = ContextVar("approved", default=None)


class Refused(Exception):
    """Why it cannot be decided so; the text, in Portuguese, is for the person who tried."""


class _Differs(Exception):
    """It would change something else than was shown."""


def approve(key: UUID, request: HttpRequest) -> PendingChange:
    """Put the change in force. Raises ``Refused`` and ``PermissionDenied``."""
    try:
        with one_moment():
            row = _waiting(key)
            if row.author_id == request.user.pk:
                raise Refused("Quem pediu a mudança não pode aprová-la: outra pessoa precisa olhar.")
            before = picture()
            with _credited(row, request):
                refused = _again(row, request)
            if differences(before, picture()) != row.changes:
                if refused:
                    raise Refused(f"A mudança não pôde ser feita: {' '.join(refused)}")
                raise _Differs
            return _close(row, request, Status.APPROVED, "pending.approve")
    except _Differs:
        reason = "O que ela muda foi alterado depois do pedido, por isso ela não se aplica mais."
        with transaction.atomic():
            _close(_waiting(key), request, Status.STALE, "pending.stale", reason)
        raise Refused(f"{reason} Quem a pediu pode refazê-la.") from None
    except PermissionDenied:
        raise Refused("Só aprova esta mudança quem poderia fazê-la, e o seu papel não pode.") from None
    except OperationalError:
        raise Refused(_GONE) from None


@transaction.atomic
def decline(key: UUID, request: HttpRequest, *, reason: str) -> PendingChange:
    """Raises ``Refused``."""
    if not reason.strip():
        raise Refused("Escreva por que a mudança não deve valer.")
    row = _waiting(key)
    if row.author_id == request.user.pk:
        raise Refused("A mudança é sua: desista dela em vez de recusá-la.")
    return _close(row, request, Status.DECLINED, "pending.decline", reason.strip())


@transaction.atomic
def withdraw(key: UUID, request: HttpRequest) -> PendingChange:
    """The author's own way out. Raises ``Refused``."""
    row = _waiting(key)
    if row.author_id != request.user.pk:
        raise Refused("Só quem pediu a mudança desiste dela.")
    return _close(row, request, Status.WITHDRAWN, "pending.withdraw")


def _waiting(key: UUID) -> PendingChange:
    row = PendingChange.objects.select_for_update().filter(pk=key, status=Status.WAITING).first()
    if row is None:
        raise Refused(_GONE)
    return row


def _close(
    row: PendingChange, request: HttpRequest, status: PendingChange.Status, action: str, reason: str = ""
) -> PendingChange:
    now = clock.now()
    row.status, row.reason = status, reason
    row.decided_by, row.decided_at = request.user.get_username(), now
    # What is shown stays; what would do it again goes.
    row.posted, row.uploads = {}, []
    row.save()
    detail = {"author": str(row.author_id)}
    audit.record(
        actor=actor(request), action=action, subject_kind="pendingchange", subject_id=row.pk, detail=detail, now=now
    )
    return row


def _again(row: PendingChange, request: HttpRequest) -> list[str]:
    """The kept request, asked by this person. What a form or the page objects to, in sentences."""
    try:
        match = resolve(row.path)
    except Resolver404:  # the page went with an upgrade
        raise _Differs from None
    asked: Any = copy.copy(request)
    if isinstance(request, WSGIRequest):
        asked.environ = request.environ  # left out of copies
    asked.META = {**request.META, "QUERY_STRING": row.query, "REQUEST_METHOD": "POST"}
    asked.method, asked.resolver_match = "POST", match
    asked.path = asked.path_info = row.path
    asked.GET = QueryDict(row.query)
    asked._post, asked._files = _posted(row), _files(row)
    asked._messages = default_storage(asked)
    response = match.func(asked, *match.args, **match.kwargs)
    context = getattr(response, "context_data", None) or {}
    objections = [str(one) for one in context.get("errors") or ()]
    return [text for text in dict.fromkeys(objections) if text]


def _posted(row: PendingChange) -> QueryDict:
    posted = QueryDict(mutable=True)
    for name, values in row.posted.items():
        posted.setlist(name, values)
    if "import_file_name" in posted:
        posted["import_file_name"] = SignedUpload.renewed(str(posted["import_file_name"]))
    return posted


def _files(row: PendingChange) -> MultiValueDict[str, Any]:
    found: MultiValueDict[str, Any] = MultiValueDict()
    for name, filename, content_type, content in row.uploads:
        found.appendlist(name, SimpleUploadedFile(filename, base64.b64decode(content), content_type))
    return found


@contextmanager
def _credited(row: PendingChange, request: HttpRequest) -> Iterator[None]:
    token = _approved.set((row.author, request.user.get_username()))
    try:
        yield
    finally:
        _approved.reset(token)


def _credit(sender: Any, history_instance: Any, **signal: Any) -> None:
    """The history names the author, and beside it who approved."""
    credit = _approved.get()
    if credit is None or history_instance.history_change_reason == LOADED:
        return
    history_instance.history_user = credit[0]
    reason = history_instance.history_change_reason
    history_instance.history_change_reason = "; ".join(filter(None, [reason, f"aprovado por {credit[1]}"]))[:100]


def register() -> None:
    pre_create_historical_record.connect(_credit, dispatch_uid="four_eyes.credit")
