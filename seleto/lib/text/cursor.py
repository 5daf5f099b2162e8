"""A text, its folded copy and its tokens, with the small looks around that the number readers share."""

from seleto.lib.text.fold import fold_aligned
from seleto.lib.text.numerals import Shape, begins_number, tokenize


class Cursor:
    """Tokens by index; every look outside the text answers with nothing instead of failing.

    `shouted`: the whole text is in capitals, so capitals say nothing.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold_aligned(text)
        self.tokens = tokenize(self.folded)
        self.shouted = text.isupper()

    def __len__(self) -> int:
        return len(self.tokens)

    def word(self, index: int) -> str:
        """The folded word at `index`; "" outside the text or where no word stands."""
        if 0 <= index < len(self.tokens) and self.tokens[index].shape is Shape.WORD:
            return self.tokens[index].text
        return ""

    def sign(self, index: int) -> str:
        """The text of the token at `index` whatever it is; "" outside the text."""
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def begins_nothing(self, index: int) -> bool:
        """Whether no number and no document can begin at `index`: so it is with most of any text."""
        shape, text, _, _ = self.tokens[index]
        if shape is Shape.WORD:
            return not begins_number(text) and (len(text) > 2 or not self.glued(index + 1))
        return shape is Shape.SIGN and text not in "(+½¼¾"

    def glued(self, index: int) -> bool:
        """Whether the token at `index` touches the one before it."""
        return 0 < index < len(self.tokens) and self.tokens[index - 1].end == self.tokens[index].start

    def at(self, offset: int, start: int = 0) -> int:
        """Index of the first token from `start` on that begins at or after `offset`."""
        while start < len(self.tokens) and self.tokens[start].start < offset:
            start += 1
        return start
