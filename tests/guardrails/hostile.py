"""Inputs of 60,000 characters built to make a careless pattern backtrack; `python -m tests.guardrails.hostile`
reviews each at one, then eight times the size and prints the worst growth of work."""

import sys
from collections.abc import Iterator

from conversations.guardrails import ReviewContext, review
from knowledge.catalogue import shipped_products

LENGTH = 60_000
UNITS = (
    "a ", "1 ", "1.", "1,", "é", "\u0301", "ж", "&#", "&#49;", "A", "aB", "a.b", "m1l ", "a\n", "doze\n", "aaa", "!a", "-",
    "о̶", "a-", "$ ", "R$ ", "1️⃣", "\u200b", "?", "? ", "?!", "qual ", "qual, ", "\"", "\"a", "“", "**", "*a", "__", "_a", "[", "](",
    "[a](", "![", "<", "<a ", "</", "```", "`", "|", "|-", "---|", "- [ ", "# ", "#", "{", "{\"a\":", "}}", "a_b", "_", "a.py ",
    "http://", "https://a?", "@", "a@b", "mil ", "mil e ", "vinte e ", "dez mil ", "10x ", "1+", "1 + 1 ", "30/", "30/60/",
    "preço ", "preco de ", "frete ", "frete por conta ", "em 10 ", "uma ", "da ", "sai ", "mais caro que ", "nao sei ", "consultor ",
    "FB300 ", "FB", "ensacadeira de 15 kg ", "a manual ", "cuba ", "MMMM", "XVI ", "😀", "\ud83d", "\x00", "\u202e", "　", "１",
    "QUFB", "QUFBQUFB ", "d.o.z.e ", "d o z e ", "0-0-", "7 15 ", "a'", "12/12/", "11 9", "(", ")", "%", "100% ", ";", "…", "kkk",
)  # fmt: skip


def inputs(length: int) -> Iterator[str]:
    """Each unit over and over, alone, after a long word, and with an end that makes a match fail late."""
    for unit in UNITS:
        body = unit * (length // len(unit))
        yield body
        yield body[: length - 8] + "\n#x!?|)]"
    yield "preço " + "a" * (length - 6)
    yield "9" * length
    yield "a" * length + "@"


def main() -> None:
    context = ReviewContext(lead_last="quanto custa? chega antes do natal?" * 100, products=shipped_products())
    for text in inputs(int(sys.argv[1]) if len(sys.argv) > 1 else LENGTH):
        review(text, context)
    print("done")


if __name__ == "__main__":
    main()
