"""What the lead is after, by patterns over folded text."""

import re

from sandbox.model import products
from sandbox.model.brief import Brief
from sandbox.model.text import fold, sentences

_PATTERNS: dict[str, str] = {
    "opt_out": r"^\W*(?:sair|parar|pare|para|stop|cancelar|remover|descadastrar|chega)\W*$|nao (?:me )?(?:mand|envi|cham|perturb)\w* "
    r"(?:mais|msg|mensage)|par(?:a|ar|em) de (?:me )?(?:receber|mandar|enviar|chamar|perturbar)|sair da lista"
    r"|(?:tira|remov|exclu)\w* (?:o )?meu (?:numero|contato|nome)|me (?:tir|remov)\w* (?:d[ae]|dess[ae])|nao quero (?:mais )?receber|cancel\w+ o recebimento",
    "privacidade": r"\blgpd\b|(?:apag|exclu|delet|elimin|remov)\w* (?:tudo|todos|os|as)?\s*(?:os |as )?(?:meus|minhas) (?:dados|informac|conversas)"
    r"|meus dados (?:pessoais|que)|encarregado de dados|quais dados|que dados (?:voces|vcs|vc)|protecao de dados|copia dos meus dados",
    "suporte": r"parou de (?:funcionar|ligar|rodar)|\bparou\b.{0,20}(?:maquina|funcion)|(?:maquina|formadora|cortadora|ensacadeira|fb\d+|se\d+|ct\d+)\b.{0,25}\bparou\b"
    r"|\bquebr(?:ou|ada|ado)\b|\bdefeito|fazendo (?:um |muito )?barulho|barulho (?:estranho|alto|esquisito)|trav(?:ou|ando|ada)|vazando|vazamento|nao (?:ta |esta )?(?:lig(?:a|ando)|funcion(?:a|ando))\b"
    r"|\bqueimou|emperr|pec[ao]s? de reposicao|\bconsert|com problema|problema (?:na|no|com)|manutencao da minha|assistencia (?:tecnica )?(?:pra|para) (?:a )?minha",
    "reclamacao": r"\breclam|\bprocon\b|absurdo|pessim[oa]|descaso|decepcion|ninguem (?:me )?(?:retorn|respond|atend)|falta de respeito|insatisfeit|vergonha|enrolando",
    "pede_humano": r"(?:falar|conversar|tratar) (?:direto )?com (?:um |uma |o |a |algum |alguma |seu |sua )?(?:atendente|human|pessoa|vendedor|consultor|gerente|dono|respons|alguem|gente|representante|supervisor)"
    r"|\batendente\b|\bme lig(?:a|ue|uem)|pode(?:m|ria)? (?:me )?ligar|algum humano|tem (?:algum |alguma )?(?:humano|pessoa|gente|vendedor)|quero (?:um|o) (?:responsavel|vendedor|consultor|humano)"
    r"|passa (?:pra|para) (?:um|uma|o|a)|cham[ae] (?:um|uma|o|a) (?:vendedor|consultor|gerente|humano|atendente)|telefone de (?:um|algum) vendedor|(?:quero|queria|agendar|marcar|podem fazer) (?:uma )?visita|pessoa de verdade",
    "robo": r"(?:vc|voce|tu|isso|aqui|isto|ce)\s+(?:e|eh|sao)\s+(?:um\s+|uma\s+)?(?:robo|bot|ia\b|inteligencia|maquina|humano|pessoa)|(?:e|eh)\s+(?:um\s+)?(?:robo|bot)\b|falando com (?:um |uma )?(?:robo|bot|maquina|ia\b|humano|pessoa)|\brobo\s*\?",
    "segredo": r"\bprompt|configurac|suas? (?:instruc|regras)|instruc\w+ (?:acima|anteriores|internas)|(?:qual|que) (?:modelo|ia)\b.{0,12}(?:vc|voce|usa|roda)|\bgpt|chatgpt|\bclaude\b|openai|\bllm\b|gemini|\bignore\b|system|modo (?:desenvolvedor|dev|debug)|developer mode|quem te (?:programou|criou)|banco de dados|codigo fonte|\bapi\b",
    "candidato": r"curriculo|\bvagas?\b|\bemprego|trabalhar (?:ai|com voces|com vcs|na seleto|na empresa)|contratando|estagio|\btrampo",
    "fornecedor": r"somos (?:uma )?(?:fornecedor|fabricante|agencia|empresa (?:de|que))|sou (?:fornecedor|representante)|\bvend(?:o|emos) (?!\w*hamburg|\w*espet|\w*lanche|\w*linguic|\w*carne|\w*mais|\w*cerca|\w*uns|\w*uma|\w*\d)"
    r"|forne(?:co|cemos)\b|oferec(?:o|emos|er) (?:nosso|meu|servic|solucoes)|apresentar (?:a )?(?:nossa|minha|nosso|meu|nossos)|parceria|setor de compras|quem compra ai",
    "engano": r"numero errado|\bengano\b|mandei errado|errei (?:o )?(?:numero|contato)|pessoa errada|^(?:oi )?(?:mae|pai|amor|filh[ao])\b",
    "curioso": r"so (?:por |pra |de )?(?:curios|saber|olh)|curiosidade|nao tenho (?:comercio|negocio|empresa|loja|nada|cnpj)|\baposentad|fico vendo|\bhobby|em casa mesmo|fazer em casa|uso (?:domestico|pessoal|em casa)|pra (?:minha )?familia|estudante|trabalho (?:da|de|pra) (?:escola|faculdade|facul)|\btcc\b|nao (?:pretendo|vou|quero) comprar",
    "pergunta_prazo": r"prazo|quanto tempo (?:demora|leva|pra|para|ate)|quando (?:chega|entreg|fica pront|recebo)|demora (?:muito|quanto|pra|para)|pronta entrega|(?:tem|ta) (?:em|no) estoque|entrega\w* (?:em|ate|quando|rapid|antes)|chega (?:em|ate|antes|quando|a tempo)|da tempo|despach",
    "frete": r"\bfrete|entrega(?:m|r)? (?:em|no|na|pra|para|aqui)|\bcif\b|\bfob\b|transport|envia(?:m|r)? (?:pra|para)|mandam (?:pra|para)",
    "pagamento": r"parcel|\bboleto|\bpix\b|cart(?:ao|oes)|\bentrada\b|financi|\bfiname|\bbndes|consorcio|leasing|pagamento|pagar|a vista|\d+\s*x\b|permuta|cheque",
    "pergunta_preco": r"\bpreco|\bvalor(?:es)?\b|quanto\s+(?:que\s+)?(?:custa|sai|fica|e|eh|ta|esta|vale|cobra|voces? (?:cobra|quer))\b|\bcusta|orcamento|cotacao|\bcotar|tabela|desconto|promocao|por quanto|qnto (?:custa|sai|fica)|quanto de|investimento|barat[oa]|\bcar[oa]\b"
    r"|r\$\s*\d|\d\s*(?:reais|conto|pila|mango)|\b\d+\s*(?:mil|k)\b(?=[^.]*(?:confirma|isso|certo|ne\b|\?))|passa de \d|faixa de \d",
    "cotacao": r"proposta|orcamento|cotacao|\bcotar",
    "agradece": r"obrigad|\bvaleu|\bvlw\b|brigad[oa]|agradec|\bobg\b",
}
_COMPILED = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
_HYPOTHETICAL = re.compile(
    r"\bse (?:quebr|der|estrag|precis)|(?:tem|dao|fazem|oferecem) (?:assistencia|manutencao|suporte|peca)"
)
_INSISTENCE = re.compile(
    r"confirma|(?:so|apenas) (?:um |com )?[\"“']?(?:sim|nao|ok)|responde (?:com|so|ai)|se for isso|mais ou menos quanto|pelo menos|uma (?:ideia|base|nocao|faixa)|me (?:fala|diz|passa) (?:logo|so|o)|^\W*e (?:a|o|da|do) \w|estimativa|media\b|aproximad|por cima|entre quanto|chut"
)
_GREETING_ONLY = re.compile(
    r"^(?:oi+e?|ola|opa|e ?ai|eai|bom dia|boa tarde|boa noite|tudo (?:bem|bom|certo)|td bem|blz|beleza|alo|salve|hello|ola pessoal|pessoal|[\W_])+$"
)
_CLOSING = re.compile(
    r"^(?:(?:muito |mto )?obrigad[oa]s?|obg|valeu|vlw|brigad[oa]|agradeco|tchau|ate (?:mais|logo|breve|amanha)|falou|flw|tmj|abraco?s?|abs|era (?:so )?isso|so isso|por enquanto e so|ok|certo|beleza|blz|perfeito|show|top|joia|entendi|ta bom|tá|pode ser|bom dia|boa (?:noite|tarde|semana)|mesmo|entao|viu|pela (?:atencao|ajuda|informacao)|por (?:tudo|enquanto)|vou pensar|qualquer coisa (?:eu )?(?:chamo|volto|retorno)|[\W_])+$"
)
_QUESTION_LEAD = re.compile(
    r"^(?:e )?(?:qual|quais|quant[oa]s?|qnt\w*|quando|onde|como|quem|o que|oq|que|por ?que|cabe|tem|serve|da pra|aceita|faz|vem|funciona|precisa|voces|vcs|cv d|litros)\b"
)
_ATTRIBUTE = re.compile(
    r"\b(?:peso|altura|largura|comprimento|medidas?|dimens\w+|voltagem|tensao|consumo|garantia|capacidade|litros|cv|"
    r"potencia|espessura|producao|rendimento|manual de|ficha|diferenca|velocidade|maximo|minimo)\b"
)
_RECOMMEND = re.compile(
    r"qual (?:maquina|equipamento|modelo|seria|vc|voce|vcs|voces|e (?:a )?(?:melhor|ideal|certa|certo))|o que (?:voces |vcs |vc |voce )?(?:indica|recomenda|tem|sugere)|(?:indica|recomend|suger)\w*|tem (?:o que|algo|alguma)|qual (?:o )?tamanho|me ajuda a escolher|tem o que ai"
)


