"""What kind of talk the unanswered messages are, as far as rules can tell for sure (domain.md, hard rules 5 to 8).

These readings are few and careful: what they name is acted on whatever the model says, and with no model at all. What
they leave out the model may still name in its ``intents``.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from conversations.agent.state import Line
from leads.extraction import MAX_CHARS, Extraction
from leads.models import SubjectRequest
from seleto.lib.text.fold import fold
from seleto.lib.text.language import Language, language


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


_MACHINE = (
    r"(?:maquinas?|equipamentos?|formadora|cortadora|filetadora|ensacadeira|misturador\w*|aparelho|linha|prensa"
    r"|fb ?-?m? ?-?\d{3}|se ?-?\d{4}|smart ?pro|ct ?-?200|fs ?-?150|epe ?-?1200|mix ?-?\d{2,3})"
)
_BROKEN = (
    r"(?:quebr\w+|estrag\w+|trav(?:ou|ando|ada|a)\b|par(?:ou|ando|ada)\b|queim\w+|vaz(?:ou|ando|a)\b|defeito\w*"
    r"|enguic\w+"
    r"|(?:nao|nem|n) (?:\w+ )?(?:lig|funcion|form|cort|gir|rod|par|sai|esta|ta|pega|prensa|encaix)\w*|barulh\w+"
    r"|ruid\w+"
    r"|pifou|emperr\w+|solt(?:ou|ando)|fumac\w+|cheiro de|erro\b|com problema\w*|dando problema|deu problema"
    r"|mau funcionamento|desligando|folga|enferruj\w+|trinc\w+|rachou|falh(?:ou|ando))"
)
_OWNED = r"(?:minha|nossa|meu|nosso|a que (?:eu )?comprei|que (?:eu )?comprei|que compramos|a gente comprou)"

_PATTERNS: dict[Matter, tuple[str, ...]] = {
    Matter.PRIVACY: (
        r"\blgpd\b|lei geral de prote[cs]ao|encarregado de dados|titular (?:de|dos) dados|direito ao esquecimento",
        r"(?:apag|exclu|delet|remov|elimin|corrig|esquec|anonimiz|retir|tir[ae]|copia|acess|portabilidade|baixar"
        r"|descart)"
        r"\w*[^.!?\n]{0,30}\b(?:meus|minhas|os meus|as minhas) (?:dados|informac\w+|registros?|conversas?|historico)",
        r"(?:quais|que) (?:\w+ )?(?:dados|informac\w+)[^.!?\n]{0,30}\b(?:de mim|sobre mim|meus|minhas)\b",
        r"(?:guard|armazen|usa|tem)\w*[^.!?\n]{0,15}\b(?:meus|minhas) (?:dados|informac\w+)\b",
    ),
    Matter.COMPLAINT: (
        r"\bprocon\b|reclame ?-?aqui|\b(?:quero|vou|preciso|gostaria de|venho|fazer) (?:\w+ ){0,2}?reclama\w*"
        r"|\breclamacao\b",
        r"\b(?:vou|irei) (?:\w+ )?process\w+|\b(?:meu|minha) advogad\w+|(?:quero|devolv\w+) (?:o )?meu dinheiro"
        r"|\breembolso\b",
        r"\b(?:ninguem|voces nao|vcs nao) (?:me )?(?:respond|resolv|retorn|atend)\w+|(?:pessimo"
        r"|horrivel) (?:atendimento|servico)",
        r"\bdescaso\b|\bfalta de respeito\b|(?:estou|to|tou|fiquei) (?:muito |super |bem )?(?:insatisfeit"
        r"|decepcionad|indignad|revoltad)\w+",
    ),
    Matter.SUPPORT: (
        rf"\b{_OWNED}\b[^.!?\n]{{0,30}}\b{_MACHINE}\b[^.!?\n]{{0,50}}\b{_BROKEN}",
        rf"\b{_OWNED}\b[^.!?\n]{{0,30}}\b{_MACHINE}\b[^.!?\n]{{0,50}}\b(?:manutencao|conserto|reparo|assistencia"
        rf"|revisao)\b",
        rf"\b{_BROKEN}[^.!?\n]{{0,40}}\b{_OWNED}\b[^.!?\n]{{0,15}}\b{_MACHINE}\b",
        rf"\ba {_MACHINE}\b[^.!?\n]{{0,25}}\b(?:que (?:eu )?compr(?:ei|amos)|de voces|de vcs"
        rf"|daqui)\b[^.!?\n]{{0,50}}\b{_BROKEN}",
        r"\b(?:preciso|quero|queria|gostaria|solicit\w+)[^.!?\n]{0,20}\b(?:assistencia(?: tecnica)?|manutencao"
        r"|conserto"
        r"|suporte tecnico|acionar a garantia|peca de reposicao|pecas? (?:pra|para) (?:a )?minha)\b",
        r"\b(?:ja )?sou cliente\b[^.!?\n]{0,80}\b(?:problema|defeito|peca|manutencao|garantia|ajuda com)\b",
    ),
    Matter.SUPPLIER: (
        r"\b(?:gostaria|quero|queria|gostariamos|venho|posso|podemos|viemos)\b[^.!?\n]{0,20}\b(?:oferec\w+"
        r"|apresentar)\b"
        r"[^.!?\n]{0,15}\b(?:noss[oa]s?|meus?|minhas?|os|uma?) (?:\w+ )?(?:servic|produt|soluc|empresa|portf"
        r"|propost|sistema|materia)\w*",
        r"\b(?:somos|sou) (?:um |uma )?(?:fornecedor|distribuidor de (?:aco|inox|embalag)|representante comercial"
        r"|fabricante de (?:embalag|motor|parafus))\w*",
        r"\b(?:fornecemos|forneco|oferecemos|ofereco) (?:\w+ )?(?:aco|inox|motor\w*|embalage\w+|parafus\w+"
        r"|servic\w+|consultoria|trafego|marketing|sites?|frete)\b",
        r"\b(?:quero|queria|gostaria de|como (?:faco|faz) (?:pra|para)) (?:ser|me cadastrar como|virar) fornecedor\b"
        r"|\b(?:setor|departamento|responsavel) (?:de|pelas|por) compras\b",
    ),
    Matter.CANDIDATE: (
        r"\b(?:curriculo|curriculum)\b|\b(?:enviar|mandar|deixar) (?:o )?(?:meu )?cv\b|\bprocesso seletivo\b",
        r"\b(?:vagas?|oportunidades?) (?:de|d[eo]) (?:emprego|trabalho|estagio)|\b(?:tem|abert\w+|ha|alguma) vagas?\b"
        r"(?! (?:de|para|pra) (?:carro|entrega|garagem|estacion|caminh))|\b(?:esta\w*|voces|vcs|tao) contratando\b",
        r"\b(?:quero|queria|gostaria de|procuro|busco|interesse em) (?:um )?(?:trabalhar (?:ai|com voces|com vcs"
        r"|na seleto|na fabrica)|emprego|estagio)\b",
    ),
    Matter.WRONG_NUMBER: (
        r"\b(?:numero|contato|conversa|pessoa) errad[oa]\b|\bfoi engano\b|^\W*(?:desculp\w+\W*)?engano\W*$",
        r"\b(?:mandei|enviei|escrevi|liguei|digitei) (?:a mensagem |pro numero |para o numero |pro "
        r"|no )?(?:errado|por engano|no (?:numero|contato) errado)\b",
        r"\bera (?:pra|para) (?:outra pessoa|outro (?:numero|contato|grupo))\b",
    ),
    Matter.MINOR: (
        r"\bsou (?:de )?menor(?: de idade)?\b|\b(?:eu )?(?:so )?tenho (?:[5-9]|1[0-7]|doze|treze|quatorze|catorze"
        r"|quinze|dezesseis"
        r"|dezessete|dez|onze) an(?:os|inhos)\b(?! (?:de|na|no|com|que|nes))",
    ),
    Matter.INSULT: (
        r"\b(?:vai|va) (?:se |te )?(?:fode|lasca|ferra|catar|toma\w* no|tnc|a merda|pra pqp|pro inferno)\w*"
        r"|\bvsf\b|\bvtnc\b|\bpqp\b",
        r"\b(?:seu|sua|seus|bando de|cambada de|voce e|vc e|tu e|voces sao|vcs sao)(?: (?:um|uma|uns|muito|tudo))? "
        r"(?:idiotas?|burr[oa]s?|imbeci\w+|otari[oa]s?|lixo|palhac[oa]s?|merdas?|inuti[ls]\w*|ladr\w+|vagabund\w+"
        r"|cretin\w+|babacas?|trouxas?|desgracad\w+|bost\w+)\b",
        r"^\W*(?:idiota|burro|imbecil|otario|lixo|palhaco|babaca|cretino|filho da puta|fdp|arrombado)\W*$"
        r"|\bfilh[oa]s? d[ae] puta\b|\bfdp\b",
    ),
    Matter.ROBOT: (
        r"\b(?:voce|vc|tu|ce|isso|aqui|esse (?:numero|zap))(?: (?:ai|mesmo))? (?:e|eh|ta sendo|seria) (?:um |uma "
        r"|o |a )?"
        r"(?:robo\w*|bot|ia\b|inteligencia artificial|maquina\b(?= ou|\W*\?)|humano|pessoa|gente|automatico"
        r"|atendente virtual|chat ?gpt|chatbot)",
        r"\b(?:(?:estou|to|tou) )?fal(?:o|ando) com (?:um |uma |o |a )?(?:robo\w*|bot|ia\b|maquina|humano"
        r"|pessoa (?:de verdade|real)|gente de verdade|inteligencia artificial|chatbot)",
        r"^\W*(?:e |eh )?(?:um )?(?:robo|bot|chatbot|ia)\W*\?|\bare you (?:a )?(?:bot|robot|human|real|an? ai)"
        r"|\beres (?:un )?(?:bot|robot|humano)",
        r"\btem (?:alguem|gente|humano) (?:de verdade )?ai ou (?:e )?(?:robo|bot|maquina)",
    ),
    Matter.QUOTE: (
        r"\bpropostas?\b(?! (?:indecente|de (?:emprego|trabalho|parceria)))|\b(?:cotacao|orcamento) (?:formal"
        r"|oficial|por escrito|detalhad\w|em pdf|com cnpj|no cnpj|em nome)\b",
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
        r"|como e) (?:a )?(?:assistencia|manutencao|suporte)"
    ),
    Matter.QUOTE: re.compile(
        r"\bnao (?:quero|preciso|estou pedindo|e)\b[^.!?\n]{0,20}\b(?:proposta|orcamento|cotacao)"
    ),
    Matter.HUMAN: re.compile(r"\brobo\b[^.!?\n]{0,20}\?"),
    Matter.COMPLAINT: re.compile(r"\bnao (?:e|estou|to|tenho) (?:uma )?reclama\w+"),
}


# Words that press on what was just turned down without naming it again.
_PRESSES = re.compile(
    r"\bconfirma\b|\b(?:so|apenas)\b[^.!?\n]{0,12}\b(?:sim|nao|ok|isso)\b|\brespond\w+ (?:com|so|ai)\b|\bse for isso\b"
    r"|\bmais ou menos\b|\bpelo menos\b|\b(?:uma|alguma) (?:ideia|base|nocao|faixa|media|estimativa)\b|\bestimativa\b"
    r"|\bme (?:fala|diz|passa|da|adianta) (?:logo|so|ai|uma|o)\b|\baproximad\w+|\bchut\w+|\bentre quanto\b"
    r"|\bpor cima\b|^\W*e (?:a|o|da|do) \w|\bpassa de\b|\bmais de\b|\bmenos de\b|^\W*\d[\d.,]* ?(?:mil|k)?\W*\?"
)


def presses(lines: Iterable[Line], history: Sequence[Line]) -> bool:
    """Whether the lead insists on what the agent has just left to the consultant."""
    last = next((line.text for line in reversed(history) if line.author != "lead"), "")
    return "consult" in fold(last) and any(_PRESSES.search(fold(line.text[:MAX_CHARS])) for line in lines)


def read(lines: Iterable[Line], said: Extraction) -> frozenset[Matter]:
    """What ``lines``, the lead's own words, are surely about; ``said`` is what extraction made of them."""
    folded = [fold(line.text[:MAX_CHARS]) for line in lines]
    found = {matter for matter in _COMPILED if any(_says(matter, text) for text in folded)}
    if said.get("pede_humano") and Matter.ROBOT not in found:
        found.add(Matter.HUMAN)
    if said.get("pede_preco"):
        found.add(Matter.PRICE)
    if any(language(line.text) == "other" for line in lines):
        found.add(Matter.FOREIGN)
    return frozenset(found)


