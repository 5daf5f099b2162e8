"""What an article states, said in English or Spanish: by the form of its sentence, with its own figures."""

import re

from sandbox.model.brief import Article

_N = r"([\d.,]+(?: a [\d.,]+)?)"
_CODE = r"((?:SE )?[A-Z]\w+|linha automática \+ FB700)"
# Portuguese sentence, English, Spanish.
_FORMS: tuple[tuple[str, str, str], ...] = (
    (
        rf"A {_CODE} (?:produz|faz) (?:de )?(até )?{_N} hambúrgueres por (hora|dia)",
        "The {0} forms {1}{2} burgers per {3}.",
        "La {0} hace {1}{2} hamburguesas por {3}.",
    ),
    (rf"A {_CODE} faz até {_N} ciclos", "The {0} runs up to {1} cycles per hour.", "La {0} hace hasta {1} ciclos."),
    (
        rf"O reservatório da {_CODE} comporta (?:de )?{_N} kg",
        "The {0} has a {1} kg tank.",
        "El depósito de la {0} es de {1} kg.",
    ),
    (
        rf"A cuba da {_CODE} comporta {_N} kg",
        "The bowl of the {0} holds {1} kg of meat.",
        "La cuba de la {0} lleva {1} kg de carne.",
    ),
    (rf"A cuba da {_CODE} é de {_N} L", "The {0} has a {1} L bowl.", "La {0} tiene una cuba de {1} L."),
    (rf"O motor da {_CODE} é de {_N} cv", "The {0} has a {1} hp motor.", "El motor de la {0} es de {1} CV."),
    (rf"A {_CODE} acompanha 1 molde", "The {0} comes with 1 mold.", "La {0} trae 1 molde."),
    (rf"A {_CODE} é uma formadora de hambúrguer manual", "The {0} is manual.", "La {0} es manual."),
    (
        rf"A {_CODE} é uma formadora semiautomática pneumática",
        "The {0} is semi-automatic and pneumatic.",
        "La {0} es semiautomática y neumática.",
    ),
    (
        rf"A {_CODE} é uma formadora automática pneumática",
        "The {0} is automatic and pneumatic.",
        "La {0} es automática y neumática.",
    ),
    (
        rf"A {_CODE} é uma formadora automática 100% elétrica",
        "The {0} is automatic and electric.",
        "La {0} es automática y eléctrica.",
    ),
    (rf"A {_CODE} é uma formadora automática industrial", "The {0} is automatic.", "La {0} es automática."),
    (rf"A {_CODE} trabalha em {_N} velocidades", "The {0} has {1} speeds.", "La {0} tiene {1} velocidades."),
    (rf"A {_CODE} empilha até {_N}", "The {0} stacks up to {1} burgers.", "La {0} apila hasta {1} hamburguesas."),
    (
        rf"A {_CODE} é uma cortadora .*até {_N} kg por hora",
        "The {0} cuts steaks, cubes and strips, up to {1} kg per hour.",
        "La {0} corta bifes, cubos y tiras, hasta {1} kg por hora.",
    ),
    (r"A CT200 usa facas de (.+?) mm", "The CT200 has blades of {0} mm.", "La CT200 usa cuchillas de {0} mm."),
    (
        rf"A FS150 .*filés de {_N} mm",
        "The FS150 slices fillets from {0} mm.",
        "La FS150 corta filetes de {0} mm.",
    ),
    (
        rf"As máquinas da Seleto têm {_N} meses de garantia",
        "Our machines have a warranty of {0} months.",
        "Nuestras máquinas tienen {0} meses de garantía.",
    ),
    (
        r"As máquinas da Seleto são feitas em aço inox 304",
        "Our machines are made of 304 stainless steel.",
        "Nuestras máquinas son de acero inoxidable 304.",
    ),
    (
        r"Os misturadores têm versões de (.+?) L",
        "The mixers come in {0} L.",
        "Los mezcladores son de {0} L.",
    ),
    (
        r"A ensacadeira de linguiça tem versões de 15 kg",
        "The sausage stuffer comes in 15 kg and 30 kg.",
        "La embutidora viene de 15 kg y de 30 kg.",
    ),
    (r"A ensacadeira de linguiça é elétrica", "The sausage stuffer is electric.", "La embutidora es eléctrica."),
    (
        rf"A {_CODE} trabalha com hambúrgueres de {_N} mm",
        "The {0} works with burgers of {1} mm in diameter.",
        "La {0} trabaja con hamburguesas de {1} mm de diámetro.",
    ),
    (
        rf"A linha automática \+ FB700 faz hambúrgueres de até {_N} cm",
        "The automatic line with the FB700 reaches {0} cm in diameter.",
        "La línea automática con la FB700 llega a {0} cm de diámetro.",
    ),
    (
        r"A Seleto fabrica formadoras",
        "We make burger formers, a meat cutter, a fillet machine, sausage stuffers, automatic lines and mixers.",
        "Fabricamos formadoras de hamburguesas, cortadora, fileteadora, embutidoras, líneas automáticas y mezcladores.",
    ),
)
_COMPILED = tuple((re.compile(form, re.IGNORECASE), english, spanish) for form, english, spanish in _FORMS)
_SMALL = {
    "en": {"até ": "up to ", "hora": "hour", "dia": "day", " a ": " to ", " e ": " and ", "linha automática": "line"},
    "es": {"até ": "hasta ", "dia": "día", " e ": " y ", "linha automática": "línea automática"},
}


def told(article: Article, language: str) -> str:
    """The article's statement in that language; empty when its sentence has no known form."""
    for form, english, spanish in _COMPILED:
        if found := form.search(article.text):
            parts = [_part(part or "", language) for part in found.groups()]
            return (english if language == "en" else spanish).format(*parts)
    return ""


def _part(text: str, language: str) -> str:
    for word, said in _SMALL[language].items():
        text = re.sub(rf"^{word}$" if word.isalpha() or word.endswith("é ") else word, said, text)
    if language == "en":  # 1.800 is 1,800 and 0,75 is 0.75
        return re.sub(r"(\d)([.,])(\d)", lambda found: f"{found[1]}{',' if found[2] == '.' else '.'}{found[3]}", text)
    return text
