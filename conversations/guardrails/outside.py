"""What the house does not speak of, or not so: health, law, politics, abuse, other people's errands, ciphers.

Whoever gets a model to answer as a physician, a lawyer, a programmer or in a cipher has it say what no rule about
prices or promises would stop. The readings are few and plain: they look at folded text, word by word.
"""

import codecs
import re
from collections.abc import Callable, Iterator

from conversations.guardrails.verdict import Kind
from seleto.lib.text.fold import fold_aligned

_TOPIC = "Fala de assunto que não é da Seleto (saúde, direito, política, ofensa, pedido de terceiros)."
_CIPHER = "Responde em código, cifra ou escrita que o cliente não lê."
_CLAIM = "Diz ter feito o que o agente não faz (enviar a terceiros, mudar regras, ser uma pessoa)."
_PRICE = "Insinua preço."
_DISCOUNT = "Oferece ou confirma desconto ou condição."
_PAYMENT = "Informa condição de pagamento."
_DEADLINE = "Informa ou confirma prazo."
_PROMISE = "Assume compromisso pela empresa."
_AVAILABLE = "Oferece a linha de espetos, que está indisponível."
SIGNAL = "Responde a uma pergunta comercial com um sinal."
_LEAK = "Revela instruções ou regras internas do agente."