_REQUESTS = (
    (SubjectRequest.Kind.ERASURE, re.compile(r"\b(?:apag|exclu|delet|remov|elimin|esquec|anonimiz|tir[ae])\w*")),
    (SubjectRequest.Kind.CORRECTION, re.compile(r"\b(?:corrig|corre[cs]|atualiz|alter|mud|retific)\w*")),
    (SubjectRequest.Kind.PORTABILITY, re.compile(r"\bportabilidade\b|\b(?:transfer|export|baix)\w*")),
)


def subject_request_kind(text: str) -> SubjectRequest.Kind:
    """What a data subject asks for (LGPD art. 18); access when the words name nothing else."""
    folded = fold(text[:MAX_CHARS])
    return next((kind for kind, pattern in _REQUESTS if pattern.search(folded)), SubjectRequest.Kind.ACCESS)


def spoken_language(lines: Iterable[Line]) -> Language:
    """The language to answer in: that of the latest words that tell, Portuguese until then."""
    for line in reversed([line for line in lines if line.author == "lead" and line.own_words]):
        if told := language(line.text):
            return told
    return "pt"


def _says(matter: Matter, folded: str) -> bool:
    unless = _UNLESS.get(matter)
    return bool(_COMPILED[matter].search(folded)) and not (unless and unless.search(folded))
