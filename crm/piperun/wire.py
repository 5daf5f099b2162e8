"""One call to PipeRun: leave to call, a slot of the common pace, the request, what came of it (section 3).

No call repeats itself, and the thread holds no database connection while it waits. Exceptions hold constant words; the
address of a request holds names and documents and never leaves this module.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from django.conf import settings

from crm import calls
from crm.gateway import Exchange, Forbidden, Gone, InvalidFields
from seleto.lib import circuits, clock, connections, metrics, ratelimit, redact
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Unavailable
from seleto.lib.http import outcome

CIRCUIT = "piperun"
CALLS = metrics.counter("piperun_calls", "Calls to PipeRun, by outcome.", ["endpoint", "outcome"])
SECONDS = metrics.timer("piperun_call", "How long PipeRun took to answer.", ["endpoint"])

_TOKEN = re.compile(r"[!-~]{1,200}")
_MESSAGE_CHARS = 120
_MOST_WAIT_S = 3600.0
# Where a 429 names no time: the first wait of the provider's own library.
_DEFAULT_WAIT_S = 5.0
_REFUSED_AS_A_WHOLE = "O PipeRun recusa o token: confira PIPERUN_TOKEN"
# Values that say nothing about a person; ids stay anyway.
_SHOWN = frozenset(
    "external_code reference status temperature company_situation uf show with duration start_at end_at".split()
)
_IDS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """``data`` as it came: a record, a list, None. ``next`` is the cursor of the following page."""

    data: Any
    next: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """``http`` belongs to the caller and is shared by the process; ``record`` keeps what was asked."""

    base_url: str
    token: str = field(repr=False)
    http: httpx.Client = field(repr=False)
    record: Callable[[Exchange], None] = field(repr=False)

    def read(
        self, method: str, endpoint: str, *, id_: str = "", query: Mapping[str, str] | None = None, body: Any = None
    ) -> Answer:
        """A call that may be repeated: what may have reached them is only ``Unavailable``. ``endpoint`` has no id."""
        try:
            return self._call(method, endpoint, id_=id_, query=query or {}, body=body)
        except Ambiguous as error:
            failure = Unavailable(error.reason, status=error.status, retry_after=error.retry_after)
        raise failure

    def create(self, endpoint: str, body: Mapping[str, Any]) -> Answer:
        """A call that makes a new record each time it arrives."""
        return self._call("POST", endpoint, id_="", query={}, body=body)

    def _call(
        self, method: str, endpoint: str, *, id_: str, query: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Answer:
        self._gain_leave()
        started = time.monotonic()
        response, failure = self._exchange(method, f"{endpoint}/{id_}" if id_ else endpoint, query, body)
        seconds = time.monotonic() - started
        envelope = {} if response is None else _json(response)
        if response is not None and failure is None:
            failure = _failure(response, envelope, {**query, **(body or {})}, writes=method != "GET")
        if failure is None and method != "PUT" and "data" not in envelope:
            failure = Ambiguous("malformed_answer", status=response.status_code if response is not None else None)
        name = f"{endpoint}/{{id}}" if id_ else endpoint
        self._note(name, method, response, failure, seconds, {**query, **(body or {})}, envelope)
        _report(failure)
        if failure is not None:
            raise failure
        return Answer(envelope.get("data"), _cursor(envelope))

    def _gain_leave(self) -> None:
        """Raises Unavailable while the circuit is open, and when the next slot is too far away to wait for."""
        if not _TOKEN.fullmatch(self.token):
            raise Misconfigured("bad_token")
        if not circuits.allow(CIRCUIT, clock.now()):
            raise Unavailable("circuit_open", retry_after=settings.CIRCUIT_OPEN_S)
        interval_s = 1 / settings.PIPERUN_RATE_PER_S if settings.PIPERUN_RATE_PER_S else 0
        slot = ratelimit.take(CIRCUIT, interval_s=interval_s, within_s=settings.PIPERUN_MAX_WAIT_S)
        connections.release()
        if not slot.taken:
            raise Unavailable("paced", retry_after=slot.wait_s)
        if slot.wait_s:
            time.sleep(slot.wait_s)

    def _exchange(
        self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> tuple[httpx.Response | None, ProviderError | None]:
        headers = {"token": self.token, "accept": "application/json"}
        address = f"{self.base_url}/{path}"
        try:
            return self.http.request(method, address, params=dict(query) or None, headers=headers, json=body), None
        except httpx.InvalidURL:
            return None, Misconfigured("invalid_url")
        except httpx.HTTPError as error:
            return None, outcome(error)

    def _note(
        self,
        endpoint: str,
        method: str,
        response: httpx.Response | None,
        failure: ProviderError | None,
        seconds: float,
        asked: Mapping[str, Any],
        envelope: Mapping[str, Any],
    ) -> None:
        reason = "ok" if failure is None else failure.reason
        CALLS.labels(endpoint=endpoint, outcome=reason).inc()
        SECONDS.labels(endpoint=endpoint).observe(seconds)
        self.record(
            Exchange(
                endpoint=endpoint,
                method=method,
                status=response.status_code if response is not None else None,
                outcome=reason,
                duration_ms=round(seconds * 1000),
                request=calls.masked(asked, kept=_SHOWN | ({"name"} if endpoint == "cities" else set())),
                answer=_seen(envelope, failure),
            )
        )


def _report(failure: ProviderError | None) -> None:
    """What speaks of PipeRun as a whole counts against it; a refusal of one record shows that it is up."""
    now = clock.now()
    if failure is not None and failure.status == 401:
        circuits.trip(CIRCUIT, failure.reason, now, title=_REFUSED_AS_A_WHOLE)
    elif failure is not None and failure.status == 429:
        wait_s = _DEFAULT_WAIT_S if failure.retry_after is None else failure.retry_after
        ratelimit.hold(CIRCUIT, wait_s=wait_s)
        circuits.succeeded(CIRCUIT)
    elif isinstance(failure, Forbidden):
        return  # one record or all of them: whoever sees several leads tells (``crm.stage``)
    elif isinstance(failure, Misconfigured) or (failure is not None and not isinstance(failure, Rejected)):
        circuits.failed(CIRCUIT, failure.reason, now)
    else:
        circuits.succeeded(CIRCUIT)


def _failure(
    response: httpx.Response, envelope: Mapping[str, Any], asked: Mapping[str, Any], *, writes: bool
) -> ProviderError | None:
    status = response.status_code
    word = f"http_{status}"
    if response.is_success:
        return None
    if status == 401:
        return Misconfigured(word, status=status)
    if status == 403:
        return Forbidden(word, status=status)
    if status == 404:
        # A page of another server is no answer about a record: believing it would forget every id we hold.
        return Gone("gone", status=status) if "success" in envelope else Misconfigured(word, status=status)
    if status == 422:
        return InvalidFields("invalid_fields", fields=_messages(envelope, asked), status=status)
    if status == 429:
        return Unavailable("rate_limited", status=status, retry_after=_retry_after(response))
    if status >= 500 or status in (408, 425):
        return Ambiguous(word, status=status, retry_after=_retry_after(response))
    if status < 400:  # redirects are never expected (section 3): a wrong address
        return Ambiguous(word, status=status) if writes else Misconfigured(word, status=status)
    return Rejected(word, status=status)


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds, given as such or as a date."""
    value = response.headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return None
        # A server's date is compared with real time, never with a moved clock.
        seconds = (until - datetime.now(UTC)).total_seconds() if until.tzinfo else 0.0
    return min(max(seconds, 0.0), _MOST_WAIT_S) if seconds == seconds else None


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        value = response.json()
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _cursor(envelope: Mapping[str, Any]) -> str:
    meta = envelope.get("meta")
    cursor = meta.get("cursor") if isinstance(meta, Mapping) else None
    following = cursor.get("next") if isinstance(cursor, Mapping) else None
    return str(following) if following else ""


