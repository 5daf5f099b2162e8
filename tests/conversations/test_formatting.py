"""Bubbles and WhatsApp's own markup."""

import pytest

from conversations import formatting


@pytest.mark.parametrize(
    ("markdown", "whatsapp"),
    [
        ("**FB300**", "*FB300*"),
        ("__FB300__", "*FB300*"),
        ("## Título\ntexto", "*Título*\ntexto"),
        ("* um\n+ dois", "- um\n- dois"),
        ("[site](https://seleto.example)", "site https://seleto.example"),
        ("![](https://seleto.example/a.png)", "https://seleto.example/a.png"),
        ("*já é* negrito", "*já é* negrito"),
        ("2 * 3 = 6", "2 * 3 = 6"),
        ("Preço\nde\n\nmoto", "Preço de moto"),
        ("Temos:\nFB300\nformadora manual", "Temos:\nFB300\nformadora manual"),
        ("* um\n* dois\n* três", "- um\n- dois\n- três"),
    ],
)
def test_markdown_is_translated(markdown, whatsapp):
    assert formatting.to_whatsapp(markdown) == whatsapp


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("um", ("um",)),
        ("um\ndois", ("um\ndois",)),
        ("um\n\n\n  dois", ("um", "dois")),
        ("1\n\n2\n\n3\n\n4", ("1", "2", "3\n\n4")),
    ],
)
def test_blank_lines_part_bubbles_up_to_a_limit(text, parts):
    assert formatting.bubbles(text) == parts


def test_typing_takes_a_while_within_reason():
    assert formatting.typing_s("a" * 80, chars_per_s=40, most_s=5) == 2
    assert formatting.typing_s("a" * 800, chars_per_s=40, most_s=5) == 5
