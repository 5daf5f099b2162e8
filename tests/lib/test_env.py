"""A value that cannot be read stops the program with one sentence that names the key."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from seleto import env

KEY = "SELETO_TEST_KEY"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda value: monkeypatch.setenv(KEY, value)


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (lambda: env.text(KEY), "x", "x"),
        (lambda: env.text(KEY, "default"), "", "default"),
        (lambda: env.switch(KEY, default=False), "on", True),
        (lambda: env.switch(KEY, default=True), "OFF", False),
        (lambda: env.switch(KEY, default=True), "", True),
        (lambda: env.whole(KEY, 3), "7", 7),
        (lambda: env.whole(KEY, 3, least=0, most=5), "", 3),
        (lambda: env.seconds(KEY, 1), "0.25", 0.25),
        (lambda: env.choice(KEY, "a", ["a", "b"]), "b", "b"),
        (lambda: env.words(KEY), " a, b,,c ", ["a", "b", "c"]),
        (lambda: env.words(KEY, ["d"]), "", ["d"]),
        (lambda: env.url(KEY), "https://example.com/x/", "https://example.com/x"),
    ],
)
def test_readable_values(
    given: Callable[[str], None], read: Callable[[], object], value: str, expected: object
) -> None:
    given(value)

    assert read() == expected


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: env.text(KEY), ""),
        (lambda: env.switch(KEY, default=False), "yes"),
        (lambda: env.switch(KEY, default=False), "1"),
        (lambda: env.whole(KEY, 3), "3.5"),
        (lambda: env.whole(KEY, 3), "-1"),
        (lambda: env.whole(KEY, 3, most=5), "6"),
        (lambda: env.seconds(KEY, 1), "soon"),
        (lambda: env.seconds(KEY, 1), "nan"),
        (lambda: env.seconds(KEY, 1), "inf"),
        (lambda: env.seconds(KEY, 1, least=1), "0.5"),
        (lambda: env.choice(KEY, "a", ["a", "b"]), "c"),
        (lambda: env.url(KEY), "example.com"),
        (lambda: env.url(KEY), "ftp://example.com"),
    ],
)
def test_odd_values_are_refused_by_the_key_and_not_repeated(
    given: Callable[[str], None], read: Callable[[], object], value: str
) -> None:
    given(value)

    with pytest.raises(ImproperlyConfigured, match=KEY) as refused:
        read()
    assert len(value) < 3 or value not in str(refused.value)


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3gredo\n", encoding="utf-8")
    monkeypatch.setenv(f"{KEY}_FILE", str(file))
    assert env.text(KEY) == "s3gredo"

    monkeypatch.setenv(KEY, "other")
    with pytest.raises(ImproperlyConfigured, match="not both"):
        env.text(KEY)

    monkeypatch.delenv(KEY)
    file.unlink()
    with pytest.raises(ImproperlyConfigured, match=f"{KEY}_FILE"):
        env.text(KEY)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = f"{KEY}_OTHER"
    (tmp_path / ".env").write_text(f"{KEY}=file\n{other}=file\n", encoding="utf-8")
    monkeypatch.setenv(KEY, "process")
    monkeypatch.setenv(other, "to be removed")
    monkeypatch.delenv(other)

    env.load(tmp_path / ".env")
    env.load(tmp_path / "nowhere")

    assert (env.text(KEY), env.text(other)) == ("process", "file")
    monkeypatch.delenv(other)


@pytest.mark.parametrize("address", ["sqlite:///x.db", "mysql://a@b/c", "postgres"])
def test_only_postgresql_is_a_database(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="postgres"):
        env.database(address)


def test_a_database_address_becomes_an_entry() -> None:
    entry = env.database("postgres://app:s3nh4@db:5432/seleto")

    assert (entry["ENGINE"], entry["NAME"], entry["HOST"]) == ("django.db.backends.postgresql", "seleto", "db")
