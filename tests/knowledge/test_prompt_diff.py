from knowledge.prompt_diff import compare
from knowledge.prompts import Section


def section(*lines: str, name: str = "estilo", title: str = "Estilo") -> Section:
    return Section(name, title, lines)


def marked(pieces) -> str:
    return "".join(f"[{piece.text.strip()}]" if piece.changed else piece.text for piece in pieces)


def test_the_same_text_has_no_difference() -> None:
    [found] = compare([section("um", "dois")], [section("um", "dois")])

    assert found.kind == "same"
    assert {row.kind for row in found.rows} == {"same"}


def test_a_changed_line_shows_its_words() -> None:
    [found] = compare(
        [section("- Mensagens curtas, com até 400 caracteres.")], [section("- Mensagens curtas, com até 300 letras.")]
    )

    [row] = found.rows
    assert (found.kind, row.kind) == ("changed", "changed")
    assert marked(row.old) == "- Mensagens curtas, com até [400 caracteres.]"
    assert marked(row.new) == "- Mensagens curtas, com até [300 letras.]"


def test_lines_put_in_and_taken_out_stand_alone() -> None:
    [found] = compare([section("fica", "sai desta lista")], [section("fica", "nada tem a ver com aquilo")])

    assert [(row.kind, marked(row.old), marked(row.new)) for row in found.rows] == [
        ("same", "fica", "fica"),
        ("added", "", "[nada tem a ver com aquilo]"),
        ("removed", "[sai desta lista]", ""),
    ]


def test_a_new_section_and_one_that_is_gone_are_named() -> None:
    old = [section("a"), section("b", name="velha", title="Velha"), section("c", name="fim", title="Fim")]
    new = [section("a"), section("d", name="nova", title="Nova"), section("c", name="fim", title="Fim")]

    found = [(part.title, part.kind) for part in compare(old, new)]

    assert found == [("Estilo", "same"), ("Velha", "removed"), ("Nova", "added"), ("Fim", "same")]


def test_a_new_title_counts_as_a_change() -> None:
    [found] = compare([section("a")], [section("a", title="Como escrever")])

    assert (found.kind, [row.kind for row in found.rows]) == ("changed", ["changed", "same"])
