"""What the lead is after, by patterns over folded text."""

import re

from sandbox.model import products
from sandbox.model.brief import Brief
from sandbox.model.text import fold, sentences


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts))


def _only(*parts: str) -> re.Pattern[str]:
    """Nothing in the text but these words and what stands between them."""
    return re.compile(rf"^(?:{'|'.join(parts)})+$")


_PATTERNS: dict[str, tuple[str, ...]] = {
    "opt_out": (
        r"^\W*(?:sair|parar|pare|para|stop|cancelar|remover|descadastrar|chega)\W*$",
        r"nao (?:me )?(?:mand|envi|cham|perturb)\w* (?:mais|msg|mensage)",
        r"par(?:a|ar|em) de (?:me )?(?:receber|mandar|enviar|chamar|perturbar)|sair da lista",
        r"(?:tira|remov|exclu)\w* (?:o )?meu (?:numero|contato|nome)|me (?:tir|remov)\w* (?:d[ae]|dess[ae])",
        r"nao quero (?:mais )?receber|cancel\w+ o recebimento",
    ),
    "privacidade": (
        r"\blgpd\b",
        (
            r"(?:apag|exclu|delet|elimin|remov)\w* (?:tudo|todos|os|as)?\s*(?:os |as )?(?:meus|minhas) (?:dados"
            r"|informac|conversas)"
        ),
        r"meus dados (?:pessoais|que)|encarregado de dados|quais dados|que dados (?:voces|vcs|vc)",
        r"protecao de dados|copia dos meus dados",
    ),
    "suporte": (
        r"parou de (?:funcionar|ligar|rodar)|\bparou\b.{0,20}(?:maquina|funcion)",
        r"(?:maquina|formadora|cortadora|ensacadeira|fb\d+|se\d+|ct\d+)\b.{0,25}\bparou\b",
        r"\bquebr(?:ou|ada|ado)\b|\bdefeito|fazendo (?:um |muito )?barulho",
        r"barulho (?:estranho|alto|esquisito)|trav(?:ou|ando|ada)|vazando|vazamento",
        r"nao (?:ta |esta )?(?:lig(?:a|ando)|funcion(?:a|ando))\b|\bqueimou|emperr|pec[ao]s? de reposicao",
        r"\bconsert|com problema|problema (?:na|no|com)|manutencao da minha",
        r"assistencia (?:tecnica )?(?:pra|para) (?:a )?minha",
    ),
    "reclamacao": (
        r"\breclam|\bprocon\b|absurdo|pessim[oa]|descaso|decepcion|ninguem (?:me )?(?:retorn|respond|atend)",
        r"falta de respeito|insatisfeit|vergonha|enrolando",
    ),
    "pede_humano": (
        (
            r"(?:falar|conversar|tratar) (?:direto )?com (?:um |uma |o |a |algum |alguma |seu |sua )?(?:atendente"
            r"|human|pessoa|vendedor|consultor|gerente|dono|respons|alguem|gente|representante|supervisor)"
        ),
        r"\batendente\b|\bme lig(?:a|ue|uem)|(?:pode|podem|poderia) me ligar|posso te ligar|algum humano",
        r"tem (?:algum |alguma )?(?:humano|pessoa|gente|vendedor)",
        r"quero (?:um|o) (?:responsavel|vendedor|consultor|humano)|passa (?:pra|para) (?:um|uma|o|a)",
        r"cham[ae] (?:um|uma|o|a) (?:vendedor|consultor|gerente|humano|atendente)",
        r"telefone de (?:um|algum) vendedor|(?:quero|queria|agendar|marcar|podem fazer) (?:uma )?visita",
        r"pessoa de verdade",
    ),
    "robo": (
        r"(?:vc|voce|tu|isso|aqui|isto|ce)\s+(?:e|eh|sao)\s+(?:um\s+|uma\s+)?(?:robo|bot|ia\b|inteligencia|maquina|humano|pessoa)",
        r"(?:e|eh)\s+(?:um\s+)?(?:robo|bot)\b",
        r"falando com (?:um |uma )?(?:robo|bot|maquina|ia\b|humano|pessoa)|\brobo\s*\?",
    ),
    "segredo": (
        r"\bprompt|(?:sua|tua) configurac|suas? (?:instruc|regras)|instruc\w+ (?:acima|anteriores|internas)",
        r"(?:qual|que) (?:modelo|ia)\b.{0,12}(?:vc|voce|usa|roda)|\bgpt|chatgpt|\bclaude\b|openai|\bllm\b",
        r"gemini|\bignore\b|system|modo (?:desenvolvedor|dev|debug)|developer mode",
        r"quem te (?:programou|criou)|banco de dados|codigo fonte|\bapi\b",
    ),
    "candidato": (
        r"curriculo|\bvagas?\b|(?<!meu )(?<!seu )\bemprego|estagio|\btrampo|contratando",
        r"trabalhar (?:ai|com voces|com vcs|na seleto|na empresa)",
    ),
    "fornecedor": (
        r"somos (?:uma )?(?:fornecedor|fabricante|agencia|empresa (?:de|que))",
        r"sou (?:fornecedor|representante)",
        (
            r"\bvend(?:o|emos) (?:\w+ ){0,2}(?:aco|inox|embalage\w*|pecas?|servicos?|software|sistemas?|marketing"
            r"|energia|seguros?|planos?|insumos?|temperos?|equipamentos?)\b"
        ),
        r"forne(?:co|cemos)\b|oferec(?:o|emos|er) (?:nosso|meu|servic|solucoes)",
        r"apresentar (?:a )?(?:nossa|minha|nosso|meu|nossos)|parceria|setor de compras|quem compra ai",
    ),
    "recusa": (
        r"(?:nao tenho|sem|perdi o) interesse|nao (?:quero|preciso) mais|deixa (?:pra|para) la|desisti\b",
        r"ja comprei de outr",
    ),
    "engano": (
        r"numero errado|\bengano\b|mandei errado|errei (?:o )?(?:numero|contato)|pessoa errada",
        r"^(?:oi )?(?:mae|pai|amor|filh[ao])\b",
    ),
    "curioso": (
        r"so (?:por |pra |de )?(?:curios|saber|olh)|curiosidade",
        r"nao tenho (?:comercio|negocio|empresa|loja|nada|cnpj)|\baposentad|fico vendo|\bhobby|em casa mesmo",
        r"fazer em casa|uso (?:domestico|pessoal|em casa)|pra (?:minha )?familia|estudante",
        r"trabalho (?:da|de|pra) (?:escola|faculdade|facul)|\btcc\b|nao (?:pretendo|vou|quero) comprar",
    ),
    "pergunta_prazo": (
        r"prazo|quanto tempo (?:demora|leva|pra|para|ate)|em quanto tempo|quando (?:chega|entreg|fica pront|recebo)",
        r"demora (?:muito|quanto|pra|para)|pronta entrega|(?:tem|ta) (?:em|no) estoque",
        r"entrega\w* (?:em (?:\d|quant)|ate|quando|rapid|antes)|chega (?:em|ate|antes|quando|a tempo)|da tempo|despach",
    ),
    "frete": (
        r"\bfrete|entrega(?:m|r)? (?:em|no|na|pra|para|aqui)|\bcif\b|\bfob\b|transport",
        r"envia(?:m|r)? (?:pra|para)|mandam (?:pra|para)",
    ),
    "pagamento": (
        r"parcel|\bboleto|\bpix\b|cart(?:ao|oes)|\bentrada\b|financi|\bfiname|\bbndes|consorcio|leasing",
        r"pagamento|\bpagar|a vista|\d+\s*x\b|permuta|cheque",
    ),
    "pergunta_preco": (
        r"\bpreco|\bvalor(?:es)?\b",
        r"quanto\s+(?:que\s+)?(?:custa|sai|fica|e|eh|ta|esta|vale|cobra|voces? (?:cobra|quer))\b|\bcusta",
        r"orcamento|cotacao|\bcotar|tabela|desconto|promocao|por quanto|qnto (?:custa|sai|fica)|quanto de",
        r"investimento|barat[oa]|\bcar[oa]\b|r\$\s*\d|\d\s*(?:reais|conto|pila|mango)",
        r"\b\d+\s*(?:mil|k)\b(?=[^.]*(?:confirma|isso|certo|ne\b|\?))|passa de \d|faixa de \d",
    ),
    "cotacao": (r"proposta|orcamento|cotacao|\bcotar",),
    "fora_do_assunto": (
        r"quem (?:ganhou|venceu|joga|fez gol)|\bjogo (?:de )?(?:ontem|hoje|amanha)|futebol|\bplacar|campeonato",
        r"copa do mundo|presidente d[ao]|eleic[ao]|\bpoliticos?\b|vai chover|previsao do tempo|cotacao do dolar",
        r"qual (?:e )?a capital|\bpiada|\bsigno|horoscopo|novela|assist\w+ (?:o |um |a )?(?:filme|jogo|serie)",
        r"\bmusica|loteria|mega ?-?sena|que horas sao|que dia e hoje|(?:voce|vc) (?:gosta|torce|acredita)",
    ),
    "agradece": (r"obrigad|\bvaleu|\bvlw\b|brigad[oa]|agradec|\bobg\b",),
}
_COMPILED = {name: _any(*parts) for name, parts in _PATTERNS.items()}
_NO_QUOTATION = re.compile(r"nao (?:quero|preciso|estou pedindo)\b[^.!?\n]{0,20}(?:proposta|orcamento|cotacao)")
_HYPOTHETICAL = re.compile(
    r"\bse (?:quebr|der|estrag|precis)|(?:tem|dao|fazem|oferecem) (?:assistencia|manutencao|suporte|peca)"
)
_INSISTENCE = _any(
    r"""confirma|(?:so|apenas) (?:um |com )?[\"“']?(?:sim|nao|ok)|responde (?:com|so|ai)|se for isso""",
    r"mais ou menos quanto|pelo menos|uma (?:ideia|base|nocao|faixa)|me (?:fala|diz|passa) (?:logo|so|o)",
    r"^\W*e (?:a|o|da|do) \w|estimativa|media\b|aproximad|por cima|entre quanto|chut",
)
_GREETING_ONLY = _only(
    r"oi+e?|ola|opa|e ?ai|eai|bom dia|boa tarde|boa noite|tudo (?:bem|bom|certo)|td bem|blz|beleza|alo|salve",
    r"hello|ola pessoal|pessoal|[\W_]",
)
_CLOSING = _only(
    r"(?:muito |mto )?obrigad[oa]s?|obg|valeu|vlw|brigad[oa]|agradeco|tchau|ate (?:mais|logo|breve|amanha)",
    r"falou|flw|tmj|abraco?s?|abs|era (?:so )?isso|so isso|por enquanto e so|ok|certo|beleza|blz|perfeito",
    r"show|top|joia|entendi|ta bom|tá|pode ser|bom dia|boa (?:noite|tarde|semana)|mesmo|entao|viu",
    r"pela (?:atencao|ajuda|informacao)|por (?:tudo|enquanto)|vou pensar",
    r"qualquer coisa (?:eu )?(?:chamo|volto|retorno)|[\W_]",
)
_FAREWELL = re.compile(
    r"obrig|\bobg|valeu|vlw|brigad|agradec|tchau|ate |falou|flw|abra|\babs|isso|pensar|qualquer coisa"
)
_QUESTION_LEAD = re.compile(
    r"^(?:e )?(?:"
    r"qual|quais|quant[oa]s?|qnt\w*|quando|onde|como|quem|o que|oq|que|por ?que|cabe|tem|serve|da pra|aceita|"
    r"faz|vem|funciona|precisa|voces|vcs|cv d|litros)\b"
)
_ATTRIBUTE = re.compile(
    r"\b(?:peso|altura|largura|comprimento|medidas?|dimens\w+|voltagem|tensao|consumo|garantia|capacidade|litros|cv|"
    r"bicos|moldes|facas|cuba|reservatorio|esteira|inclus[oa]s?|potencia|espessura|producao|rendimento"
    r"|manual de|ficha|diferenca|velocidade|maximo|minimo)\b"
)
_ASKING = re.compile(
    r"\b(?:quant[oa]s|quais)\b|\bqual\b(?! )|\bqual \w|(?<!o )\bquanto\b(?! mais| antes)|\bne\W*$|me (?:fala"
    r"|diz|explica|conta|passa|informa)\b"
    r"|(?:queria|gostaria de|quero) saber|me manda\b|manda (?:o|a)\b"
)
_ABOUT = re.compile(
    r"saber (?:mais )?(?:sobre |d[aeo]s? )|informac\w+ (?:sobre|d[aeo])"
    r"|(?:fal\w+|cont\w+) (?:mais )?(?:sobre |d[aeo] )|conhecer|detalhes"
    r"|diferenca|^\W*e entre"
)
_RECOMMEND = _any(
    r"nao sei (?:qual|bem|direito)|qual (?:me )?(?:serve|atende)",
    r"qual (?:maquina|equipamento|modelo|seria|vc|voce|vcs|voces|e (?:a )?(?:melhor|ideal|certa|certo))",
    r"o que (?:voces |vcs |vc |voce )?(?:indica|recomenda|tem|sugere)|(?:indica|recomend|suger)\w*",
    r"tem (?:o que|algo|alguma)|qual (?:o )?tamanho|me ajuda a escolher|tem o que ai",
)


