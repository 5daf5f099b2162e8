"""How long the agent waits for the lead to finish."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations import quiet

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "asked", "seconds"),
    [
        ("Bom dia!", False, 12),
        ("oi, tudo bem?", False, 12),
        ("Itajaí", False, 12),
        ("quer dizer, a loja é em Garibaldi", False, 12),
        ("", False, 12),
        ("Itajaí", True, 4),
        ("Quero a FB300.", False, 4),
        ("vocês vendem formadora de hambúrguer?", False, 4),
        ("produzimos 1.500 hambúrgueres por dia", False, 8),
    ],
)
def test_the_silence_depends_on_what_was_said(text, asked, seconds):
    assert quiet.quiet_s(text, answers_question=asked) == seconds


def test_the_ceiling_counts_from_the_first_message_waiting():
    heard = START + timedelta(seconds=20)

    assert quiet.due_at(pending_since=START, heard_at=heard, wait_s=12) == START + timedelta(seconds=25)
    assert quiet.due_at(pending_since=heard, heard_at=heard, wait_s=12) == heard + timedelta(seconds=12)
