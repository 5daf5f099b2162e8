"""Single characters as a person reads them: look-alikes, squared letters, digits of any script, the invisible."""

import unicodedata

INVISIBLE = ("Mn", "Me", "Cf")  # categories of marks and joiners
_LOOKALIKES = str.maketrans(
    "авсԁеғһіјкӏмпорԛѕтуѵԝхАВСЕНІЈКМОРԚЅТУХԌѴԜЗзгё"
    "αβεικνορτυχγηωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
    "ıɑɡᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢøØłŁđĐ∂∅€",
    "abcdefhijklmnopqstuvwxABCEHIJKMOPQSTYXGVW33re"
    "abeiknoptuxynwABEZHIKMNOPTYX"
    "iagabcdefghijklmnoprstuvwyzoOlLdDdO€",
)  # fmt: skip
_SYMBOLS = {
    "🔟": "10",
    "💯": "100",
    "💲": "$",
    "＄": "$",
    "﹩": "$",
    "🆓": "free",
    "\u2028": "\n",
    "\u2029": "\n",
    "\x85": "\n",
}


def plain(cluster: str) -> str:
    """One or two characters (base and mark) as plain text; "" when nothing of it is visible."""
    composed = unicodedata.normalize("NFKC", cluster)
    return "".join(_plain_char(char) for char in composed)


def _plain_char(char: str) -> str:
    if char in _SYMBOLS:
        return _SYMBOLS[char]
    code = ord(char)
    if 0x1F150 <= code <= 0x1F169 or 0x1F170 <= code <= 0x1F189:  # white letters on black
        return chr(ord("A") + (code - 0x1F150) % 0x20)
    if 0x1F1E6 <= code <= 0x1F1FF:  # regional indicators
        return chr(ord("A") + code - 0x1F1E6)
    plain = char.translate(_LOOKALIKES)
    if plain != char:
        return plain
    category = unicodedata.category(char)
    if category in INVISIBLE or char in "\u115f\u1160\u3164\uffa0":
        return ""
    if category == "Zs" or char in "\u2800\x00\x0b\x0c":
        return " "
    digit = unicodedata.digit(char, None)
    if digit is not None and not char.isdecimal():
        return str(digit)
    if digit is not None and char.isdecimal():
        return str(unicodedata.decimal(char))
    return char
