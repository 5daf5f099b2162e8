"""What the rules of today say of a text that a manager has ready for leads, in sentences that name what and where."""

from conversations import guardrails
from conversations.guardrails import ReviewContext
from conversations.wording import rule
from knowledge import queries, spoken


def faults(text: str) -> list[str]:
    verdict = guardrails.review(text, ReviewContext(products=queries.products(), strictness=queries.strictness()))
    found = []
    for violation in verdict.violations:
        places = ", ".join(f"“{text[span.start : span.end]}”" for span in violation.spans)
        what = f"A regra “{rule(str(violation.kind))}” barraria"
        found.append(f"{what} {places or 'o texto'}: {violation.reason}")
    return found


def register() -> None:
    spoken.reviewed_by("guardrails", faults)
