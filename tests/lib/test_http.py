"""The one way out: pooled, bounded in time, marked with the correlation id."""

import os

import httpx
import pytest
import respx

from seleto.lib import correlation, http
from seleto.lib.errors import Ambiguous, Misconfigured, ProviderError, Rejected, Unavailable


def test_a_name_has_one_client_with_the_given_timeouts() -> None:
    client = http.session("one", connect_s=2, read_s=7)

    assert http.session("one", connect_s=2, read_s=7) is client
    assert http.session("two", connect_s=2, read_s=7) is not client
    assert client.timeout == httpx.Timeout(7, connect=2, pool=2)
    assert not client.trust_env


@pytest.mark.parametrize(("connect_s", "read_s"), [(0, 5), (5, 0), (-1, 5)])
def test_a_client_without_a_timeout_is_refused(connect_s: float, read_s: float) -> None:
    with pytest.raises(ValueError, match="timeouts"):
        http.session("endless", connect_s=connect_s, read_s=read_s)


@respx.mock
def test_requests_carry_the_correlation_id_in_hand() -> None:
    route = respx.get("http://provider.test/").mock(return_value=httpx.Response(204))
    client = http.session("marked", connect_s=1, read_s=1)

    with correlation.bound("abc"):
        client.get("http://provider.test/")
        client.get("http://provider.test/", headers={"X-Correlation-Id": "own"})
    client.get("http://provider.test/")

    assert [call.request.headers.get("X-Correlation-Id") for call in route.calls] == ["abc", "own", None]


@respx.mock
def test_redirects_are_not_followed() -> None:
    respx.get("http://provider.test/").mock(return_value=httpx.Response(302, headers={"Location": "http://evil.test/"}))

    assert http.session("still", connect_s=1, read_s=1).get("http://provider.test/").status_code == 302


def test_a_forked_child_gets_a_client_of_its_own() -> None:
    client = http.session("forked", connect_s=1, read_s=1)

    pid = os.fork()
    if pid == 0:
        fresh = http.session("forked", connect_s=1, read_s=1)
        os._exit(0 if fresh is not client and not client.is_closed else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert http.session("forked", connect_s=1, read_s=1) is client


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (httpx.ConnectTimeout("t"), Unavailable, "connect_timeout"),
        (httpx.PoolTimeout("t"), Unavailable, "pool_timeout"),
        (httpx.ConnectError("t"), Unavailable, "connect_error"),
        (httpx.UnsupportedProtocol("t"), Misconfigured, "unsupported_protocol"),
        (httpx.LocalProtocolError("t"), Rejected, "request_malformed"),
        (httpx.ReadTimeout("t"), Ambiguous, "timeout"),
        (httpx.WriteTimeout("t"), Ambiguous, "timeout"),
        (httpx.ReadError("t"), Ambiguous, "connection_lost"),
        (httpx.WriteError("t"), Ambiguous, "connection_lost"),
        (httpx.RemoteProtocolError("t"), Ambiguous, "connection_lost"),
        (httpx.DecodingError("t"), Ambiguous, "connection_lost"),
    ],
)
def test_a_failed_write_is_repeatable_only_when_it_never_left(
    error: httpx.HTTPError, outcome: type[ProviderError], reason: str
) -> None:
    result = http.outcome(error)

    assert type(result) is outcome
    assert result.reason == reason


def test_an_error_status_of_a_write_stays_open() -> None:
    response = httpx.Response(503, request=httpx.Request("POST", "http://provider.test/"))

    result = http.outcome(httpx.HTTPStatusError("s", request=response.request, response=response))

    assert type(result) is Ambiguous
    assert (result.reason, result.status) == ("http_503", 503)
