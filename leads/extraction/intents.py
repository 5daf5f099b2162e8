"""What the lead asks for or tells about Seleto: a person, a price; whether Seleto is known."""

import re
from collections.abc import Sequence

from leads.extraction.said import Item, Said, search_all

_YOU = r"(?:voces|voce|vcs|vc|ces|ceis|seleto)"
_PERSON = (
    r"(?:pessoa|humano|atendente\w*|vendedor\w*|consultor\w*|gerente|responsavel|alguem|dono|dona"
    r"|representante\w*|gente de verdade|comercial|"
    r"especialista|tecnico|supervisor\w*|equipe|ser humano|funcionari\w+|diretor\w*|proprietari\w+|setor"
    r"|departamento|financeiro|suporte|moco|moca|cara|chef[ei]\w*|patrao|superior|coordenador\w*|encarregad[oa]"
    r"|engenheir[oa]|atendimento humano|colega|gestor\w*|socio de (?:voces|vcs))"
)
_WISH = (
    r"(?:quero|quer(?:ia|emos|iamos)|gostar(?:ia|iamos)|precis(?:o|amos|ava)|prefir\w+|exijo|desej\w+"
    r"|solicit\w+|posso|podemos"
    r"|consigo|conseguimos|da (?:pra|para)|tem como|seria possivel|e possivel|como (?:faco|fazemos)(?: pra"
    r"| para)?|necessit\w+"
    r"|favor|pode\w*|poderia\w*|consegue\w*|bora|vamos|aguard\w+|espero)"
)
_FILL = (
    r"(?:\s+(?:de|que|q|eu|a gente|me|nos|um|uma|o|a|algum|alguma|outr[oa]|contato|retorno|ser|ter|seu|teu|sua"
    r"|tua|voces|vcs|vc"
    r"|voce|direto|so|antes|logo|ja|por favor|com|do|da|mais))*\s+"
)
_TALK = (
    r"(?:bat\w+ (?:um |aquele )?papo|troc\w+ (?:uma )?(?:ideia|palavra)s?|t(?:er|rocar) uma conversa"
    r"|dar uma palavra(?:da|dinha)?"
    r"|tirar (?:umas? )?duvidas? com|falar|conversar|prosear)"
)
_HUMAN = re.compile(
    rf"\b{_WISH}{_FILL}{_PERSON}\b(?! (?:pra|para) (?:operar|trabalhar|mexer|usar|tocar))"
    rf"|\b{_TALK}(?: com)?(?: (?:o|a|um|uma|algum|alguma|os|as))?(?: (?:pessoal|time|equipe|turma))?(?: d[aeo]s?)?"
    rf" (?:{_PERSON}|tecnic[oa]s?|vendas|fabrica|voces por|vcs por)\b"
    rf"|\b{_WISH}{_FILL}(?:ir|passar|dar (?:um pulo|uma passada)|visitar|conhecer) (?:ai|la|na fabrica"
    rf"|a fabrica|voces|vcs"
    rf"|na sede|o showroom)\b"
    rf"|\b(?:mand|envi)\w+ (?:alguem|um tecnico|uma pessoa|um vendedor|um consultor) (?:aqui|ate|ca|n[ao])\b"
    rf"|\b(?:zap|whats\w*|numero|telefone|contato|ramal|celular) d[aeo]s? (?:um |uma |algum )?{_PERSON}\b"
    rf"|\b(?:conect|direcion|encaminh)\w+ (?:com|pra|para|pro|a|ao) (?:o |a )?(?:time|pessoal|equipe|area) d[aeo] \w+"
    rf"|\b(?:da|dar|de|deem) uma (?:ligad\w+|chamad\w+|passad\w+ (?:aqui|n[ao]))\b|\bcontato telefonico\b"
    rf"|\baceit\w+ (?:a|uma) visita\b"
    rf"|\b(?:falar|conversar|tratar) com (?:quem|alguem) (?:que )?(?:manda|decide|resolve|entend\w+|cuida|sab\w+)\b"
    rf"|\b(?:voces|vcs) (?:tem|teriam) alguem que (?:fal|entend|atend|possa)\w+"
    rf"|\bme d(?:a|ar|e|eem) um (?:toque|alo|retorno|oi)\b|\bme retorn(?:a|e|em|ar)\b"
    rf"|\b{_WISH}{_FILL}(?:retorno|ligar(?:em)?|ligue|liguem|telefonar|telefonem"
    rf"|telefonema)\b"
    rf"|\b(?:cade|onde (?:esta|ta)|quando) (?:o|a|um|uma) {_PERSON}\b[^.!?]{{0,20}}\b(?:lig|visit|cham|retorn"
    rf"|atend|fal)\w+|"
    r"\b(?:coloc\w+|bot\w+|poe\w*|ponha\w*) (?:eu )?em contato\b|\bquero gente\W*$|\b(?:me )?transfer(?:ir|e"
    r"|e-me|em)\b|\bcontato (?:humano|com (?:vendas|o comercial|a equipe|o setor))"
    rf"|\bindic\w+ (?:um |uma |algum )?{_PERSON}\b|\btrocar (?:uma )?ideia com\b|\bfal\w+ com gente\b"
    rf"|\b(?:voces|vcs) visitam\b"
    r"|\bquem (?:pode|poderia|consegue) me (?:atend|ajud|lig)\w+|\baguard\w+ (?:a |uma |sua |o |um "
    r"|seu )?(?:ligac\w+|retorno)\b|"
    r"\b(?:quero|queria|gostaria|preciso|pode\w*|poderia\w*|agend\w+|marc\w+|solicit\w+|da pra|tem como|rola|faz\w*)\b"
    r"[^.!?]{0,25}\b(?:ligac\w+|telefonema|call|reuniao|visita\w*|chamada de (?:voz|video)|demonstrac\w+)\b|"
    r"\brobo nao\b|"
    r"\bnao consigo falar com ninguem\b|\b(?:convers|fal|reun)\w+ pessoalmente\b|"
    r"\b(?:favor|pode\w*|poderia\w*|consegue\w*|podia\w*|da pra|tem como|queria que"
    r"|quero que)\b[^.!?]{0,15}\b(?:ligar|ligue|liguem|telefon(?:ar|em))\b"
    r"|\btem (?:algum |um )?(?:consultor|vendedor|representante)\b(?! em\b)|\b(?:falar|explic\w+"
    r"|convers\w+) por (?:voz|ligacao|telefone)\b|"
    rf"\b(?:fal\w+|convers\w+|atendid\w+|atend\w+|trat\w+|pass\w+|transfer\w+|encaminh\w+|cham\w+|coloc\w+"
    rf"|bot\w+|direcion\w+|conect\w+|negoci\w+|reclam\w+|resolv\w+|discut\w+|fech\w+)\b[^.!?]{{0,22}}\b(?:um"
    rf"|uma|o|a|com|pra|pro|por|algum|alguma"
    rf"|outro|outra|d[aeo]s?)? ?{_PERSON}\b"
    rf"|\b(?:quero|queria|preciso(?: de)?|cade|gostaria de|exijo|prefiro|me passa|manda|chama|chame|me da"
    rf"|me arruma|solicito|aguardo)\b ?(?:o contato d[eoa]|contato d[eoa]|retorno d[eoa]|de)? ?(?:um|uma|o|a"
    rf"|algum|alguma)? ?(?:seu |sua |teu |tua )?{_PERSON}\b"
    rf"|(?:^|[,.!;?]|\bquero|\bqueria|\bpreciso|\bgostaria de|\bposso|\bda (?:pra|para)|\btem como|\bpode\w*)\s*"
    rf"(?:me )?(?:por )?(?:falar|conversar|tratar|resolver) (?:direto |so )?com (?:el[ea]s?|voces mesmos|vcs mesmos)\b"
    rf"|\bquem (?:e|eh|sao|seria|vende|atende|representa|cuida|responde)\b[^.!?]{{0,20}}\b(?:representante\w*"
    rf"|vendedor\w*"
    rf"|consultor\w*|responsavel)\b(?=[^.!?]{{0,40}}(?:\?|$))"
    r"|(?:^|[,.!;?]|\b(?:favor|entao|por favor|pfv))\s*(?:me )?(?:lig(?:a|ue|uem|ar)|telefon(?:a|em))\b"
    r"(?=\s*(?:$|[,.!(+\d]|n[oa]\b|pra|para|por|hoje|amanha|depois|quando|a tarde|de manha|assim|ne\b))"
    rf"|\b(?:tem|teria|existe|ha)\b ?(?:algum|alguma|alguem|um|uma)? ?(?:{_PERSON})?\b(?: \w+)? (?:ai"
    rf"|pra falar|pra me atender|para falar|pra atender|disponivel|que possa|de verdade|online|pra conversar"
    rf"|que atenda|que me)"
    r"|\b(?:humano|pessoa|gente)(?: de verdade| real| mesmo)\b"
    r"|\b(?:me lig\w+|pod\w+ (?:me )?ligar|lig\w+ (?:pra|para|pro) (?:mim|nos|gente|esse|este|o meu|meu|ca)"
    r"|(?:quero|preciso|gostaria|queria) (?:de |que )?(?:uma |me |voces |vcs )?(?:ligac\w+|liguem|ligue"
    r"|lig(?:ar|ue))"
    r"|liga (?:no|pra mim|para mim|aqui|pro|ai)|liguem|me telefon\w+|me ligue\w*|me chama no telefone"
    r"|retorn\w+ (?:a |minha |uma )?ligac\w+|por ligacao|por telefone|chamada de video|video ?chamada"
    r"|ligar pra mim)\b"
    r"|\b(?:agend\w+|marc\w+|fazer|fazem|receber|quero|solicit\w+|queria|gostaria de) (?:uma |de uma "
    r"|a )?(?:visita|reuniao|demonstrac\w+|call|ligacao)\b"
    r"|\bvisita (?:aqui|tecnica|de um|do|na)\b|\b(?:vir|venha\w*|vem|passar|passa) (?:aqui "
    r"|me )?(?:na (?:minha )?(?:loja|empresa)|me visitar|visitar|aqui)\b"
    r"|\bme visit\w+|\b(?:nao|n|num) quero (?:falar|conversar) com (?:um |uma )?(?:robo|maquina|bot|ia)\b"
    rf"|\b(?:continuar|seguir|so) (?:falando|falo|conversando|tratando)? ?com (?:o |a |um |uma )?{_PERSON}\b"
    r"|\b(?:contato|retorno) (?:d[eo]|com) (?:um |uma |o |a |algum |alguem )?(?:consultor|vendedor"
    r"|responsavel|representante|comercial|alguem)\w*|\bconsultor (?:me|entrar|pode)\b"
    rf"|\b(?:algum|alguma) (?:vendedor|consultor|atendente|pessoa|humano|responsavel|representante)\w*"
    r"|\b(?:alguem|um vendedor|vendedor|consultor)\b[^.!?]{0,12}\b(?:pode|poderia|consegue|me (?:lig|cham"
    r"|atend|retorn|respond))\w*"
    r"|\b(?:entr(?:ar?|e|em)|fa(?:z|zer|ca)) (?:em )?contato com(?:igo| a gente)|\balguem (?:entr\w+|me contat\w+)"
    r"|\b(?:so |somente )?(?:fal|convers)(?:o|ar) (?:so )?com gente\b|^\W*(?:tem |oi\W+)?alguem (?:ai|online"
    r"|disponivel)\W*$"
    r"|\bchega de (?:robo|maquina|bot)\b|\bpor (?:pessoa|humano|gente)\b"
)
_HUMAN_WHOLE = re.compile(rf"^\W*(?:quero |queria |um |uma )*{_PERSON}(?: por favor| pfv?| please)?\W*$")
_NOT_HUMAN = re.compile(
    r"\blig(?:ar|o|a) (?:a |o |na |no |em |essa |ela )?(?:maquina|equipamento|tomada|220|110|luz|motor|ela)\b"
    r"|\buma pessoa (?:so|sozinha|apenas)\b|\b(?:pessoas?|alguem|gente|funcionari\w+|tecnico) (?:pra"
    r"|para) (?:operar|trabalhar|mexer|usar|tocar"
    r"|montar|limpar|cuidar)\b|"
    r"\bja (?:se|nos) fal\w+\b[^.!?]{0,20}|"
    r"\b(?:me chamo|meu nome|chamo)\b[^.!?,]{0,20}|"
    r"\b(?:to|tou|estou|e|eh|isso e|aqui e|vc e|voce e|falo|falando) (?:falando "
    r"|conversando )?(?:com )?(?:uma |um )?(?:pessoa|humano|robo|bot|maquina|gente"
    r"|atendente)\b[^.!?]{0,12}\b(?:ou|mesmo|de verdade|real)?[^.!?]{0,12}\?|\b(?:falei|conversei"
    r"|fui atendid\w+|me atendeu|ja falei|falaram|falamos|atendeu)\b[^.!?]{0,30}"
    r"|\b(?:nao|n|num) (?:precis\w+|quer\w+|carece|tem necessidade|gosto|e necessario|ha necessidade|faco questao)"
    r"(?:(?! quero)[^.!?,;]){0,25}? (?:lig\w+|visit\w+|telefon\w+|vendedor|consultor|reuniao|chamad\w+|call)\b"
    r"(?: (?:nem|e|ou) \w+)*"
    r"|\bnao (?:quero|precisa\w*"
    r"|preciso|me|e pra|pode\w*) (?:falar(?! com (?:um |uma )?(?:robo|maquina|bot|ia)\b)|ligar|liga|ligue"
    r"|ligu\w*|de (?:vendedor|ligacao|visita|consultor)|passar|visita)\b"
    r"|\bcom quem (?:eu )?fal\w+\b|\bquem (?:esta |ta )?fala(?:ndo)?\b[^.!?]{0,20}|\b(?:pode|podem"
    r"|podes?) (?:falar|tratar|conversar) com (?:o|a|meu|minha)\b|\b(?:sou|e) (?:o |a )?(?:vendedor|gerente"
    r"|dono|responsavel|consultor|comprador)\w*"
    r"|\bfala(?:r)? com (?:a |o )?(?:minha|meu)\b|\batendo\b[^.!?]{0,25}|\bo vendedor de (?:voces|vcs)\b"
)

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

