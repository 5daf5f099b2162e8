"""No third question-bearing reply in a row that the lead has left unanswered (`domain.md`, hard rule 1)."""

from collections.abc import Iterator

from conversations.guardrails import questions
from conversations.guardrails.sheet import Sheet

MAX_UNANSWERED = 2
_REASON = "Seria a terceira resposta seguida com pergunta sem que o lead tenha respondido."


def check(sheet: Sheet) -> Iterator[tuple[int, int, str]]:
    if sheet.context.unanswered_question_replies >= MAX_UNANSWERED:
        for start, end in questions.count(sheet)[:1]:
            yield start, end, _REASON
