"""Whether the lead asks what it costs: price, quote, payment, discount, freight (eval rules, `pede_preco`).

Naming one of these topics is asking about it, unless the words around make it something else: the lead's own trade,
a cost that is not Seleto's, what was paid or answered already, or the same word in another sense.
"""

import re
from collections.abc import Sequence

from leads.extraction.said import Item, Said, first_unless

_MONEY = (
    r"(?:preco\w*|precinh\w+|valor(?:es|zinho)?|custos?\b(?! ?-? ?benef)|orcamento\w*|cotac\w+|tabela|investimento"
    r"|quantia)"
)
_QUOTE = r"(?:orcamento\w*|orcament\w+|cotac\w+|proposta\w*|simulac\w+|tabela de \w+|lista de preco\w*|budget)"
_ASK = (
    r"(?:qual|quais|saber|sabe|me (?:passa|passe|fala|manda|diz|informa|de|da|ve)\w*|informa\w*|quero|queria|queremos"
    r"|manda\w*|pass\w+|ver|consult\w+|gostaria|preciso|tem|ter|sobre|solicit\w+|que|diz|fala|dizer|cade|duvida"
    r"|nocao|ideia)"
)
_COSTS = (
    r"(?:cust\w+|sai\w*|sair\w*|fica\w*|ficar\w*|val\w+|cobr\w+|pag\w+|gast\w+|desembols\w+|invest\w+|ter\b|juntar"
    r"|guardar|ped(?:e|em|indo)"
    r"|quer\w* por|faz\w* (?:n?el[ae]s?|ness[ea]|ess[ea]|por|pra mim)|morre|vem a|anda|anda custando|sao|seria\w*)"
)
_VOICE = (
    r"(?:\s+(?:e|eh|que|mais|ou menos|menos|vou|vai|vamos|iria|ia|ta|esta|tao|estao|anda|eu|ela|ele|ele|isso|essa"
    r"|a gente"
    r"|voces?|me|nos|se|ter|teria|tenho|precis\w+|de|hoje|por|pra|mim|no total|ao todo|tudo|podem|pode|deve|devo))*"
)
_THINGS = (
    r"(?:maquina|frete|entrega|formadora|modeladora|linha|unidade|molde|automatic\w*|manual|semi\w*|misturador"
    r"|cortadora"
    r"|ensacadeira|menor|maior|mais simples|mais completa|instalac\w+)"
)
_PRICES = (
    r"^\W*(?:e )?r\$\W*$|\br\$ ?\?",
    r"\borc(?:ar|a|o|e|amos) (?:pra|para|uma?|a|o|com|essa|esse|duas|\d)",
    r"\bcot(?:ar|a|em|e) (?:pra|para|uma?|a|o|essa)\b",
    rf"\b{_ASK}\b[^.!?]{{0,35}}\b{_MONEY}\b",
    rf"^\W*(?:\w+ ){{0,2}}?{_MONEY}(?! (?:bom|alto|baixo|de mercado))",
    r"\b(?:preco|valor|investimento|custo)\w* (?:d[aeo]s?|dess[ae]s?|del[ea]s?|pra|para|final|a vista|por|medio"
    r"|aproximado|total|n[ao]s?)\b",
    r"\b(?:preco|valor)\w*\W*\?|\b(?:preco|valor)(?:es)?\W*$",
    rf"\bquanto{_VOICE}\s+{_COSTS}\b",
    rf"\bquanto{_VOICE}\s+(?:e|eh|ta|esta|da|fica|voces|vai|a|o|as|os|um|uma|dá)\b(?! (?:gente|tempo))(?!\s+(?:pra"
    rf"|de) (?:esperar|chegar|fazer))",
    r"\bpor quanto\b(?! tempo)|\b(?:ta|esta|sai\w*|fica\w*|vend\w+|anda) (?:n?a|em|de|na faixa de"
    r"|por volta de) quanto\b|\bquanto\W*\?*$",
    rf"\bquanto\b[^.!?]{{0,15}}\b{_THINGS}\b",
    r"\bquantos (?:reais|contos?|mil\b|pilas?|paus?|dinheir\w+)|\bquanto (?:em )?(?:dinheiro|real|reais)\b",
    rf"\b(?:faz\w*|mand\w+|quero|queria|quer\w*|preciso|solicit\w+|gostaria|pedi\w*|pass\w+|envi\w+|fech\w+"
    rf"|aguard\w+|ficou de"
    rf"|cade|receb\w+|montar?|me da|necessit\w+|precisamos|gostariamos|queremos|tem como|fico no aguardo|elabor\w+"
    rf"|prepar\w+|gera\w*|emit\w+)\b[^.!?]{{0,30}}\b{_QUOTE}\b",
    r"\b(?:media|faixa|base|ideia|nocao|estimativa|previsao) de (?:preco|valor|custo|quanto|investimento)\w*"
    r"|\bna faixa de quanto\b|\b(?:ta|sai|sair|fica|ficar|custa|seria|e|eh|da) quanto\b",
    r"\bcust\w+ (?:quanto|mais ou menos|em torno|caro|muito)\b|(?<!nao )\bcust(?:a|am|aria|ariam)\b(?! nada| a )",
    r"\bcobr(?:a|am|aria|ariam|ado)\b(?=[^.!]{0,40}(?:\?|$))",
    r"\b(?:barat\w+|carinh[oa]|salgad[oa])\W*\?|\b(?:e|eh|ta|esta|sao|muito|sai|fica) (?:muito |bem "
    r"|mais )?(?:car[oa]s?|salgad[oa])\b[^.!]*\?",
    r"\bmais (?:barat\w+|em conta)\b|\bmuito dinheiro\W*\?|\bfatur(?:a|am) (?:pra|em|com) \d|\bmenor preco"
    r"|\bcabe no (?:meu )?(?:bolso|orcamento)|\bpesa no bolso",
)
_AMOUNT = (
    r"(?:r\$ ?)?(?:\d[\d.,]*|dez|quinze|vinte|trinta|quarenta|cinquenta|cinco|cem) ?(?:mil|k|contos?|reais|pau|paus"
    r"|pilas?)\b"
    r"(?! (?:por|hamb|burg|disc|lanch|un|pec|kg|quil|kil|litr|g\b|ao|cada|espet|carn))"
)
_SUMS = (
    rf"\b(?:passa|passam|menos|abaixo|acima|chega|chegar|sai|fica|custa|cabe) (?:de |em |a |por "
    rf"|uns )+{_AMOUNT}[^.!]*\?",
    rf"\b(?:com|tenho|uns|ate|por) (?:uns )?{_AMOUNT}[^.!?]{{0,30}}\b(?:levo|levar|consigo|compro|comprar|da (?:pra"
    rf"|para)|rola|qual)",
)
_PAYMENTS = (
    r"\b(?:parcel(?!a[sd]? (?:d[aeo]|da populac))\w+|prestac\w+|financi\w+|finame|bndes|pronaf|proger|leasing"
    r"|consorcio|boleto\w*"
    r"|pix|cheques?|crediario|duplicata|a prazo|a vista|cartao|cartoes|credito|debito|fgts|faturad[oa]"
    r"|faturamento pra)\b",
    r"\bformas? de pag\w+|\bcondic(?:ao|oes) (?:de pag\w+|comerci\w+|especia\w+|boa|melhor)|\b(?:as|quais|que|qual"
    r"|qual a|quais as) condic(?:ao|oes)\b",
    r"\b(?:meios?|jeito|modo|opc\w+|prazo) (?:de|pra) pag\w+|\bpagamento\b|\bpag(?:ar|o) (?:em|no|na|com|depois|a"
    r"|por|quanto|parcel\w+)\b",
    r"\bfacilita\w*\W*(?:$|\?|,)|\b(?:voces?|pra mim|me) facilita\w*|\bfacilita\w* (?:o |no |pra )?(?:pag|mim|gente"
    r"|preco)\w*",
    r"\b(?:divide|dividem|dividir|dividi)\b(?= (?:em|no|pra|isso|o (?:valor|pag)|ate|quant)| ?\W*(?:\?|$))",
    r"\bem (?:ate )?\d+ ?x\b|\b\d{1,2} ?x\b(?! ?\d)|\bvezes sem juros|\bem (?:quantas|ate \w+|\d+|duas|tres|quatro"
    r"|cinco|seis|dez|doze) vezes|\b(?:posso|pra|como|da pra) pag(?:ar|o)\b(?! (?:menos|imposto|(?:as |a |o "
    r"|os )?(?:conta|funcion|aluguel|fornec|salario|divida)\w*))|\bpagar metade|\bpagar (?:pra"
    r"|para) (?:reserv|fech|ped|garant)\w+"
    r"|\bquantas (?:vezes|parcelas)\b(?! (?:por|ao|na))",
    r"\b(?:quanto|valor|precisa|tem que|dar|dou|dando|com|sem|uma) (?:de |dar )?(?:uma )?entrada\b(?! (?:de (?:ar"
    r"|agua|gas|energia)|d[ao] (?:carne|massa)))"
    r"|\bqual (?:seria )?a entrada\b|\bentrada de \d|\bsinal de\b|\b(?:dar|pagar|de) (?:um )?sinal\b",
    r"\baceit\w+[^.!?]{0,30}\b(?:na troca|troca|negociac\w+|no negocio|usad[oa]|como entrada|permuta|vale)\b"
    r"|\b(?:pega|pegam"
    r"|aceita)\w* (?:a )?(?:minha|meu|maquina)[^.!?]{0,20}\btroca",
)
_DISCOUNTS = (
    r"\b(?:desconto\w*|descontinho|promoc(?:ao|oes)|promo|abatimento|bonific\w+|cupom"
    r"|black ?friday"
    r"|condicao especial)\b",
    r"\b(?:melhor(?:ar|a)? (?:o |esse |um )?(?:preco|valor)|faz\w* (?:por menos|um (?:preco|precinho|desconto"
    r"|negocio|melhor))|precinho)",
    r"\bnegoci\w+ (?:o )?(?:preco|valor)|\b(?:da|tem|aceita) (?:pra )?(?:uma )?(?:chorad\w+|chorar|pechinch\w+"
    r"|melhorada)|\bpechinch\w+|\bchorar\b",
    r"\bvoces melhoram?\b|\b(?:tem|ganho|da|rola) (?:algum |um )?(?:agrado|brinde|mimo)\b"
    r"|\btem (?:alguma )?(?:oferta|campanha)s?\b",
)
_FREIGHTS = (
    r"\bfretes?\b",
    r"\b(?:entrega|envio|transporte|remessa)\b[^.!?]{0,20}\b(?:gratis|gratuit\w+|inclus\w+|incluid\w+|por (?:conta"
    r"|minha)|pag[oa]\w*"
    r"|cobrad\w+|cobr\w+|a parte|cust\w+|quanto|de graca|free)\b",
    r"\b(?:cif|fob)\b|\bquem (?:paga|arca|banca)\b|\b(?:transport\w+|caminhao)\b[^.!?]{0,25}\b(?:pag\w+|arca\w*"
    r"|por conta)\b",
)
_ASKED = re.compile("|".join((*_PRICES, *_SUMS, *_PAYMENTS, *_DISCOUNTS, *_FREIGHTS)))
_MEANS = r"(?:boleto\w*|pix|cartao|cartoes|cheques?|credito|debito|a vista|parcel\w+|fiado|dinheiro)"
_NOT_ASKED = re.compile(
    # How much it makes, holds or weighs.
    r"\b(?:entre |vai |de )*quanto (?:a|e|ate|em) quanto\b|\b(?:horas?|jornada|turno|dia|mes"
    r"|semana)\b[^.!?]{0,20}\b(?:passa|chega|faz|da)\w* (?:de |em |a )+\d|\bquanto (?:sai|saem|faz|tira"
    r"|da)\w* (?:por|em|n)(?:a"
    r"|uma)? ?(?:hora|dia|minuto)"
    r"|\b(?:motor|potencia|peso|tamanho|cuba|capacidade|disco|espessura|grossura|diametro|laminas?|facas?"
    r"|regulagem)\b[^.!?,]{0,25}\bquanto\b"
    r"(?! (?:cust|sai|fica|e o))"
    # The lead's own trade, and what others cost.
    rf"|\b(?:aceito|aceitamos|recebo|recebemos|vendo|vendemos|cobro|cobramos|faturo|fatur(?:amos|amento)|ganho"
    rf"|parcelo|faco|fazemos"
    rf"|dou|damos|tenho|temos)\b[^.!?,;]{{0,25}}\b(?:promoc\w+|{_MEANS}|desconto\w*|reais|conto)\b"
    rf"|\b(?:vendo|vendemos|cobro|cobramos|faturo|fatur(?:amos|amento)|ganho|lucro)\b[^.!?]{{0,30}}"
    rf"|\bclientes? (?:meu |aqui )?(?:pag|ped|quer|compr|parcel|reclam|acha)\w*\b[^.!?]{{0,35}}"
    rf"|\b(?:minha|nossa|minhas|nossas|meus|meu|nosso) (?:promoc\w+|preco\w*|valor\w*|cartao|custo|maquininha"
    rf"|orcamento|financiamento|frete|entrega|delivery)\b"
    rf"|\b(?:preco|valor|custo|quilo|kilo|kg) (?:d[aeo]s? )?(?:medio )?(?:carne|boi|arroba|gas|luz|energia|aluguel"
    rf"|pao|queijo|insumo|blend|lanche"
    rf"|hamburguer|burger|venda|producao|manutenc\w+|operac\w+|operacional|mao de obra|funcionari\w+|acem|patinho"
    rf"|frango)\w*"
    rf"|\bcusto (?:de|da|com) (?!maquina)\w+|\b(?:maquina|maquininha|capa) de cartao\b|\bcartao (?:de visitas?"
    rf"|do vendedor|dele|dela|de voces)\b"
    rf"|\b(?:deu|deram|entregou|deixou|peguei|recebi|ganhei|guardei)\b[^.!?]{{0,12}}\bcartao\b"
    # Paid, answered or asked already.
    rf"|\b(?:ja )?(?:paguei|pagamos|quitei|quitamos|depositei|transferi|financiei|parcelei|gastei|foi pag[oa]"
    rf"|esta pag[oa]|ta pag[oa])\b[^.!?;]{{0,40}}"
    rf"|\breceb(?:i|emos)\b[^.!?]{{0,15}}\b{_QUOTE}|\b(?:ja|tinha) (?:fiz|pedi|recebi|feito|pedido|recebido"
    rf"|tenho)\b[^.!?]{{0,15}}{_QUOTE}"
    rf"|\bpago a vista\b(?![^.!]*\?)|\b(?:esse|pelo|no) preco\b(?![^.!]*\?)|\bse fechar o preco"
    rf"|\borcamento (?:e )?(?:de |maximo |ate )+(?:\d|r\$)|\bgost(?:ei|amos) d[eo]s? (?:preco|valor)\w*"
    rf"|(?<!um )\b(?:preco|valor) (?:ta |esta |e |achei |muito )?(?:bom|otimo"
    rf"|justo|alto|salgado|fora)\b(?!\W*\?)"
    # Not wanted, not the point.
    rf"|\bnao (?:me )?(?:mand\w+|precisa\w*|quero|preciso|e|seria)\b[^.!?,;]{{0,25}}\b(?:{_MONEY}|proposta"
    rf"|desconto\w*|promoc\w+|ofertas?)"
    rf"|\b(?:preco|valor|dinheiro) nao (?:e|importa|interessa|tem problema)\b|\b(?:independente"
    rf"|alem) d[eo] (?:preco|valor)\b"
    rf"|\b(?:cancel|desmarc|tir|exclu|remov)\w+\b[^.!?]{{0,25}}\b{_QUOTE}"
    rf"|\b(?:recebimento|receber|mand\w+|envi\w+|chega|parar?|cancel\w+|propaganda\w*"
    rf"|nao quero)\b[^.!?]{{0,25}}\b(?:promoc\w+|ofertas?|cupom)\b"
    # The same words in another sense.
    rf"|\bvalor(?:es)? (?:nutri\w+|calor\w+|agregado|sentimental)|\b(?:da|dao|dar|dou) valor\b|\bvalor (?:eu"
    rf"|a gente|nos) (?:dou|da|damos)\b|\bvaloriz\w+"
    rf"|\bcusto ?-? ?benef\w*"
    rf"|\btabela (?:nutri\w+|tecnic\w+|de (?:producao|medidas?|capacidade|tamanhos?|moldes?|peso))|\bretorno (?:do"
    rf"|sobre o) investimento"
    rf"|\b(?:fica|deixa|e|bem|pela|fio|peca|ficam|parte|partes)\W? (?:tudo )?a vista\b(?! (?:quanto|tem))"
    rf"|\ba vista (?:que|d[aeo]|n[ao])\b"
    rf"|\b\d+ ?x (?:mais|maior|menos|melhor|por|ao|na|no|a)\b|\b\d+ ?x ?\d|\b(?:ifood|aplicativo|app|rappi"
    rf"|fornecedor\w*|banco|concorren\w+) (?:\w+ )?cobra\w*|\b(?:meu )?boletos? d[aeo] (?!maquina|frete)\w+"
    rf"|\bvalor d[ae] (?:pressao|temperatura|vazao|potencia)|\b(?:preco|valor)\w* d[aeo]s? (?:meus?|minhas?|nossos?"
    rf"|nossas?)\b|\bdesconto d[oe]s? (?:funcionari|inss|folha)\w*|\bcusto por\b|\bfrete d[aeo]s? (?:minha|meu"
    rf"|carne|fornec)\w*|\bcredito (?:pr[ao] (?:meu|minha)|na praca|eu tenho|aprovado)"
    rf"|\bcondicoes de (?!pag)\w+|\b(?:boas?"
    rf"|otimas?|perfeitas?|sem|em|mas) condicoes\b"
    rf"|\bproposta de (?:parceria|emprego|trabalho|franquia|servic\w+|sociedade)|\bprazo de (?:entrega|envio)\b"
    rf"|\bparcela d[aeo]s?\b"
    rf"|\bquantos? (?:voces?) (?:produz|faz|tem)\w*|\bquanto (?:que )?(?:tempo|produz|pesa|rende|gasta|consome|mede"
    rf"|faz|(?:ela|ele|essa|a maquina|cada uma?)"
    rf"(?: \w+)? (?:faz|produz|pesa|rende|gasta|consome|mede|aguenta|ocupa))\w*|\b(?:produz\w*|faz\w*|rende\w*"
    rf"|cabe\w*|corta\w*|entrega|aguenta|pesa|mede|comporta|processa|leva|ate|entre|vai de|consome"
    rf"|saem)(?: de)? quanto\b|\bquanto (?:que )?(?:a|o|essa|esse|cada)(?: \w+){{1,4}}? (?:produz|pesa|rende|gasta"
    rf"|consome|mede|faz|aguenta|ocupa|corta|cabe|processa|tira)\w*|\bem quanto tempo"
    rf"|\b(?:por|a"
    rf"|ha) quanto tempo|\bquanto (?:a[os]s?|as|mais|menos|menor\w*|maior\w*|melhor|antes|de (?:carne|massa|energia"
    rf"|luz|espaco))\b(?! (?:maquina"
    rf"|custa))"
)


def asks_price(said: Sequence[Said], taken: Sequence[tuple[int, int, int]] = ()) -> Item | None:
    """Price, quote, payment, discount, freight; `taken` are company names, which may hold such a word."""
    found = first_unless(said, _ASKED, _NOT_ASKED, "pede_preco")
    if found and any(index == found.message and start <= found.start < end for index, start, end in taken):
        return None
    booklet = next((message for message in said if "carnê" in message.text.lower()), None)
    if found is None and booklet is not None:
        start = booklet.text.lower().index("carnê")
        return booklet.item("pede_preco", True, start, start + 5)
    return found