_TRUE = re.compile(
    r"\bmaquinas? (?:da |de )?seleto\b|\b(?:foi|era|usamos|uso|temos|tenho|comprei|compramos) (?:a |uma |da )?seleto\b"
    r"|\bme (?:mandaram|passaram|enviaram) (?:um |uma |a |o )?(?:proposta|orcamento|cotac\w+)|\bconhec(?:o"
    r"|emos) (?:bem )?a (?:marca|empresa)\b"
    r"|\bfeira\b[^.!?;]{0,35}\b(?:vi|vimos|conheci|conhecemos|encontrei) (?:o estande d[ae] |a )?(?:voces|vcs|seleto)\b"
    r"|\b(?:vi|vimos) (?:voces|vcs) (?:na|em) (?:uma )?expo\b|\bja (?:falei|conversei|tratei) com o pessoal dai\b|"
    r"\bja (?:se fal\w+|nos fal\w+|nos conhec\w+)\b|"
    rf"\b(?:comprei|compramos|comprou|pegamos|peguei)\b[^.!?;]{{0,35}}\bai\b(?! perto)"
    rf"|\b{_YOU} (?:ja )?(?:sao|e) (?:meus?|nossos?) fornecedor\w*|"
    rf"\b(?:receb\w+|ganhei|ganhamos|peguei)\b[^.!?;]{{0,30}}\b(?:orcamento|cotac\w+|proposta|visita"
    rf"|catalogo)\b[^.!?;]{{0,12}}\b(?:de|da|com) {_YOU}\b"
    rf"|\b(?:vendedor\w*|consultor\w*|representante|tecnico) (?:de|da) {_YOU}\b[^.!?;]{{0,25}}\b(?:veio|foi"
    rf"|fez|\w{{3,}}(?:ou|eu|iu))\b"
    rf"|\b(?:tia|tio|cunhad[oa]|prim[oa]|sogr[oa]|irma|irmao|pai|mae|filh[oa]|marido|esposa"
    rf"|avo)\b[^.!?;]{{0,40}}\bmaquina\w* (?:(?:da|de) )?{_YOU}\b"
    rf"|\b(?:conhec(?:eu|emos|i)|conhecemo)\b[^.!?;]{{0,10}}\bna feira\b|"
    rf"\b(?:ja|sempre|tambem)? ?(?:comprei|compramos|comprou|compraram|compro|tenho|temos|tem|possuo"
    rf"|possuimos|usamos|uso|trabalho com|trabalhamos com|adquiri|adquirimos|peguei)\b[^.!?;]{{0,45}}\b(?:de"
    rf"|da|com|na|d[ao]s) {_YOU}\b"
    rf"|\b(?:sou|somos|fui|era|ja sou|ja somos) (?:um |uma )?(?:clientes?"
    rf"|freg\w+)(?: antig\w+)?(?: d[ea] {_YOU}| voces)?\b(?! d[aeo]s? (?:outr|concorr))"
    rf"|\b(?:ja |eu |a gente |ja os |te )?(?:conhec(?:o|emos|ia|iamos|i)|conheci|conhecemos)\b ?(?:ja |bem "
    rf"|o trabalho d[ea] |a marca |as maquinas d[ea] |a empresa |as maquinas |a fabrica d[ea] "
    rf"|os equipamentos d[ea] )?(?:a )?{_YOU}\b"
    rf"|\b(?:vi|vimos|visit\w+|encontr\w+|conheci|estive|passei)\b[^.!?;]{{0,40}}\b(?:feira\w*|fispal|fipan"
    rf"|expo\w+|apas|estande|stand|tecnocarne|anufood|mercoagro|evento|congresso|showroom)\b"
    rf"|\b(?:falei|falamos|conversei|conversamos|tratei|negociei|fiz (?:um )?(?:orcamento|cotacao)"
    rf"|pedi (?:um )?(?:orcamento|cotacao)|liguei|ligamos|mandei (?:mensagem|email|e-mail|zap)"
    rf"|entrei em contato|fui atendid[oa]|tinha (?:falado|conversado|pedido)|cotei|ja fiz"
    rf"|orcei)\b[^.!?;]{{0,40}}\b(?:{_YOU}|ai\b|aqui (?:com|antes)|vendedor\w* d)"
    rf"|\b(?:o|a|um|uma|seu|sua) (?:vendedor|vendedora|consultor|consultora|representante|atendente|tecnico"
    rf"|moca|rapaz|pessoal|gerente) (?:de |da |d[ae]i |ai )?(?:{_YOU})\b[^.!?;]{{0,35}}\b(?:pediu|falou"
    rf"|passou|atendeu|mandou|ligou|ficou|visitou|veio|disse|me)\b"
    rf"|\b(?:me atendeu|ficou de (?:me )?(?:passar|mandar|retornar|ligar|enviar|ver)"
    rf"|ninguem (?:me )?(?:retornou|respondeu|ligou)|nao (?:me )?retornaram|{_YOU} (?:ja )?me (?:mandaram"
    rf"|passaram|atenderam|visitaram|ligaram|venderam|enviaram))\b"
    rf"|\b(?:o|a) [a-z]+ (?:d[ae]|ai d[ae]) {_YOU} (?:me|ja|ficou|falou|passou|mandou|atendeu|pediu)\b"
    rf"|\b(?:minha|nossa|meu pai|meu irmao|minha mae|meu tio|meu sogro|meu marido|minha esposa|familia"
    rf"|meu avo|meu primo|minha irma)\b[^.!?;]{{0,35}}\b(?:compr\w+|tem|tinha|usa"
    rf"|teve)\b[^.!?;]{{0,30}}\b(?:de|da|com) {_YOU}"
    rf"|\bja (?:falei|conversei|tratei|fui atendid[oa]) (?:com|por) (?:um |uma |o |a )?(?:vendedor|consultor"
    rf"|atendente|representante|{_YOU})\w*|\bja (?:e|sou|somos|fui) (?:clientes?|de casa)\b"
    rf"|\bcliente antig[oa]\b|\b{_YOU} (?:ja )?(?:me )?venderam\b|\bseguid\w+ da seleto\b|\bja conhec(?:o"
    rf"|emos|ia)\b(?! (?:outr|uma|algu))"
    r"|\bja (?:comprei|compramos)\b(?=[^.!?]{0,15}\b(?:ai|antes|uma vez|outras? vez\w*)\b)"
    r"|^\W*(?:sim\W+)?(?:ja )?conhec(?:o|emos)(?: sim| ja)?\W*$"
    r"|\b(?:a |uma )?(?:segunda|outra|mais uma|terceira) (?:maquina|compra) (?:de|da|com) (?:voces|vcs|seleto)"
)
_THIRD = re.compile(
    r"\b(?:amig[oa]s?|conhecid[oa]s?|vizinh[oa]s?|colegas?|concorren\w+|client\w+|pessoal)\b[^,.;!?]{0,30}$"
)
_OWNS_OURS = re.compile(
    r"\b(?:(?:ja )?(?:tenho|temos|possuo|possuimos|comprei|compramos|uso|usamos)(?: aqui)?(?: (?:a|o|uma|um"
    r"|duas|2|minha|ja))*|minha|nossa|meu|nosso)\s+(?:maquina )?(?:seleto |modelo )?$"
)
_FALSE = re.compile(
    rf"\b(?:to|tou|estou|estamos|comecei a) conhece(?:ndo|r)\b[^.!?;]{{0,25}}\b(?:agora|hoje)\b|"
    rf"\bnunca (?:ouvi\w*|vi|compr\w+|conhec\w+|us\w+|trabalh\w+|tinha|tive|falei"
    rf"|negoci\w+)\b[^.!?;]{{0,35}}\b(?:{_YOU}|ai\b|marca|empresa|antes)"
    rf"|\bnunca (?:ouvi falar|compramos|comprei|compro)\b(?![^.!?;]{{0,25}}\b(?:outra|formadora|maquina dess)\b)"
    rf"|\b(?:nao|n|num|ainda nao|nem) (?:os |te |te |a )?(?:conhec(?:o|ia|emos|iamos|ia)|sabia que (?:voces"
    rf"|vcs)? ?existi\w+)\b(?: ?(?:ainda|nao|direito|bem|muito))?(?: ?(?:a |o |trabalho d[ea] "
    rf"|as maquinas d[ea] |os produtos d[ea] )*(?:{_YOU}|empresa|marca|fabrica|trabalho))?\W*(?:$|[,.!?;]"
    rf"|\b(?:mas|so|vi|achei|ainda|nao|e|quero|queria|pode)\b)"
    rf"|\b(?:primeira vez|1a vez|1ª vez|primeiro contato|primeira compra)\b(?! que (?:vou )?(?:abr"
    rf"|compr\w+ (?:maquina|formadora)))"
    rf"|\b(?:conheci|descobri|achei|encontrei|fiquei sabendo|soube|acabei de (?:conhecer|achar|descobrir"
    rf"|ver))\b[^.!?;]{{0,25}}\b(?:agora|hoje|agorinha)\b|\bacabei de (?:conhecer|descobrir|achar"
    rf"|encontrar) (?:a |o )?{_YOU}"
    rf"|\bnem sabia que (?:voces|vcs|existi\w+)"
)


