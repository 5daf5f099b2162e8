"""Invariant I11: nothing personal gets past the redactor, whatever surrounds it."""

import http
import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seleto.lib import redact

areas = st.sampled_from(["11", "21", "47", "61", "85"])
locals_ = st.from_regex(r"9\d{8}|[2-5]\d{7}", fullmatch=True, alphabet="0123456789")
separators = st.sampled_from(["", " ", "-", ".", "  ", "\u00a0", "\u2011", " - ", "/"])


@st.composite
def phones(draw: st.DrawFn) -> str:
    """A Brazilian phone in one of the ways people write it."""
    country, area, local = draw(st.sampled_from(["", "55", "+55 ", "+55"])), draw(areas), draw(locals_)
    area = draw(st.sampled_from([area, f"({area})", f"0{area}"]))
    return f"{country}{area}{draw(separators)}{local[:-4]}{draw(separators)}{local[-4:]}"


@st.composite
def documents(draw: st.DrawFn) -> str:
    digits = draw(st.from_regex(r"\d{14}", fullmatch=True, alphabet="0123456789"))
    return draw(
        st.sampled_from(
            [
                digits[:11],
                f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:11]}",
                digits,
                f"{digits[:2]}.{digits[2:5]}.{digits[5:8]}/{digits[8:12]}-{digits[12:]}",
            ]
        )
    )


surroundings = st.text(alphabet=st.characters(exclude_categories=["Cs", "Nd"]), max_size=40)


def digits_of(text: str) -> str:
    return re.sub(r"\D", "", text)


@given(before=surroundings, secret=st.one_of(phones(), documents()), after=surroundings)
def test_i11_a_phone_or_document_leaves_two_digits_at_most(before: str, secret: str, after: str) -> None:
    masked = redact.text(f"{before}{secret}{after}")

    assert secret not in masked
    assert len(digits_of(masked)) <= 2


@given(before=surroundings, email=st.emails(), after=surroundings)
def test_i11_an_email_address_is_gone(before: str, email: str, after: str) -> None:
    assert email not in redact.text(f"{before} {email} {after}")


@given(value=st.text(max_size=200))
def test_masking_twice_changes_nothing_more(value: str) -> None:
    once = redact.text(value)

    assert redact.text(once) == once


@given(
    key=st.sampled_from(["text", "chatName", "sender_name", "CAPTION", "phone", "e-mail", "client-token", "quote"]),
    secret=st.text(alphabet="abcdefghij klmnopq", min_size=12, max_size=30),
    depth=st.integers(0, 5),
)
def test_i11_values_under_telling_keys_are_replaced_at_any_depth(key: str, secret: str, depth: int) -> None:
    value: object = {key: secret}
    for _ in range(depth):
        value = {"rows": [value]}

    assert secret not in json.dumps(redact.anything(value))


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("https://api.z-api.io/instances/AB12CD/token/S3CR3T/send-text", "https://api.z-api.io/instances/***/token/***/send-text"),
        ("POST /webhooks/zapi/principal/s3gr3do/ 401", "POST /webhooks/zapi/principal/***/ 401"),
        ("POST /webhooks/principal/s3gr3do-longo-0123/ 404", "POST /webhooks/***/***/ 404"),
        ("POST /webhooks/s3gr3do/principal/zapi/ 404", "POST /webhooks/***/***/***/ 404"),
        ("POST /webhooks/zapi/s3gr3do/ 404", "POST /webhooks/zapi/***/ 404"),
        ("POST /webhooks/zapi/s3gr3do-longo-0123/principal/ 404", "POST /webhooks/zapi/***/***/ 404"),
        ("POST /webhooks/zapi/principal/s3gr3do/mais?x=1", "POST /webhooks/zapi/***/***/***?x=1"),
        ("POST /webhook/zapi/principal/s3gr3do/ 404", "POST /webhook/zapi/principal/***/ 404"),
        ('File "conversations/webhooks/base.py", line 9', 'File "conversations/webhooks/base.py", line 9'),
        ("postgres://app:s3nh4@db:5432/seleto", "postgres://***@db:5432/seleto"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: ***"),
        ("bearer abc.def-ghi", "bearer ***"),
        ("GET /x?hub.verify_token=abc&mode=1", "GET /x?hub.verify_token=***&mode=1"),
        ("Client-Token: 'abc def'", "Client-Token: ***"),
        ("chave slt_abcdefghijklmnop.", "chave ***."),
        ("CNPJ 12.ABC.345/01DE-35", "CNPJ ***35"),
        ("CNPJ 12ABC34501DE35", "CNPJ ***35"),
        ("ref abcdefghijkl99", "ref abcdefghijkl99"),
    ],
)  # fmt: skip
def test_secrets_and_documents_by_their_shape(given_text: str, kept: str) -> None:
    assert redact.text(given_text) == kept


@pytest.mark.parametrize(
    "harmless",
    [
        "turn_committed",
        "0192f3a4-5b6c-7d8e-9f01-234567890123",
        "2026-11-24T09:15:00.123456+00:00",
        "2026-11-24",
        "300 a 350 hambúrgueres por hora",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ],
)
def test_what_operators_need_stays_readable(harmless: str) -> None:
    assert redact.text(harmless) == harmless


def test_a_structure_becomes_json_with_counts_and_ids_kept() -> None:
    row = UUID("0192f3a4-5b6c-7d8e-9f01-234567890123")

    masked = redact.mapping(
        {
            "turn": row,
            "messages": 3,
            "phone": 5511900000001,
            "number_seen": 5511900000001,
            "at": datetime(2026, 11, 24, 9, 15, tzinfo=UTC),
            "day": date(2026, 11, 24),
            "price": Decimal("18.90"),
            "body": b"oi",
            "raw": b"oi",
            "tags": {"b", "a"},
            "error": ValueError("Fulano de Tal"),
            "object": object(),
            "class": ValueError,
            "level": http.HTTPMethod.POST,
            "took": timedelta(minutes=2),
            "5511900000001": True,
            "caption": "",
        }
    )

    assert masked == {
        "turn": str(row),
        "messages": 3,
        "phone": "***",
        "number_seen": "***01",
        "at": "2026-11-24T09:15:00+00:00",
        "day": "2026-11-24",
        "price": "18.90",
        "body": "***",
        "raw": "<2 bytes>",
        "tags": ["a", "b"],
        "error": "ValueError",
        "object": "<object>",
        "class": "ValueError",
        "level": "POST",
        "took": 120.0,
        "***01": True,
        "caption": "",
    }


def test_a_structure_that_contains_itself_ends() -> None:
    loop: dict[str, object] = {}
    loop["again"] = loop

    assert "***" in json.dumps(redact.anything(loop))
