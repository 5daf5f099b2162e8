"""Inputs built to make a careless pattern backtrack; `python -m tests.guardrails.hostile` reviews all of them at
8,000 characters and the ones that once were slow at 60,000."""

from collections.abc import Iterator, Sequence

from conversations.guardrails import ReviewContext, review
from knowledge.catalogue import shipped_products

LENGTH, LONG = 8_000, 60_000
# Grouped as disguises, numbers and marks, formatting, words of the rules, odd characters.
UNITS = (
    "a ", "1 ", "1.", "1,", "é", "\u0301", "ж", "&#", "&#49;", "A", "aB", "a.b", "m1l ", "a\n", "doze\n", "aaa",
    "!a", "-", "о̶", "a-", "$ ", "R$ ", "1️⃣", "\u200b", "?", "? ", "?!", "qual ", "qual, ", '"', '"a', "“", "**",
    "*a", "__", "_a", "[", "](", "[a](", "![", "<", "<a ", "</", "```", "`", "|", "|-", "---|", "- [ ", "# ", "#",
    "{", '{"a":', "}}", "a_b", "_", "a.py ", "http://", "https://a?", "@", "a@b", "mil ", "mil e ", "vinte e ",
    "dez mil ", "10x ", "1+", "1 + 1 ", "30/", "30/60/", "preço ", "preco de ", "frete ", "frete por conta ",
    "em 10 ", "uma ", "da ", "sai ", "mais caro que ", "nao sei ", "consultor ", "FB300 ", "FB",
    "ensacadeira de 15 kg ", "a manual ", "cuba ", "MMMM", "XVI ", "😀", "\ud83d", "\x00", "\u202e", "\u3000", "１",
    "QUFB", "QUFBQUFB ", "d.o.z.e ", "d o z e ", "0-0-", "7 15 ", "a'", "12/12/", "11 9", "(", ")", "%", "100% ",
    ";", "…", "kkk",
)  # fmt: skip


WORST = ("m1l ", "doze\n", "[a](", "|", "mil ", "mil e ", "1 + 1 ", "mais caro que ", "d o z e ", "7 15 ", "a", "! ")


def inputs(length: int, units: Sequence[str] = UNITS) -> Iterator[str]:
    """Each unit over and over, alone, after a long word, and with an end that makes a match fail late."""
    for unit in units:
        body = unit * (length // len(unit))
        yield body
        yield body[: length - 8] + "\n#x!?|)]"
    yield "preço " + "a" * (length - 6)
    yield "9" * length
    yield "a" * length + "@"


def main() -> None:
    context = ReviewContext(lead_last="quanto custa? chega antes do natal?" * 100, products=shipped_products())
    for text in (*inputs(LENGTH), *inputs(LONG, WORST)):
        review(text, context)
    print("done")


if __name__ == "__main__":
    main()
