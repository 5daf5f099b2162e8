"""Which questions are for the consultant: price, payment, delivery time, freight (eval/README.md section 4).

Each pattern is one way of asking, on the folded question ("é" reads "eh").
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

_MIL: Final = (
    r"([\d.,]+|(um|uns|dois|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|doze|quinze|vinte|trinta|quarenta|cinquenta"
    r"|sessenta|cem)( e \w+)?) ?(mil|k)\b(?! ?(hamb|burg|disc|lanch|por |/|unid|pec|espet|cicl|hora))"
)
_TECHNICAL: Final = (
    r"(a |o |as |os |de |da |do |em )*(produc|capacid|cuba|reserv|variac|potenc|motor|volum|diamet|espess|garant|altura"
    r"|largura|peso|compriment|rendiment|tempo)"
)
_PER_TIME: Final = r"(\w+ ){0,3}(por|em uma|numa|na|cada) (hora|dia|minuto)"
_PAPERS: Final = r"(o |a |um |uma |os |as )?(catalogo|material|manual|foto|video)"
_SEND: Final = r"(mand|envi|lev|traz|entreg|despach)(a|o|am|e|em|er|ar|aria|ariam|eria)?"

# In the order in which the articles are given.
_WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "com.frete": (
        r"fretes?\b",
        r"transport(e|adora)\b",
        r"envi(o|am|a|ar)\b",
        r"entregam? (\w+ ){0,2}(em|no|na|para|pra)\b",
        rf"{_SEND} ((a|ela|as|uma|maquina|equipamento) )*(ate|pra|para|pro|no|na|em|ai|aqui)\b"
        r"(?! (mim|eu|gente|nos|ver|eh|(o )?(meu )?(e?mail|zap|whats))| limp| lav)",
        r"(vem|vao|vai) ate (aqui|minha|a minha)",
        r"(cif|fob|carreto|logistica|correios?|caminhao)\b",
        r"despach",
        r"seguro da carga",
        r"por conta (do|de quem)",
        r"buscar (ai|na fabrica|a maquina|ela|direto)",
        r"retir(o|ar|ada) (na|ai|no|em|direto)",
    ),
    "com.prazo": (
        r"(prazo|entreg|demora|estoque|(?<!sob )encomenda)",
        r"(chega|chegar|chegam)\b",
        r"(pronta|disponivel) (pra|para) (retir|lev|entreg|env)",
        r"fica pronta",
        r"quando (\w+ ){0,5}(recebo|receb|fica pronta|sai|ta|esta|vem|tenho|teria|pego|manda\w*|libera\w*)\b",
        r"quando (\w+ ){0,5}(despach|entreg|envi)",
        r"sai (\w+ ){0,3}quando\b",
        r"(despach|entreg|envi|mand|libera)\w* (\w+ ){0,2}quando\b",
        r"pr?a(ra)? quando",
        r"dias uteis|\bquantos dias corridos",
        r"(?<!quanto )(em|daqui a) quant[oa]s? (dias|tempo|semanas)",
        r"quanto tempo (\w+ ){0,3}(recebo|leva|chega|entreg|fabric|demora|ficar)",
        r"quanto tempo (\w+ ){0,5}(pedido|compra|funcionando|instalad|pront)",
        r"(depois|apos) (de |o |a |do |da )*(compr|fech|pedi|confirm)\w*",
        r"(pra semana|semana que vem|(ainda )?ess[ea] (mes|semana))",
        r"antes d[eoa] (natal|fim|final|ano|feriado|festa|inaugur|pascoa|carnaval|verao|mes)",
        r"(pra|para) (retirar|levar|pegar|buscar) (ja|hoje|agora|na hora|ess[ae]|amanha)",
        rf"receb(o|er|eria|emos)\b(?! {_PAPERS})",
        r"(na minha mao|da tempo|tempo de fabricacao|lead ?time)\b",
        r"fila (de )?(espera|producao)",
        r"(pr?a(ra)?|ate) (o )?dia \d{1,2}\b",
        r"(tem|ha|existe) (alguma|uma|ela|maquina) (\w+ ){0,2}(pronta|sobrando|disponivel)",
    ),
    "com.pagamento": (
        r"pag(ar|ament\w*|o|a|ando)\b",
        r"(parcel|boleto|financ|bndes|finame|leasing|consorcio|cheque|prestac|credito|debito|crediario)",
        r"fatur(a|am|ad[oa]?|ar)\b",
        r"(bancos?\b|duplicata|promissoria|(n?a|passa\w*|de) maquininha|link de pag|juros?\b|carencia\b)",
        r"(permuta|pronaf|proger)\b",
        r"cart(ao|oes)\b",
        r"(pix|a vista|sinal)\b",
        r"(entrada de|da[r]? entrada|(de|como|na) entrada)\b",
        r"divid",
        r"(em quantas vezes|em \d+ vezes|\d+ ?x\b)",
        r"\d\d ?[/e] ?\d\d ?[/e] ?\d\d\b",
        r"(15|28|30|45|60) ?/ ?(30|45|56|60|90)\b",
        r"(na|em) troca\b",
        r"aceita\w* (\w+ ){0,2}(carro|moto|caminhonete|terreno|gado|permuta)",
        r"em (dinheiro|especie)\b",
        r"metade (agora|antes|na)",
        r"condic(ao|oes)\b(?! de (uso|trabalho|operacao))",
        r"facilit(a|am|ar|ado)\b(?! (a |o )?(limp|lav|trab|oper|mont|uso|vida))",
    ),
    "com.preco": (
        r"(preco|precinho|orcament|cotac|investiment|barat|salgad[oa]s?\b|descont|promoc|abat|tabelas?\b|cobra|cupom|proposta)",
        r"(black friday|liquidac|ofertas?\b|brinde|cortesia|pechinch|dolar|negoci[ae])",
        r"(valor|valores|custa|custam|custo|custos|custaria|custar|caro|cara|caros|caras|reais|conto|grana)\b",
        r"(orc(a|ar|am)|cot(a|ar|am|em|e))\b",
        r"r\$",
        r"se (eu |a gente )?(lev|compr|fech|peg)\w+ [^.?!]*\b(melhor|fica|sai)\w*",
        r"(mil reais|em conta\b|cabe no (bolso|orcamento)|condic(ao|oes) (especia|melhor))",
        r"((ta|esta|vai) saindo\b|saindo por|sai por(?! (hora|dia|minuto|turno))|faz(em)? por quanto)",
        rf"(ta|tao|fica|ficaria|sai|eh|vale) quanto\b(?! por| {_PER_TIME}| {_TECHNICAL})",
        rf"quanto (que |q )?(e|eh|sai|fica|ta|tao|esta|vai ficar|seria|to|pago)\b"
        rf"(?! por| quant| {_PER_TIME}| {_TECHNICAL})",
        r"quanto (\w+ ){0,3}(val(e|em)|ped(em|e|indo)|gast(o|ar|aria)|invist\w+|invest\w+|desembols\w+)\b"
        r"(?! (de |em |com )(energia|luz|ar|agua|gas))",
        rf"(passa|menos|mais|acima|abaixo|ate|custa|dentro) (de |dos |a )?{_MIL}",
        rf"(cabe|entra|encaixa)\w* (em|n[oa]s?) {_MIL}",
        rf"(chegar?|fech\w+|baix\w+|faz|fazem|fica|deixa) (em|por|nos) {_MIL}",
        rf"(tenho|com|so|guard\w+|junt\w+) (uns )?{_MIL}",
        rf"{_MIL} (ja )?(da|dao|compra|leva|paga|basta|resolve|cobre)( p(a)?ra| pro)?"
        r"( (leva|compr|pega)\w+| a | essa| uma|[.?!]|$)",
        rf"(ta|deve|sai|custa|fica|anda|gira|na faixa) ((ta|estar|ser|custar|em|por|volta|uns|d[eo]s?) )*{_MIL}"
        r"( ne|[?.!]|$)",
        r"(tira|tirar|baixa|baixar|da|dar|faz|fazer) (uns |mais )?\d+ ?(%|por cento)",
        r"(faz|fazem|sai|deixa|leva) por menos",
        r"(base|ideia|nocao|media) d[eo]s? (valor|preco|custo)",
    ),
}
# The same words about a machine at work.
_OTHERWISE: Final = (
    r"por (hora|dia|minuto)\b[^,.?]*\bchega\w*",
    r"chega\w* [^,.?]*\bpor (hora|dia|minuto)\b",
    r"(rende|faz|produz|tira|cabe|leva|comporta|aguenta) quanto e\b",
    r"(horas?|jornada|turno)\b[^,.?!]*\b(passa|chega|acima) (de |a |em |uns )*[\d.,]+ ?mil",
    r"quanto sai (por|em uma|numa|na) (hora|dia|minuto)\b",
    r"(sem|pouca|nao tenho) grana",
    r"\d+ (mil )?(hamb|burg|disc|lanch|peca|unid|kg|quilo)\w* (pra|para) entregar( n\w+ \w+)?",
    # A way to address somebody.
    r"(?<![a-z] )cara(?= ?,)",
    r"chega a (fazer|produzir|\d)",
    r"chega (a|ate|em) \d(?![\d.,]* ?mil)",
    r"quant[oa]s? (?!tempo|dias?\b|semanas?|mes)(\w+ ){0,6}entreg\w*",
    r"entreg\w+ (por|no|na|ao) (dia|hora)\b",
    r"(entrega|despacha)\w* (ja |os |as |tudo )*(quant|ate|\d|sozinh|hamb|burg|disc|peca|pront|empilh|embal|form|cort)",
    r"(\d|hamb\w*|burg\w*|disc\w*|lanch\w*) ?(/|por) ?h(ora)?\b[^,.?!]{0,40}\bentreg\w*",
    r"(faz|produz|tira|solta|rende|vai|sai)\w* (\w+ )?ate [\d.,]+ ?mil",
    r"quanto tempo (\w+ ){0,4}(esfri|aquec|gel|dura|descong|limp|lav|mistur|bat|mold|cort|form)",
    r"(leva|levam|demora) (pra|para|a) (?!chegar|entreg|receb|ficar|envi|fabric|mand|instal)\w+",
    r"(troca\w*|limpeza|limpar|lavar|lavagem|mont\w+|regul\w+|ajust\w+|setup|aquec\w+) [^,.?!]*\bdemora\w*",
    r"demora\w* [^,.?!]*\b(troc|limp|lava|mont|regul|ajust|desmont|aquec|mold|form|mistur|cort)\w*",
    r"(leve|facil|pratic[oa]) (pra|para|de) (carregar|levar|transportar)",
    r"(tempo|prazo) d[ea] garantia",
    r"garantia (\w+ ){0,2}cobre[^.?!]*",
    r"(vale a pena|custo[ -]beneficio|por conta propria|garantia)",
)


def _any(ways: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{way})" for way in ways))


ARTICLES: Final = {article: _any(ways) for article, ways in _WAYS.items()}
# Beside a figure of output these are about the machine: "entregar 400 por hora".
DELIVERY: Final = frozenset({"com.prazo", "com.frete"})
_NOT = _any(_OTHERWISE)


def subjects(folded: str) -> list[str]:
    """The commercial articles a question is about."""
    plain = _NOT.sub(" ", folded)
    return [article for article, pattern in ARTICLES.items() if pattern.search(plain)]