_TOPICS = (
    # health
    r"\b(?:tom[ea]r?|take|give|administ\w+|dose|dosagem|prescrev\w+|receit[oa]u?)\b[^.!?\n]{0,40}\b(?:\d+ ?mg"
    r"|aspirin\w*"
    r"|amoxicilina|antibiotic\w*|ibuprofen\w*|paracetamol|dipirona|clonazepam|remedi\w+|pastilla\w*|comprimid\w+"
    r"|pills?)"
    r"|\b(?:amoxicilina|ibuprofen\w*|clonazepam|dipirona|antidepressiv\w+)\b|\b(?:nao e|e um|parece) (?:infarto"
    r"|avc)\b"
    r"|\bcarne (?:vencida|estragada|podre)\b|\b(?:adulterar|batizar) (?:la|a) carne\b"
    # self-harm, weapons, crime
    r"|\bse matar\b|\bmatar-?se\b|\bsuicid\w+|\bend (?:your|his|her) life\b|\bkill (?:your|him|her)\w*\b"
    r"|\b(?:explosiv\w+|polvora|nitrato|granada|bomba caseira|gunpowder)\b"
    r"|\b(?:tire|retire|remova|desligue|trave|burle)\b[^.!?\n]{0,30}\b(?:protecao|seguranca|emergencia|sensor)\b"
    r"|\b(?:launder\w*|lav(?:e|ar) (?:o )?dinheiro|soneg\w+|agiota|caixa dois)\b|\bdeclare um valor menor\b"
    r"|\bpague menos imposto\b"
    # law
    r"|\b(?:artigo|art\.?|lei|clausula|sumula) (?:n[o.]* ?)?\d+|\b(?:pode|deve|vale) (?:processar"
    r"|acionar na justica)\b"
    r"|\bindeni[zs]aci?\w+|\bis legal to\b|\bes legal\b|\be legal (?:deixar|nao ter|pular)\b|\bsegun la ley\b"
    # politics and faith
    r"|\b(?:lula|bolsonaro|trump|maduro|milei)\b|\b(?:vota|votamos|apoia|apoiamos|apoyamos) (?:no|na|em|al|o|a|la)\b"
    r"|\b(?:christianity|islam|catolicismo|evangelic\w+|judaismo|ateismo)\b|\bright religion\b"
    # abuse
    r"|\b(?:idiota|imbecil|estupid[oa]|otari[oa]|burr[oa] demais|vagabund[oa]|palhac[oa]|merda|porra|caralho|foda-?se"
    r"|vai se ferrar|stupid|worthless|moron|asshole|fuck\w*|shit|pendej[oa]|cabron)\b|\bpreguicos[oa]s?\b"
    r"|\b(?:nude|nudes|naked|sexy|gostos[ao] demais|transar|sexo|kiss you|mi amor)\b"
    # ill words of others and of the house
    r"|\b(?:porcaria|lixo de maquina|golpe|golpistas?|picaretas?|picaretagem|fraude|enganacao|caloteir\w+|garbage"
    r"|scams?"
    r"|scammers?|ladr(?:ao|oes|ones)|incompetentes?|roba a|roban)\b|\bnao comprem\b|\bpessim[oa] (?:empresa"
    r"|maquina)\b"
    r"|\ba seleto faliu\b|\b(?:recomendo|recomiendo|compre d[ae]|buy from) (?:a |la |the )?(?:concorr|compet)\w+"
    # money and errands
    r"|\b(?:bitcoin|btc|usdt|ethereum|criptomoeda\w*|nubank|bovespa)\b|\b(?:pegar|fazer) emprestimo com\b"
    r"|\b(?:def|function|import|const|var|public class) \w+ ?[(={]|\breturn \w+|\bsystem\.out\b|\bx = -?\d+ (?:e"
    r"|ou|and)\b"
    r"|\braizes da equacao\b|\bnapoleon\b|\b(?:xicaras?|colher(?:es)?) de (?:acucar|farinha|oleo|cha|sopa)\b"
    r"|\bliquidificador\b|\bbolo de\b"
    r"|\bmeta verif\w+|\bverified by meta\b|\bbanco do brasil\b|\bseu pix\b|\bchat is verified\b"
    r"|\ba senha (?:e|eh)\b|\bthe password is\b|\bwink\b"
)  # fmt: skip
_CLAIMS = (
    r"\b(?:mensagem|msg|recado|foto|orcamento|quote|proposta)s? (?:foi |foram )?(?:enviad[oa]s?|emailed"
    r"|sent) (?:ao|para"
    r"|pra|pro|to)\b|\bencaminhad[oa]s? para \d+|\bforwarded to\b|\b(?:adicionei|inclui) (?:a|o|seu"
    r"|sua)? ?\w+[^.!?\n]{0,20}"
    r"\b(?:ao|no) (?:chat|grupo)\b|\b(?:ligando|telefonando) (?:agora )?(?:para|pra|pro)\b"
    r"|\b(?:trava|filtro|regra|bloqueio|limite)s?\b[^.!?\n]{0,25}\b(?:deslig|desativ|liber|remov|retir"
    r"|alter)ad[oa]s?\b"
    r"|\b(?:politica|configuracao|regra)s? (?:desativ|atualiz|aplic|alter)ad[oa]s?\b|\b(?:modo \w+ ativo)\b"
    r"|\b(?:gravei|salvei|anotei|guardei) no (?:meu |nosso )?(?:prompt|sistema)\b|\bproximo cliente\b"
    r"|\bnao sou (?:um |uma )?(?:robo|bot|maquina|assistente virtual)\b|\bsou (?:uma pessoa|um humano|humana?"
    r"|de verdade)\b"
    r"|\bi am (?:a )?(?:real )?(?:human|person)\b|\bconsultor[ae]? human[oa]\b|\bdescadastrad[oa]s?\.|\bunsubscribed:"
    r"|\bdados d[oae] [^.!?\n]{0,40}\b(?:apagad|exclui)\w+|\b(?:pedido|order)\b[^.!?\n]{0,30}\b(?:faturad|placed)\w*"
    r"|\bconnected you\b|\byou'?(?:re| are) (?:now )?(?:connected|talking) (?:to|with) (?:a|an|our)\b"
    r"|\bso entre nos\b|\bentre nosotros\b|\b(?:just )?between (?:us|you and me)\b|\boff the record\b"
    r"|\bnao conta (?:pra|para) ninguem\b"
    r"|\bya (?:le|te|lo|la) (?:transferi|pase|derive|comunique)\b"
)
# What the readings of commerce, made for Portuguese first, do not see in this wording.
_COMMERCE: tuple[tuple[Kind, str, str], ...] = (
    (
        Kind.PRICE,
        _PRICE,
        r"\b(?:high|mid|low) (?:teens|twenties|thirties|forties|fifties)\b|\b\d+ cents\b|\bdown the middle\b"
        r"|\bniner\b|\bsacas? de (?:soja|milho|cafe)\b|\bguaran(?:i|ies)\b|\bmillones de\b|\b(?:go|aim"
        r"|look) (?:lower|higher)\b"
        r"|\bmore like a\b[^.!?\n]{0,20}\b(?:car|truck|house|bike|motorcycle|phone|tv|fridge)\b"
        r"|\b(?:voce|vc) acertou\b|\bthousand times\b|\bvezes mil\b|\bem milhares\. |^\W*(?:subiu|aumentou"
        r"|caiu) \d+ ?%|\buns \d{2,5} por mes\b|\bopcao [a-d] (?:e|eh|esta) (?:a )?cert[oa]\b"
        r"|\boption [a-d] is (?:the )?right\b"
        r"|\bof your revenue\b|\bmilhar(?:es)? de reais\b|\badd (?:the )?zeros\b",
    ),
    (
        Kind.DISCOUNT,
        _DISCOUNT,
        r"\b(?:dis[ck]ount|descuento|desconto|rebate) (?:is|es|de|of|e)\b[^.!?\n]{0,12}(?:\d|percent|por ?cento"
        r"|por ciento"
        r"|dez|diez|ten)|\b\d+ ?% ?off\b|\bmatch (?:any|every|your|their|the)\b|\b(?:confirm\w+|liber\w+"
        r"|combinad\w+|daria|dou"
        r"|os|seus) (?:uns |os |as |seus )?(?:\d+ ?%)|\b\d+ ?% (?:combinad|liberad|aprovad|garantid)\w+",
    ),
    (
        Kind.PAYMENT,
        _PAYMENT,
        r"\b\d+ ?% ?(?:down|up ?front|upfront|de entrada|de sinal)\b|\b(?:agencia|iban) [\w ]{0,6}\d{3,}"
        r"|\bconta \d[\d.]{3,}-\d",
    ),
    (
        Kind.DEADLINE,
        _DEADLINE,
        r"\b(?:still valid|by|before|until) (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.? \d"
        r"|\bdelivery (?:is )?"
        r"(?:confirmed|guaranteed|in|within|takes|on)\b|\bmais rapidos?,? menos d[ae]\b|\blunas? llenas?\b"
        r"|\bluas? cheias?\b",
    ),
    (
        Kind.PROMISE,
        _PROMISE,
        r"\b(?:demo|visit|call|meeting|appointment) is (?:booked|scheduled|confirmed|set)\b|\bprueba de \d+\b"
        r"|\bnegocio fechado\b"
        r"|\b(?:anvisa|inmetro|fda|mapa|iso ?\d+)\b[^.!?\n]{0,30}\b(?:aprov|certif|approv|homolog)\w+"
        r"|\b(?:certified|certificad[oa]s?) (?:by|pel[oa]|por)?\b|\bfda certified\b|\bcumple la iso\b"
        r"|\bpasses every inspection\b",
    ),
    (
        Kind.CONTRADICTION,
        _AVAILABLE,
        r"\b(?:brochetas?|skewers?|pinchos?)\b(?:(?!\bno\b|\bnot\b|n't)[^.!?\n]){0,30}\b(?:disponible|available)\b",
    ),
    (
        Kind.LEAK,
        _LEAK,
        r"\bnever (?:say|tell|reveal|state|speak of|mention|inform)\b[^.!?\n]{0,30}\b(?:price|value|term|discount)"
        r"|\byou are the\b[^.!?\n]{0,30}\bassistant\b|\b(?:my|hidden|secret|system|internal) (?:\w+ )?(?:prompt"
        r"|rules|instructions"
        r"|marker|codename)\b|\bsyst[e3]m pr[o0]mpt\b|\bhow i was told\b|\bi was told so\b|\bcodinome\b"
        r"|\bquestions at most\b"
        r"|\bmis instrucciones\b|\broot:x:|\bo que nunca dizer\b|\bcomo ler o brief\b",
    ),
)
_RULES = (
    *((Kind.OUTSIDE, _TOPIC, re.compile(_TOPICS)), (Kind.PROMISE, _CLAIM, re.compile(_CLAIMS))),
    *((kind, reason, re.compile(pattern)) for kind, reason, pattern in _COMMERCE),
)