def read(brief: Brief) -> set[str]:
    """Names as in the answer's ``intents``, plus a few finer ones the assistant uses for itself."""
    whole = fold(brief.text)
    found = {
        name for name, pattern in _COMPILED.items() if any(pattern.search(fold(line.text)) for line in brief.asked)
    }
    if _HYPOTHETICAL.search(whole):
        found.discard("suporte")
    if "fora_do_assunto" in found or _NO_QUOTATION.search(whole):
        found.discard("cotacao")
    if "robo" in found and not re.search(r"falar com|quero|passa|cham[ae]|\bme lig", whole):
        found.discard("pede_humano")
    if "suporte" in found or "reclamacao" in found:
        found.discard("fornecedor")
    if _asked_price_before(brief) and (_INSISTENCE.search(whole) or found & {"pergunta_preco", "pagamento"}):
        found.add("pergunta_preco")
        found.add("insiste")
    if _GREETING_ONLY.match(whole):
        found.add("saudacao")
    elif _CLOSING.match(whole) and (_FAREWELL.search(whole) or not brief.missing):
        found.add("despedida")
    if _RECOMMEND.search(whole):
        found.add("pede_indicacao")
    return found


def matches(name: str, folded: str) -> bool:
    """Whether one sentence, by itself, speaks of an intent."""
    return bool(_COMPILED[name].search(folded))


