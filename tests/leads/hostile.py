"""Messages built to make the work of extraction grow faster than their length; `python -m tests.leads.hostile`.

Says "done" when none does. A message is read up to `MAX_CHARS`, which is the longer of the two lengths compared.
"""

import sys

from knowledge.catalogue import shipped_products
from leads.extraction import extract
from tests.guardrails.hostile import UNITS
from tests.language.growth import outgrows

# Amounts, places, names, factors and periods in a row, and questions that never end.
OWN = (
    "(11 ", "300 ", "300 un ", "5 unidades ", "10 kg ", "10 kg por dia ", "3 lojas 200 ", "3 lojas de 200 cada ",
    "2 caixas de 30 ", "2 x ", "dobrar 100 ", "por dia ", "entrega em ", "Ana ", "Ana da ", "sou a Ana ",
    "de Santos ", "Santos, ", "Santos SP ", "moro em ", "empresa ", "da Casa ", "a@b.com ", "11 99999-0001 ",
    "11.222.333/0001-81 ", "FB300 ", "quero falar ", "para de mandar ", "quanto custa ", "até sexta ",
)  # fmt: skip


def main() -> None:
    products = shipped_products()
    grown = [unit for unit in (*OWN, *UNITS) if outgrows(unit, lambda text: extract([text], products=products))]
    if grown:
        sys.exit(f"work outgrows the length: {grown}")
    print("done")


if __name__ == "__main__":
    main()
