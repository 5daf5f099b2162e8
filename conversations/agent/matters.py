"""The words that tell what a message is about, by matter, on folded Portuguese (domain.md, hard rules 5 to 8).

Precision first: a buyer sent to another department is lost, what is missed here the model may still name.
"""

import re
from enum import StrEnum


class Matter(StrEnum):
    """What the lead's messages are about, where that decides who answers or what must be said."""

    PRIVACY = "privacidade"
    HUMAN = "pede_humano"
    COMPLAINT = "reclamacao"
    SUPPORT = "suporte"
    SUPPLIER = "fornecedor"
    CANDIDATE = "candidato"
    WRONG_NUMBER = "engano"
    MINOR = "menor"
    INSULT = "insulto"
    ROBOT = "robo"
    PRICE = "pergunta_preco"
    QUOTE = "orcamento_formal"
    FOREIGN = "idioma"


_OUR_MODEL = (
    r"(?:fb ?-?m? ?-?\d{3}|se ?-?[36]000|smart ?pro|ct ?-?200|fs ?-?150|epe ?-?1200|ens ?-?(?:15|30)|mix ?-?\d{2,3})"
)
_MACHINE = (
    r"(?:maquin\w*|equipamentos?|formadora|cortadora|filetadora|ensacadeira|misturador\w*|aparelho|linha|prensa"
    r"|esteira"
    rf"|{_OUR_MODEL})"
)
_BROKEN = (
    r"(?:quebr(?:ou|ad[ao]|ando|aram)\b|estrag\w+|trav(?:ou|ando|ada|a)\b|par(?:ou|ando|ada)\b|queim(?:ou|ada|ando)\b"
    r"|vaz(?:ou|ando|a)\b|defeito\w*|enguic\w+|deslig(?:a\w*|ou) sozinh\w|esquent\w+ demais"
    r"|(?:nao|nem|n) (?:\w+ )?(?:lig|funcion|form|cort|gir|rod|par|sai|esta|ta|pega|prensa|encaix|volta)\w*|barulh\w+"
    r"|ruid\w+|pifou|emperr\w+|solt(?:ou|ando)|fumac\w+|cheiro de|erro\b|com problema\w*|(?:dando|deu) problema"
    r"|deu pau"
    r"|mau funcionamento|desligando|folga|enferruj\w+|trinc\w+|rachou|falh(?:ou|ando))"
)
_BOUGHT = r"(?:comprei|compramos|a gente comprou|adquiri\w*|peguei|veio|me venderam|venderam|vcs? mandaram)"
_YOU = r"(?:voces|vcs|voce|vc|ces|seleto)"
_OWNED = rf"(?:minha|nossa|meu|nosso|a que {_BOUGHT}|que (?:eu )?{_BOUGHT})"
# Who wants to buy or to set up a business, whatever else is told.
_BUYS = (
    r"\b(?:quero|queremos|queria|preciso|precisamos|procuro|procurando|busco|vou|vamos|penso em|pretendo|gostaria de"
    r"|interesse em|de olho em)\b (?:\w+ ){0,2}?(?:comprar|adquirir|montar|abrir|investir|trocar por|ampliar|produzir"
    rf"|melhorar|aumentar|crescer|padronizar|automatizar|dobrar|uma? nov[ao]|(?:uma?|out[r]?[ao]"
    rf"|mais) (?:\w+ )?{_MACHINE}|uma? melhor)\b"
)
_MAYBE = r"(?:\w+ ){0,2}?"