def questions(brief: Brief) -> list[str]:
    """The sentences in which the lead asks something."""
    found = []
    for line in brief.asked:
        for part in sentences(line.text):
            folded = fold(part)
            if "?" in part or _QUESTION_LEAD.match(folded) or _ASKING.search(folded) or _asks_attribute(folded):
                found.append(part)
    return found


def _asks_attribute(folded: str) -> bool:
    """A machine and one of its properties, without a verb: "litros da cuba da SE6000"."""
    about = products.mentioned(folded) or products.family(folded)
    return len(folded.split()) <= 9 and bool(_ATTRIBUTE.search(folded)) and bool(about)


def wants_overview(folded: str) -> bool:
    """Asks about machines as such, not about one property."""
    return bool(_ABOUT.search(folded))


def price_insistences(brief: Brief) -> int:
    """How often the lead has already been told that the amounts come from a consultant."""
    return sum("consultor" in fold(text) and "valor" in fold(text) for text in brief.said_by("agente"))


def _asked_price_before(brief: Brief) -> bool:
    """The lead's previous message was about price, or the agent's last one turned a price down."""
    spoken = [line for line in brief.talk if line.who in ("lead", "agente")]
    lead = next((line.text for line in reversed(spoken) if line.who == "lead"), "")
    agent = next((line.text for line in reversed(spoken) if line.who == "agente"), "")
    refused = "consultor" in fold(agent) and "valor" in fold(agent)
    return refused or bool(_COMPILED["pergunta_preco"].search(fold(lead)))
