import threading

from django.http import HttpRequest, HttpResponse

from seleto.lib import correlation


def test_a_block_under_an_id_gives_back_the_one_before() -> None:
    with correlation.bound("outer"):
        with correlation.bound("inner"):
            assert correlation.current() == "inner"
        assert correlation.current() == "outer"
    assert correlation.current() == ""


def test_a_new_thread_starts_without_one() -> None:
    seen: list[str] = []
    with correlation.bound("outer"):
        thread = threading.Thread(target=lambda: seen.append(correlation.current()))
        thread.start()
        thread.join()

    assert seen == [""]


def test_each_request_has_its_own_id_whatever_the_caller_offers() -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(correlation.current())
        return HttpResponse()

    request = HttpRequest()
    request.META["HTTP_X_CORRELATION_ID"] = "chosen-by-a-stranger"
    door = correlation.CorrelationMiddleware(view)
    answers = [door(request), door(request)]

    assert [answer.headers["X-Correlation-Id"] for answer in answers] == seen
    assert len(set(seen)) == 2
    assert all(0 < len(one) <= 40 and one != "chosen-by-a-stranger" for one in seen)
    assert correlation.current() == ""


def test_new_and_bind_hold_until_changed() -> None:
    with correlation.bound(""):
        fresh = correlation.new()
        assert correlation.current() == fresh
        correlation.bind("from-a-row")
        assert correlation.current() == "from-a-row"
