"""Inputs built to make a careless pattern backtrack; `python -m tests.guardrails.hostile` reviews all of them.

Every unit is reviewed at two lengths, and work that grows faster than the length is an error. One unit of each class of
reader is also reviewed at 60,000 characters. Says "done" when nothing was wrong.
"""

import sys

from conversations.guardrails import ReviewContext, review
from knowledge.catalogue import shipped_products
from tests.language.growth import LENGTH, SHORT, outgrows

LONG = 60_000
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
    ";", "…", "kkk", "1 a ", "! ", "a",
    "100 gatos ",
)  # fmt: skip

# Letters for digits, figures in a row, words cut in pieces, formatting, tables, words of the rules, one long word.
LONGEST = ("m1l ", "1 a ", "100 gatos ", "d o z e ", "[a](", "|", "mais caro que ", "a")
ONCE = ("preço " + "a" * LENGTH, "9" * LENGTH, "a" * LENGTH + "@")


def main() -> None:
    context = ReviewContext(lead_last="quanto custa? chega antes do natal?", products=shipped_products())
    grown = [unit for unit in UNITS if outgrows(unit, lambda text: review(text, context))]
    if grown:
        sys.exit(f"work outgrows the length: {grown}")
    for text in (*(unit * (SHORT // len(unit)) for unit in UNITS), *ONCE):
        review(text, context)
    for unit in LONGEST:
        review(unit * (LONG // len(unit)), context)
    review("oi", ReviewContext(lead_last="quanto custa? " * 4_000, products=shipped_products()))
    print("done")


if __name__ == "__main__":
    main()
