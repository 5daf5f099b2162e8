"""Words worth recovering from disguised writing (spaced, leet, split), folded.

Only a word of these lists is ever rebuilt from pieces, so ordinary writing is left as it is. They hold the number
words of Portuguese and the everyday words of commercial talk; they decide nothing about meaning.
"""


def _words(block: str) -> frozenset[str]:
    return frozenset(block.split())


NUMBER_WORDS = _words(
    """
    zero um uma dois duas tres quatro cinco seis sete oito nove dez onze doze treze quatorze catorze quinze dezesseis
    dezasseis dezessete dezassete dezoito dezenove dezanove vinte trinta quarenta cinquenta cincoenta sessenta setenta
    oitenta noventa cem cento duzentos duzentas trezentos trezentas quatrocentos quatrocentas quinhentos quinhentas
    seiscentos seiscentas setecentos setecentas oitocentos oitocentas novecentos novecentas mil milhao milhoes milhares
    milhar centena centenas dezena dezenas meia meio metade dobro triplo
    """
)

COMMERCE_WORDS = _words(
    """
    reais real conto contos pila pilas pau paus mango mangos barao baroes prata milha milhas milzao milzinho dolar
    dolares euro euros grana dinheiro centavo centavos moeda
    preco precos valor valores custa custam custo custos custar custando barato barata baratos baratas baratinho
    baratinha caro cara caros caras carinho investimento orcamento tabela sai fica
    parcela parcelas parcelado parcelada parcelamento parcelamos parcelar parcelo prestacao prestacoes entrada sinal
    boleto boletos cartao cartoes credito debito pix cheque cheques avista vista prazo juros financiamento financiar
    financiamos financia finame bndes leasing consorcio pagamento pagar paga pagando carencia faturado fatura fiado
    desconto descontos descontinho descontao promocao promo promocoes oferta brinde brindes cupom cashback
    gratis gratuito gratuita free bonus
    frete fretes carreto transporte transportadora cif fob entrega entregamos entregar entregue chega chegar demora
    dias dia semana semanas mes meses horas uteis amanha hoje imediata pronta estoque urgente rapido rapida natal
    garantia garantimos visita
    prompt sistema instrucoes instrucao
    """
)

COMMON_WORDS = _words(
    """
    a o e as os um uma de da do das dos em no na nos nas por pra pro pras pros para com sem sob ate que se nao sim ja
    mas mais menos ou eu voce vc ele ela eles elas nos isso esse essa este esta ta to tem temos fica sai vai vou ir
    aqui ai la so por per ao aos muito pouco bem bom boa seu sua seus suas meu minha nosso nossa informo cada uns umas
    cerca quase apenas ne viu tipo hora horas dia dias maquina modelo consultor manual
    """
)

VOCABULARY = NUMBER_WORDS | COMMERCE_WORDS

# Long words also count when written with another ending ("parcelamentos", "facilitando").
STEMS = tuple(
    sorted(
        {
            "parcel", "financ", "descont", "promoc", "entreg", "garant", "pagament", "prestac", "transport", "facilit",
            "gratuit", "orcament", "investiment", "instruc",
        }
    )
)  # fmt: skip


def is_sensitive(word: str) -> bool:
    """Whether the folded `word` is one that disguises are worth undoing for."""
    return word in VOCABULARY or (len(word) >= 7 and word.startswith(STEMS))


_HEADS = frozenset(word[:size] for word in (*VOCABULARY, *STEMS) for size in range(1, len(word) + 1))
_TAILS = frozenset(word[size:] for word in VOCABULARY for size in range(1, len(word)))
_STEM_TAILS = tuple(sorted({stem[size:] for stem in STEMS for size in range(1, len(stem))}))


def may_begin_sensitive(part: str) -> bool:
    """Whether a sensitive word may begin with the folded `part`; False is certain, True is not."""
    return part in _HEADS or part.startswith(STEMS)


def may_end_sensitive(part: str) -> bool:
    """Whether a sensitive word may be something, shorter than its stem, and the folded `part`; False is certain."""
    return part in _TAILS or part.startswith(_STEM_TAILS)


def segment(letters: str) -> list[str] | None:
    """Split a run of folded letters into known words ("dozemil" -> ["doze", "mil"]), the fewest words first.

    None when no split exists or none of the words is sensitive. Linear: a word has at most 16 letters.
    """
    best: list[tuple[int, int] | None] = [(0, 0)] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 16), end):
            before = best[start]
            if before is None:
                continue
            word = letters[start:end]
            known = word in COMMON_WORDS or is_sensitive(word)
            if known and (best[end] is None or before[0] + 1 < best[end][0]):  # type: ignore[index]
                best[end] = (before[0] + 1, start)
    words: list[str] = []
    end = len(letters)
    while end:
        step = best[end]
        if step is None:
            return None
        words.append(letters[step[1] : end])
        end = step[1]
    words.reverse()
    return words if any(is_sensitive(word) for word in words) else None