def asks_person(said: Sequence[Said]) -> Item | None:
    for message in said:
        if match := _HUMAN_WHOLE.match(message.folded):
            return message.item("pede_humano", True, match.start(), match.end())
    return _first(said, _HUMAN, _NOT_HUMAN, "pede_humano")


def asks_price(said: Sequence[Said], taken: Sequence[tuple[int, int, int]] = ()) -> Item | None:
    """Price, quote, payment, discount, freight; `taken` are company names, which may hold such a word."""
    found = _first(said, _PRICE, _NOT_PRICE, "pede_preco")
    if found and any(index == found.message and start <= found.start < end for index, start, end in taken):
        return None
    booklet = next((message for message in said if "carnê" in message.text.lower()), None)
    if found is None and booklet is not None:
        start = booklet.text.lower().index("carnê")
        return booklet.item("pede_preco", True, start, start + 5)
    return found


def knows_us(said: Sequence[Said], owned: Sequence[tuple[int, int]] = ()) -> Item | None:
    """True or false as said; a machine of ours that the lead owns (`owned`: message and start) tells it too."""
    for message, match in search_all(said, _FALSE):
        return message.item("conhece_seleto", False, match.start(), match.end(), 0.9)
    for message, match in search_all(said, _TRUE):
        if _THIRD.search(message.before(match.start(), 40)):
            continue
        if not re.search(r"\b(?:nao|nunca|nem)\b[^,.;!?]{0,12}$", message.before(match.start(), 20)) and not re.match(
            r"(?:nao|nunca)\b", match.group().strip()
        ):
            return message.item("conhece_seleto", True, match.start(), match.end(), 0.9)
    for index, start in owned:
        before = said[index].before(start, 40)
        cue = _OWNS_OURS.search(before)
        if cue:
            return said[index].item("conhece_seleto", True, start - len(before) + cue.start(), start, 0.8)
    return None


def _first(said: Sequence[Said], pattern: re.Pattern[str], unless: re.Pattern[str], field: str) -> Item | None:
    """The first place where `pattern` holds once everything that `unless` covers is taken out."""
    for message in said:
        text = unless.sub(lambda match: "#" * len(match.group()), message.folded)
        match = pattern.search(text)
        if match:
            return message.item(field, True, match.start(), match.end(), 0.9)
    return None
