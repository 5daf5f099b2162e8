"""Whether the lead asks what it costs: price, quote, payment, discount, freight."""

import re
from collections.abc import Sequence

from leads.extraction.said import Item, Said, first_unless

_PRICE = re.compile(
    r"^\W*(?:e )?r\$\W*$|\borcar? (?:pra|para|uma?|a|o)\b|\bcobr(?:a|am|aria|ariam|ado)\b(?=[^.!]{0,40}(?:\?|$))|"
    r"\bpagar em\b|\bquantas (?:vezes|parcelas)\b(?! (?:por|ao|na))|"
    r"\b(?:qual|quais|saber|sabe|me (?:passa|passe|fala|manda|diz|informa)\w*|informa\w*|quero|queria"
    r"|manda\w*|pass\w+|ver|consult\w+|gostaria|preciso|tem|ter|sobre|me ve)\b[^.!?]{0,35}\b(?:preco\w*|precinho"
    r"|valor|valores|valorzinho|custo\b(?! ?-? ?benef)|orcamento\w*|cotac\w+|tabela|investimento)\b"
    r"|^\W*(?:\w+ ){0,2}?(?:preco\w*|valor|valores|orcamento|cotacao|precinho|custo)\b(?! (?:bom|alto|baixo"
    r"|de mercado))"
    r"|\bpreco\w* (?:d[aeo]s?|pra|para|final|a vista|por)\b|\bvalor(?:es)? (?:d[aeo]s?|pra|para|final"
    r"|a vista|por)\b|\b(?:preco|valor)\w*\W*\?"
    r"|\bquanto\b ?(?:e |eh |que |q |mais ou menos |seria |vai |ta |esta |ela |ele |me )*?(?:cust\w+|sai\w*"
    r"|fica\w*|e\b|eh\b|ta\b|esta\b|val\w+|cobr\w+|pag\w+|seria|sao|fic\w+|sair\w*|voces|vcs|vai|a\b|o\b)"
    r"|\b(?:qto|qnt|qnto|quantos)\b ?(?:e |eh |que |q )?(?:cust\w+|sai\w*|fica\w*|e\b|eh\b|ta\b|val\w+"
    r"|cobr\w+|reais|conto\w*|a\b|o\b)|\bqual (?:seria )?(?:o |e o )?(?:preco|valor|custo)\b(?! ?-? ?benef)"
    r"|\b(?:por|a) quanto\b|\bquanto\W*\?*$|\bquanto (?:que |q )?(?:ta|custa|sai|fica|e)\b"
    r"|\bquanto\b[^.!?]{0,15}\b(?:frete|entrega|maquina)\b"
    r"|\b(?:faz\w*|mand\w+|quero|queria|preciso|solicit\w+|gostaria|pedi\w*|pass\w+|envi\w+|fech\w+"
    r"|aguard\w+|ficou de|cade|receb\w+|montar?|me da)\b[^.!?]{0,30}\b(?:orcamento|cotac\w+|proposta"
    r"|tabela de preco\w*|lista de preco\w*|orcament\w+)\b"
    r"|\b(?:parcel\w+|prestac\w+|financi\w+|aceit\w+ [^.!?]{0,30}\b(?:na troca|usad[oa]"
    r"|como entrada)|finame|bndes|leasing|consorcio|boleto|pix|cartao|a vista|entrada de(?! ar\b| agua\b"
    r"| gas\b| energia\b)|sinal de|credito"
    r"|forma\w* de pagamento|condic\w+ de pagamento|condicoes|pagamento|facilita\w*|dividi\w*|dividir"
    r"|em \d+ ?x|\d+ ?x|vezes sem juros)\b"
    r"|\b(?:desconto\w*|descontinho|promoc\w+|promo|abatimento|melhor preco|precinho"
    r"|negoci\w+ (?:o )?(?:preco|valor)|mais barat\w+|menor preco|chorar|cabe no bolso)\b"
    r"|\b(?:frete\w*)\b"
    r"|\bquanto de (?:entrada|frete)\b|\bmedia de (?:preco|valor)\b|\bfaixa de preco\b|\bcust\w+ (?:quanto"
    r"|mais ou menos|em torno)\b|\bfazem por quanto\b|\bbarat\w+\?"
    r"|\bpreciso (?:de )?(?:preco|valor)\w*|(?<!nao )\bcust(?:a|am|aria|ariam)\b(?! nada| a )|\b(?:e|eh|ta"
    r"|esta|sao|muito) car[oa]s?\b[^.!]*\?"
)
_NOT_PRICE = re.compile(
    r"\b(?:faco|fazemos|tenho|temos) (?:uma |a |muita )?promoc\w+|\bcartao de visitas?\b|"
    r"\bnao (?:me )?mand\w+ (?:o |a |mais )?(?:orcamento|proposta|preco|cotacao)\w*|"
    r"\bnao precisa\b[^.!?]{0,25}\b(?:orcamento|proposta|preco|cotacao)\w*|"
    r"\b(?:cancel|desmarc|tir|exclu|remov)\w+\b[^.!?]{0,25}\b(?:orcamento|cotac\w+|proposta)\b|"
    r"\breceb(?:i|emos)\b[^.!?]{0,15}\b(?:orcamento|cotac\w+|proposta)\b|"
    r"\bvalor(?:es)? (?:nutri\w+|calor\w+|agregado)|\b(?:ja|tinha) (?:fiz|pedi|recebi|feito|pedido"
    r"|recebido)\b[^.!?]{0,15}(?:orcamento|cotac\w+)"
    r"|\bcusto ?-? ?benef\w*|\bgost(?:ei|amos) d[eo]s? (?:preco|valor)\w*|\b(?:preco|valor) (?:bom|otimo"
    r"|justo|alto|salgado|fora)\b|\b(?:recebimento|receber|mand\w+|envi\w+|chega|parar?|cancel\w+"
    r"|propaganda\w*|nao quero)\b[^.!?]{0,25}\b(?:promoc\w+|ofertas?)\b"
    r"|\bprazo de (?:entrega|envio)\b|\bvalor(?:iz\w+)\b|\b(?:minha|nossa|minhas|nossas|meus"
    r"|meu) (?:promoc\w+|preco|valor|cartao|orcamento)\b"
    r"|\b(?:vendo|cobro|vendemos|faturo|fatur\w+|ganho)\b[^.!?]{0,30}|\bnao (?:quero"
    r"|preciso) (?:saber )?(?:de |d[oa] )?(?:preco|valor|orcamento|desconto)\w*"
    r"|\bquantos? (?:voces|vcs) (?:produz|faz|tem)\w*|\bquanto (?:tempo|ela (?:faz|produz|pesa)|produz|pesa"
    r"|rende|gasta|consome|mede)\w*|\bmaquina de cartao\b"
)


def asks_price(said: Sequence[Said], taken: Sequence[tuple[int, int, int]] = ()) -> Item | None:
    """Price, quote, payment, discount, freight; `taken` are company names, which may hold such a word."""
    found = first_unless(said, _PRICE, _NOT_PRICE, "pede_preco")
    if found and any(index == found.message and start <= found.start < end for index, start, end in taken):
        return None
    booklet = next((message for message in said if "carnê" in message.text.lower()), None)
    if found is None and booklet is not None:
        start = booklet.text.lower().index("carnê")
        return booklet.item("pede_preco", True, start, start + 5)
    return found