def _messages(envelope: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, str]:
    """What they say of each field, by their names; "" stands for the whole record."""
    data = envelope.get("data")
    if not isinstance(data, Mapping) or not data:
        return {"": _message(envelope.get("message"), asked)}
    return {str(name)[:60]: _message(said, asked) for name, said in data.items()}


def _message(said: object, asked: Mapping[str, Any]) -> str:
    """Their sentence without what we had sent, in the address or the body: it may quote a name or a number."""
    words = said if isinstance(said, list) else [said]
    text = " ".join(str(word) for word in words if isinstance(word, str))
    for value in asked.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and len(item) > 1:
                text = re.sub(re.escape(item), calls.MASK, text, flags=re.IGNORECASE)
    return redact.text(text)[:_MESSAGE_CHARS]


def _seen(envelope: Mapping[str, Any], failure: ProviderError | None) -> dict[str, object]:
    """An answer as the history shows it: ids, or what was refused."""
    if isinstance(failure, InvalidFields):
        return {"fields": failure.fields}
    if failure is not None:
        return {}
    data = envelope.get("data")
    rows = data if isinstance(data, list) else [data]
    ids = [row["id"] for row in rows if isinstance(row, Mapping) and isinstance(row.get("id"), int | str)]
    return {"ids": ids[:_IDS_SHOWN], "count": len(ids)}