_PATTERNS: dict[Matter, tuple[str, ...]] = {
    Matter.PRIVACY: (
        r"\blgpd\b|lei geral de prote[cs]ao|lei 13\.?709|encarregado de dados|titular (?:de|dos) dados"
        r"|direitos? (?:de|do|como) titular"
        r"|direito ao esquecimento|\b(?:revog|retir)\w+ (?:o )?(?:meu )?consentimento",
        r"\b(?:apag|exclu|delet|remov|elimin|corrig|esquec|anonimiz|retir|tir[ae]|copia|acess|portabilidade|baixar"
        r"|descart)\w*[^.!?\n]{0,30}\b(?:meus|minhas) (?:dados|informac\w+|registros?|conversas?|historico)",
        r"\b(?:registros?|dados|informac\w+) (?:meus?|minhas?)\b(?! (?:sao|e|ai|segue\w*))"
        r"|\bcompartilh\w+ (?:os )?meus dados\b"
        r"|\b(?:meus|minhas) dados\b[^.!?\n]{0,40}\b(?:apag|exclu|delet|remov|elimin|corrig|anonimiz)\w*",
        r"(?:quais|que) (?:\w+ )?(?:dados|informac\w+)[^.!?\n]{0,30}\b(?:de mim|sobre mim|meus|minhas)\b",
        r"\bdados pessoais meus\b|\btudo (?:o )?que (?:\w+ )?(?:guard|tem|tens|sab|armazen)\w*[^.!?\n]{0,12}"
        r"\b(?:de mim|sobre mim|meu)\b",
        r"(?:guard|armazen|usa|tem)\w*[^.!?\n]{0,15}\b(?:meus|minhas) (?:dados|informac\w+)\b",
        r"\b(?:apag|exclu|delet|remov|tir[ae])\w*\b[^.!?\n]{0,25}\b(?:do|desse|da|dessa|dos) (?:seu |sua )?"
        r"(?:cadastro|banco de dados|base de dados|registros)\b",
    ),
    Matter.COMPLAINT: (
        rf"\bprocon\b|reclame ?-?aqui|\b(?:quero|vou|preciso|gostaria de|venho|fazer|abrir|registrar) {_MAYBE}"
        rf"(?:reclama(?:r|cao|coes)\b|queixa)|\breclamacao\b|\bqueixa (?:de|contra|sobre) {_MAYBE}{_YOU}",
        rf"\bprocess(?:ar|o|arei) (?:{_YOU}|a (?:seleto|empresa|fabrica)|judicial\w*)\b|\b(?:meu|minha) advogad\w+"
        r"|(?:quero|devolv\w+) (?:o )?meu dinheiro|\breembolso\b",
        r"\b(?:ninguem|voces nao|vcs nao) (?:me )?(?:respond|resolv|retorn|atend|da (?:um)?a? ?(?:posicao|resposta"
        r"|satisfacao|retorno))\w*|\b(?:pessim|horriv|horroros|pavoros|vergonhos)\w+ (?:o )?(?:atendimento|servico)"
        r"|\b(?:atendimento|servico) (?:\w+ ){0,2}?(?:pessim|horriv|horroros|pavoros|vergonhos)\w+"
        r"|\b(?:mandei|enviei) (?:\w+ ){0,2}?mensage\w+ e (?:nada|ninguem)|\b(?:voces|vcs) (?:so )?(?:me"
        r"|nos) enrol\w+",
        r"\bpessima experiencia\b|\bnunca mais (?:eu )?compro\b|\b(?:dias|semanas?|mes|meses) que (?:\w+ )?(?:esper"
        r"|aguard)\w+ "
        r"(?:\w+ ){0,2}?(?:resposta|retorno|posicao)\b|\bdescaso\b|\bfalta de (?:respeito|consideracao)\b|(?:estou"
        r"|to|tou|fiquei|fico) (?:muito |super |bem )?"
        r"(?:insatisfeit|decepcionad|indignad|revoltad)\w+(?! (?:com|d[eo]) (?:\w+ )?(?:meus?|minhas?|noss[oa]s?"
        r"|outr\w+|atual|antig\w+|concorr\w+|fornecedor\w*|governo|vida|calor|carne|mao))",
    ),
    Matter.SUPPORT: (
        rf"\b{_OWNED}\b[^.!?\n]{{0,30}}\b{_MACHINE}\b[^.!?\n]{{0,50}}\b{_BROKEN}",
        rf"\b{_OWNED}\b[^.!?\n]{{0,30}}\b{_MACHINE}\b[^.!?\n]{{0,50}}\b(?:manutencao|conserto|reparo|assistencia"
        rf"|revisao)\b",
        rf"\b[ao] {_MACHINE} (?:ja )?chegou (?:\w+ )?(?:com|sem|quebrad|amassad|errad|faltando)\w*"
        rf"|\b{_BROKEN}[^.!?\n]{{0,40}}\b{_OWNED}\b[^.!?\n]{{0,15}}\b{_MACHINE}\b",
        rf"\b[ao] (?:{_MACHINE}|pedal|motor|faca|molde)\b[^.!?\n]{{0,40}}\b(?:que (?:\w+ )?{_BOUGHT}|que {_YOU} "
        rf"(?:me )?venderam|de {_YOU}|daqui d[aeo]|daqui)\b[^.!?\n]{{0,50}}\b{_BROKEN}",
        rf"\b{_BOUGHT} (?:um |uma |o |a )?{_MACHINE}\b[^.!?\n]{{0,12}}\b(?:ai|de {_YOU}|com {_YOU}|na seleto)\b"
        rf"[^!?\n]{{0,60}}\b{_BROKEN}|\b{_BOUGHT} (?:um |uma |o |a )?{_OUR_MODEL}\b[^!?\n]{{0,60}}\b{_BROKEN}",
        r"\b(?:preciso|quero|queria|gostaria|solicit\w+)[^.!?\n]{0,20}\b(?:assistencia(?: tecnica)?|manutencao"
        r"|conserto|suporte tecnico|acionar a garantia|peca de reposicao|pecas? (?:pra|para) (?:a )?minha)\b",
        rf"\b(?:preciso|quero|chama|manda)\w* (?:de )?(?:um |o )?tecnico\b[^!?\n]{{0,40}}\b{_BROKEN}",
        rf"\b(?:troc\w+|repor|substituir|comprar|pec\w+|lamina|faca|molde|esteira|motor|borracha|vedacao)\b"
        rf"[^.!?\n]{{0,25}}\b(?:da|do) (?:(?:minha|nossa|meu|nosso) (?:\w+ )?{_MACHINE}"
        rf"|{_MACHINE} que (?:eu |a gente |nos )?(?:tenho|temos|tem|{_BOUGHT}))\b",
        r"\b(?:ja )?sou cliente\b[^.!?\n]{0,80}\b(?:problema|defeito|peca|manutencao|garantia|ajuda com)\b",
    ),
    Matter.SUPPLIER: (
        r"\b(?:gostaria|quero|queria|gostariamos|venho|posso|podemos|viemos|queremos)\b[^.!?\n]{0,20}\b(?:oferec\w+"
        r"|apresentar)\b[^.!?\n]{0,15}\b(?:noss[oa]s?|meus?|minhas?|os|uma?) (?:\w+ )?(?:servic|produt|soluc|empresa"
        r"|portf|propost|sistema|materia)\w*",
        rf"\b(?:oferec\w+|apresentar|vender|mostrar (?:o |a )?(?:meu|nosso|minha|nossa))\b[^.!?\n]{{0,40}}\b(?:pra"
        rf"|para|a) (?:{_YOU}|a seleto|empresas como)\b",
        r"\b(?:somos|sou) (?:um |uma )?(?:fornecedor\w*(?! de (?:hamb|carn|alim|lanch|marmit|merend|espet|lingu"
        r"|comid))"
        r"|distribuidor de (?:aco|inox|embalag)|representante comercial|agencia de|consultoria"
        r"|fabricante de (?:embalag|motor|parafus))\w*",
        r"\b(?:fornecemos|forneco|oferecemos|ofereco|represento|temos|vendo|vendemos|trabalh(?:o"
        r"|amos) com) (?:\w+ ){0,2}?(?:aco|inox|motor\w*|embalage\w+"
        r"|parafus\w+|contabilidade|seguros?|planos? de saude|servico\w* (?!de (?:buffet|entrega|mesa))|consultoria"
        r"|trafego|marketing|sites?|frete"
        r"|soluc\w+ (?:de|em|para|pra))\b",
        r"\b(?:quero|queria|gostaria de|como (?:faco|faz) (?:pra|para)) (?:ser|me cadastrar como|virar) fornecedor\b"
        r"|\b(?:setor|departamento|responsavel) (?:de|pelas|por) compras\b"
        r"|\bquem (?:cuida|responde|e responsavel) (?:d[eao]|pel[ao]s?|por) (?:\w+ )?(?:compras|suprimentos)\b"
        r"|\bquem compra (?:ai|na seleto)\b|\bfal[ao]r? (?:com alguem )?(?:d[eao]|no|das) compras\b",
    ),
    Matter.CANDIDATE: (
        r"\b(?:curriculo|curriculum)\b|\b(?:enviar|mandar|deixar) (?:o )?(?:meu )?cv\b|\bprocesso seletivo\b",
        r"\b(?:vagas?|oportunidades?) (?:de|d[eo]) (?:emprego|trabalho|estagio)|\b(?:tem|abert\w+|ha|alguma) vagas?\b"
        r"(?! (?:de|para|pra) (?:carro|entrega|garagem|estacion|caminh))|\b(?:esta\w*|voces|vcs|tao) contratando\b"
        r"|\bvi (?:a|uma|essa) vaga\b|\b(?:voces|vcs|ces) contratam\b"
        r"|\boportunidade n[ao] (?:fabrica|empresa|seleto)\b|\b(?:voces|vcs|ces) (?:\w+ )?(?:precisam"
        r"|precisando) de (?:gente|funcionari\w+"
        r"|pessoal|alguem)\b",
        r"\b(?:quero|queria|gostaria de|procuro|busco|procurando|interesse em) (?:um )?(?:trabalhar (?:ai|com voces"
        r"|com vcs|na seleto|na fabrica)|emprego|estagio|trampo)\b|\b(?:fazer|fazendo) (?:um )?estagio\b"
        r"|\b(?:to|tou|estou) desempregad\w+|\b(?:a )?procura (?:de|por) (?:um )?(?:emprego|trabalho|servico)\b",
    ),
    Matter.WRONG_NUMBER: (
        r"\b(?:numero|contato|conversa|pessoa) errad[oa]\b|\bfoi engano\b|^\W*(?:desculp\w+\W*)?engano\W*$",
        r"\b(?:mandei|enviei|escrevi|liguei|digitei) (?:a mensagem |pro numero |para o numero |pro "
        r"|no )?(?:errado|por engano|no (?:numero|contato) errado)\b",
        r"\bera (?:pra|para) (?:outra pessoa|outro (?:numero|contato|grupo))\b"
        r"|\b(?:audio|mensagem|msg|foto|video) era (?:pra|para|pro) (?:meu|minha|outr\w+|um|uma)\b"
        r"|\bnao era (?:pra|para) (?:vc|voce|vcs|voces|ai|esse numero)\b(?! \w+r\b)",
    ),
    Matter.MINOR: (
        r"\bsou (?:de )?menor(?: de idade)?\b(?! (?:porte|aprendiz))|\b(?:eu )?(?:so )?tenho (?:so |apenas )?(?:[5-9]"
        r"|1[0-7]|doze|treze|quatorze|catorze|quinze|dezesseis|dezessete|dez|onze) an(?:os|inhos)\b"
        r"(?! (?:de|na|no|com|que|nes))",
    ),
    Matter.INSULT: (
        r"\b(?:vai|va|vao) (?:se |te )?(?:fode|lasca|ferra|catar|toma\w* no|tnc|a merda|pra pqp|pro inferno)\w*"
        r"|\bvsf\b|\bvtnc\b|\bpqp\b|\bcala (?:a |essa )?boca\b",
        r"\b(?:seu|sua|seus|bando de|cambada de|voce e|vc e|tu e|voces sao|vcs sao|que)"
        r"(?: (?:um|uma|uns|muito|tudo|robo|atendente|bando de|cambada de)){0,2} (?:idiotas?|burr[oa]s?|imbeci\w+"
        r"|otari[oa]s?"
        r"|lixo|palhac[oa]s?|merdas?|inuti[ls]\w*|ladr(?:ao|oes)|vagabund\w+|cretin\w+|babacas?|trouxas?|desgracad\w+"
        r"|bost\w+|picaret\w*|golpist\w+|canalhas?|pilantras?|safad\w+)\b(?! (?:de|d[ao]) (?:carne|gente|mercado))",
        r"^\W*(?:idiota|burro|imbecil|otario|lixo|palhaco|babaca|cretino|filho da puta|fdp|arrombado)\W*$"
        r"|\b(?:filh[oa]s? d[ae] puta|fdp)\b(?! de \w+[ao]\b)",
    ),
    Matter.ROBOT: (
        r"\b(?:voce|vc|tu|ce|isso|aqui|esse (?:numero|zap))(?: (?:ai|mesmo))? (?:e|eh|ta sendo|seria) (?:um |uma "
        r"|o |a )?(?:robo\w*|bot|ia\b|inteligencia artificial|maquina\b(?= ou|\W*\?)|humano|pessoa|gente|automatico"
        r"|atendente virtual|chat ?gpt|chatbot)",
        r"\b(?:(?:estou|to|tou) )?(?:fal(?:o|ando)|conversando) com (?:um |uma |o |a )?(?:robo\w*|bot|ia\b|maquina"
        r"|humano|pessoa (?:de verdade|real)|gente de verdade|inteligencia artificial|chatbot)",
        r"^\W*(?:e |eh )?(?:um )?(?:robo|bot|chatbot|ia)\W*\?|\b(?:e|eh) (?:um |uma )?(?:robo\w*|bot|chatbot"
        r"|ia) (?:que )?"
        r"(?:fal|respond|atend)\w*|\btem (?:alguem|gente|humano) (?:de verdade )?ai ou "
        r"(?:e )?(?:robo|bot|maquina)|\b(?:voce|vc|tu) existes? (?:mesmo|de verdade)",
        r"\b(?:conversa|atendimento|resposta|mensagem) (?:e |eh |ta sendo )?automatic[oa]\W*\?"
        r"|\b(?:voce|vc) (?:e|eh) (?:de verdade|real)\b",
    ),
    Matter.QUOTE: (
        r"\b(?:cotacao|orcamento|proposta) (?:formal|comercial|oficial|por escrito|detalhad\w|em pdf|com (?:o )?cnpj"
        r"|no (?:meu |nosso )?(?:cnpj|e-?mail)|em nome|assinad\w|timbrad\w)\b",
        r"\b(?:mand|envi|encaminh|pass|prepar|elabor|formaliz|faz|faca|fac[ao]|mont|emit|ger[ae]|quer|queri|precis"
        r"|gostaria|aguard|solicit|pe[cd]|pod|consegu|tem como)\w*\b[^.!?;\n]{0,30}\bpropostas?\b"
        r"(?! (?:indecente|de (?:emprego|trabalho|parceria)|do meu|da minha))|^\W*(?:a |uma )?proposta\W*$",
        r"\b(?:fazer|fechar|emitir|mand\w+|envi\w+) (?:o |um |a )?pedido de compra\b|\b(?:mand|envi|pass|prepar"
        r"|elabor|formaliz|faz|faca)\w* (?:\w+ ){0,3}?(?:orcamento|cotacao)"
        r"[^.!?\n]{0,25}\b(?:cnpj|e-?mail|formal|papel timbrado|pdf|por escrito|licitacao)\b",
    ),
}
_COMPILED = {matter: re.compile("|".join(parts)) for matter, parts in _PATTERNS.items()}
# What sounds like one of them and is not.
_UNLESS: dict[Matter, re.Pattern[str]] = {
    Matter.SUPPORT: re.compile(
        r"\bse (?:\w+ )?(?:quebr|der|estrag|precis|parar)|\b(?:tem|dao|fazem|oferecem"
        r"|como e) (?:a )?(?:assistencia|manutencao|suporte)|\b(?:outr[ao]|de outr[ao]) (?:marca|fabricante"
        r"|fornecedor)"
        rf"|\bconcorren\w+|{_BUYS}"
    ),
    Matter.SUPPLIER: re.compile(_BUYS),
    Matter.CANDIDATE: re.compile(_BUYS),
    Matter.QUOTE: re.compile(
        r"\bnao (?:quero|preciso|estou pedindo|e)\b[^.!?\n]{0,20}\b(?:proposta|orcamento|cotacao)"
    ),
    Matter.WRONG_NUMBER: re.compile(r"\b(?:sao|e|era|eram|quis dizer|nao)\b[^.!?\n]{0,12}\d"),
    Matter.COMPLAINT: re.compile(
        r"\bnao (?:e|estou|to|tenho) (?:uma )?reclama\w+|\breclam\w+ nao\b|\bconcorren\w+|\boutr[ao] (?:marca"
        r"|empresa|loja)"
    ),
}


def matters(folded: str) -> set[Matter]:
    """What one message, folded Portuguese, is surely about."""
    return {
        matter
        for matter, pattern in _COMPILED.items()
        if pattern.search(folded) and not (matter in _UNLESS and _UNLESS[matter].search(folded))
    }


# Asks who is there, which is no wish for another.
ASKS_WHO = re.compile(r"\bfal(?:o|ando) com (?:a |o )?(?:seleto|empresa|fabrica)\b|\brobo\b[^.!?\n]{0,20}\?")