def read(brief: Brief) -> set[str]:
    """Names as in the answer's ``intents``, plus a few finer ones the assistant uses for itself."""
    whole = fold(brief.text)
    found = {
        name for name, pattern in _COMPILED.items() if any(pattern.search(fold(line.text)) for line in brief.asked)
    }
    if _HYPOTHETICAL.search(whole):
        found.discard("suporte")
    if "robo" in found and not re.search(r"falar com|quero|passa|cham[ae]|\bme lig", whole):
        found.discard("pede_humano")
    if "suporte" in found or "reclamacao" in found:
        found.discard("fornecedor")
    if _asked_price_before(brief) and (_INSISTENCE.search(whole) or found & {"pergunta_preco", "pagamento"}):
        found.add("pergunta_preco")
        found.add("insiste")
    if _GREETING_ONLY.match(whole):
        found.add("saudacao")
    elif _CLOSING.match(whole):
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
            if "?" in part or _QUESTION_LEAD.match(folded) or _asks_attribute(folded):
                found.append(part)
    return found


def _asks_attribute(folded: str) -> bool:
    """A machine and one of its properties, without a verb: "litros da cuba da SE6000"."""
    return len(folded.split()) <= 9 and bool(_ATTRIBUTE.search(folded)) and bool(products.mentioned(folded))


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
