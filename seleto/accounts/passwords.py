"""What a password may not be, besides Django's own rules and its list of twenty thousand leaked ones."""

import re
from typing import Any

from django.core.exceptions import ValidationError

# What somebody who knows the company, or the keyboard, tries first.
_GUESSED = (
    "seleto",
    "hamburg",
    "burger",
    "senha",
    "password",
    "mudar",
    "qwerty",
    "asdfgh",
    "123456",
    "admin",
    "brasil",
)
_LIKE = str.maketrans("013457@$!", "oieastasi")
_LEAST_LEFT = 8


class GuessedWords:
    """Refuses passwords of which too little is left without the words that are tried first."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = password.casefold()
        for form in (rest, rest.translate(_LIKE)):
            left = form
            for word in _GUESSED:
                left = left.replace(word, "")
            left = re.sub(r"(.)\1+", r"\1", left)
            if left != form and len(left) < _LEAST_LEFT:
                raise ValidationError(
                    "Esta senha usa palavras que são tentadas primeiro (o nome da empresa, sequências do teclado).",
                    code="password_guessed",
                )

    def get_help_text(self) -> str:
        return "Sua senha não pode se apoiar no nome da empresa nem em sequências do teclado."