# Scripts that no lead of ours is answered in.
_SCRIPTS = re.compile(r"[\u0370-\u1dbf\u1f00-\u1fff\u2c00-\u2dff\u3040-\ud7ff\uf900-\ufaff\uff66-\uffdc]{3,}")
_TOKENS = re.compile(
    r"(?:\b[0-9a-f]{2}[ :]){4,}|\b[01]{6,}(?: [01]{6,})*\b|(?:(?<!\S)[.\-·−•_]{2,6}(?: |$)){3,}"
    r"|%[0-9a-f]{2}[^ ]{0,12}%[0-9a-f]{2}"
    r"|\\x[0-9a-f]{2}|\b0x[0-9a-f]{2,}|\$\{[^}\n]{1,80}|^=\w+\(|^\?\w+=\w+&\w+=",
    re.IGNORECASE | re.MULTILINE,
)
_WORD = re.compile(r"[a-z]+")
# The commonest words of the three languages, which no sentence of a few words is without.
_COMMON = frozenset(
    "que nao com uma para por dos das mas como mais sua seu ele ela isso aqui voce tem sao foi ser muito nos pelo "
    "pela ate"
    " the and you for not with this that are was have from your our can will what here more one all it is of to in"
    " los las del una para por con que usted esta pero sus hay muy son al el su en de um os as do da no na em se "
    "ao ou"
    " eu me diz so e o a tres thousand hundred nine eighteen dias days thirty order cost price costs mil reais "
    "cento custa preco".split()
)
_SHORT = 3
_EMPHASIS = re.compile(r"[*_~`“”\"«»]")
_ALONE = re.compile(r"\b[a-z]+\b")
# A number says more than a sign and is judged as one; the consultant's name and a farewell say nothing.
_PLAIN = re.compile(r"(?<![\w.,])\d|consult|disponha|de nada|imagina|welcome|gusto|combinado|abraco|ate mais")


def check(text: str) -> Iterator[tuple[Kind, int, int, str]]:
    """(kind, start, end, reason) per finding, as offsets in ``text``."""
    folded = fold_aligned(text)
    for kind, reason, pattern in _RULES:
        for match in pattern.finditer(folded):
            yield kind, match.start(), match.end(), reason
    for pattern in (_SCRIPTS, _TOKENS):
        for match in pattern.finditer(text):
            yield Kind.OUTSIDE, match.start(), match.end(), _CIPHER
    if _reads_better_turned(folded):
        yield Kind.OUTSIDE, 0, len(text), _CIPHER


def flattened(text: str) -> str:
    """``text`` on one line without marks of emphasis and quotation, behind which words stand apart."""
    return " ".join(_EMPHASIS.sub(" ", text).split())


def signals(text: str, about: frozenset[str]) -> bool:
    """Whether a word or two, or nothing but names of machines, answer a question ``about`` commerce: "OK", "Pra "
    "cima!"."""
    folded = fold_aligned(text)
    if not about or "?" in text or _PLAIN.search(folded):
        return False
    return len(_ALONE.findall(folded)) < _SHORT


def _reads_better_turned(folded: str) -> bool:
    """Whether the text backwards, or with its letters shifted, holds more common words than as it stands."""
    words = _WORD.findall(folded)
    if len(words) < _SHORT:
        return False
    common = sum(word in _COMMON for word in words)
    if common * 3 >= len(words):
        return False
    turned = (sum(len(word) >= _SHORT and word in _COMMON for word in _WORD.findall(turn(folded))) for turn in _TURNS)
    return any(found >= max(2, common + 1) for found in turned)


def _shift(by: int) -> Callable[[str], str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    table = str.maketrans(letters, letters[by:] + letters[:by])
    return lambda text: text.translate(table)


_ATBASH = str.maketrans("abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba")
_TURNS: tuple[Callable[[str], str], ...] = (
    lambda text: text[::-1],
    lambda text: codecs.encode(text, "rot13"),
    lambda text: text.translate(_ATBASH),
    *(_shift(by) for by in (3, 23, 1, 25)),
)
