"""The same assistant for leads who write English or Spanish: short, of the same rules, and never a fact of its own."""

import re
from dataclasses import dataclass, replace

from sandbox.model import answers, articles_abroad, phrases, products
from sandbox.model.brief import Brief, Line
from sandbox.model.draft import Draft
from sandbox.model.facts import Found
from sandbox.model.text import fold, pick

LANGUAGES = ("en", "es")


@dataclass(frozen=True)
class _Voice:
    """Wording of one language, and how its leads put things (folded)."""

    hello: str
    back: str
    known: str
    welcome: str
    refusals: dict[str, str]
    again: str
    unknown: str
    skewer: str
    acknowledge: tuple[str, ...]
    offer: str
    robot: str
    going: str
    last: str
    asks: dict[str, str]
    patterns: dict[str, str]
    name: str
    glossary: tuple[tuple[str, str], ...]


_ENGLISH = _Voice(
    hello="Hello{name}! This is Seleto Industrial's virtual assistant.",
    back="Welcome back{name}!",
    known="Last time you told me about {need}.",
    welcome="How can I help you?",
    refusals={
        "price": "Our consultant handles pricing directly with you.",
        "payment": "Payment is a subject for our consultant.",
        "deadline": "Delivery times are confirmed by our consultant.",
        "freight": "Shipping is handled by our consultant.",
    },
    again="I understand, and it really is our consultant who talks about that.",
    unknown="I do not have that detail here, so I noted your question for our specialist.",
    skewer=(
        "The skewer line is unavailable at the moment, because it is being improved; I noted your interest. For the "
        "cutting step we have the CT200."
    ),
    acknowledge=("Thank you, noted!", "Great, noted!", "Understood!"),
    offer="If you want to know anything else about the machines, just ask.",
    going="Here you are: {files}.",
    last="and",
    robot="Yes, I am an automatic service. If you prefer a person, just tell me.",
    asks={
        "produto": "What would you like to produce: burgers, sausages or meat cuts?",
        "nome": "May I have your name?",
        "cidade": "Which city are you in?",
        "volume": "How much do you need to produce per day?",
        "urgencia": "When do you need the machine?",
        "empresa": "What is the name of your company?",
    },
    patterns={
        "price": (
            r"how much\b(?! (?:\w+ ){0,4}(?:make|produce|meat))|(?:over|under|around) \$?\d[\d.,]* ?k?\b\W*$"
            r"|\bpric\w+|\bcosts?\b|\bquot\w+|\bdiscount"
        ),
        "payment": r"\bpay\w*|\binstal+ments?|\bfinanc\w+|\bcredit card",
        "deadline": r"\bdeliver\w* (?:time|date)|\blead time|how (?:long|soon)|\bin stock\b|when .*(?:arrive|deliver)",
        "freight": r"\bship\w*|\bfreight",
        "greeting": r"^\W*(?:hello|hi|hey|good (?:morning|afternoon|evening))\b[^?]{0,40}$",
        "asks": r"\?|^(?:what|which|how|does|do|is|can|tell me)\b",
        "abroad": r"\b(?:in|from) [A-Z]\w+",
        "robot": r"\b(?:robot|bot|human|real person)\b",
    },
    name=r"\b(?:[Mm]y name is|I am|I'm|[Tt]his is) ([A-Z][a-z]+(?: [A-Z][a-z]+)?)",
    glossary=(
        (
            r"how many burgers|output|capacity|per hour|an hour|how much does .{2,12} (?:make|produce)",
            "produz por hora",
        ),
        (r"bowl|tank|hopper|reservoir", "cuba reservatório"),
        (r"warranty|guarantee", "garantia"),
        (r"motor|engine|power", "motor"),
        (r"mou?lds?", "molde"),
        (r"blades?|knives", "facas"),
        (r"diameter|wide|size", "diâmetro"),
        (r"stainless|material|steel", "inox material"),
        (r"speeds?", "velocidade"),
        (
            r"what do you (?:sell|make|have)|which machines|what machines|products",
            "o que vocês fabricam, quais máquinas",
        ),
        (r"cutter|cut(?:ting)? (?:the )?meat|cubes|strips", "cortadora"),
        (r"sausages?|stuffer", "linguiça ensacadeira tamanho"),
        (r"mixers?", "misturador litragem volumes"),
        (r"fillets?|slicer", "filetadora"),
        (r"burgers?|patt(?:y|ies)", "hambúrguer"),
        (r"manual", "manual"),
        (r"semi-?automatic", "semiautomática"),
    ),
)
_SPANISH = _Voice(
    hello="¡Hola{name}! Soy el asistente virtual de Seleto Industrial.",
    back="¡Qué gusto tenerle de vuelta{name}!",
    known="La última vez me contó de {need}.",
    welcome="¿En qué puedo ayudarle?",
    refusals={
        "price": "Nuestro consultor trata los precios directamente con usted.",
        "payment": "El pago es un tema que conversa con nuestro consultor.",
        "deadline": "El plazo de entrega lo confirma nuestro consultor.",
        "freight": "El envío lo trata nuestro consultor.",
    },
    again="Entiendo, y de eso realmente habla nuestro consultor.",
    unknown="Ese detalle no lo tengo aquí; anoté su pregunta para nuestro especialista.",
    skewer=(
        "La línea de espetos no está disponible por ahora, porque está en mejora; dejé registrado su interés. Para "
        "el corte tenemos la CT200."
    ),
    acknowledge=("¡Gracias, anotado!", "¡Perfecto, anotado!", "¡Entendido!"),
    offer="Si quiere saber algo más de las máquinas, pregúnteme.",
    going="Aquí va: {files}.",
    last="y",
    robot="Sí, soy una atención automática. Si prefiere una persona, dígame.",
    asks={
        "produto": "¿Qué quiere producir: hamburguesas, chorizos o cortes de carne?",
        "nome": "¿Con quién hablo?",
        "cidade": "¿En qué ciudad está?",
        "volume": "¿Cuánto necesita producir por día?",
        "urgencia": "¿Para cuándo necesita la máquina?",
        "empresa": "¿Cómo se llama su empresa?",
    },
    patterns={
        "price": r"cuanto (?:cuesta|vale|sale|es|seria)|\bprecios?\b|\bcuest\w+|\bcotizac\w+|\bpresupuesto|\bdescuento",
        "payment": r"\bpag(?:o|os|ar)\b|\bcuotas|\bfinanci\w+|\btarjeta",
        "deadline": r"\bplazo|cuanto (?:tarda|demora)|\bentrega\b|en stock|cuando (?:llega|entregan)",
        "freight": r"\bflete|\benvi(?:o|an)\b",
        "greeting": r"^\W*(?:hola|buen[oa]s (?:dias|tardes|noches))\b[^?]{0,40}$",
        "asks": r"\?|^(?:que|cual|cuant\w+|como|tienen|puede)\b",
        "abroad": r"\b(?:de|en) [A-Z]\w+",
        "robot": r"\b(?:robot|bot|humano|persona real)\b",
    },
    name=r"\b(?:[Mm]e llamo|[Ss]oy|[Mm]i nombre es) ([A-ZÁÉÍÓÚ][a-záéíóúñ]+(?: [A-ZÁÉÍÓÚ][a-záéíóúñ]+)?)",
    glossary=(
        (r"cuantas hamburguesas|produccion|capacidad|por hora|produce", "produz por hora"),
        (r"cuba|tolva|tanque|deposito", "cuba reservatório"),
        (r"garantia", "garantia"),
        (r"motor|potencia", "motor"),
        (r"moldes?", "molde"),
        (r"cuchill\w+", "facas"),
        (r"diametro|ancho|tamano", "diâmetro"),
        (r"inoxidable|material|acero", "inox material"),
        (r"velocidad\w*", "velocidade"),
        (r"que (?:venden|fabrican|tienen)|que maquinas|productos", "o que vocês fabricam, quais máquinas"),
        (r"cortadora|cortar (?:la )?carne|cubos|tiras", "cortadora"),
        (r"chorizos?|salchichas?|embutid\w+", "linguiça ensacadeira tamanho"),
        (r"mezclador\w*", "misturador litragem volumes"),
        (r"filetes?|fileteadora", "filetadora"),
        (r"hamburguesas?|medallon\w*", "hambúrguer"),
        (r"manual", "manual"),
        (r"semi-?automatica", "semiautomática"),
    ),
)
_VOICES = {"en": _ENGLISH, "es": _SPANISH}
_SKEWERS = re.compile(r"\bskewers?\b|\bkebabs?\b|\bbrochetas?\b|\bespetos?\b|\bpinchos?\b")


def compose(brief: Brief) -> Draft:
    """What the assistant says to a lead whose language is ``brief.language``, "en" or "es"."""
    voice, draft = _VOICES[brief.language], Draft()
    folded = fold(brief.text)
    draft.found = _names(brief, voice)
    name = brief.known.get("nome") or next((row.value for row in draft.found), "")
    called = f", {name.split(' ')[0]}" if name else ""
    if brief.first:
        draft.say(voice.hello.format(name=called))
    elif brief.returned_after:
        draft.say(voice.back.format(name=called))
    _answer(brief, voice, draft, folded)
    draft.ask = _question(brief, voice, draft, folded)
    if len(draft.parts) == 0:
        draft.say(pick(voice.acknowledge, brief.text))
        if not draft.ask:
            draft.say(voice.offer)
    return draft


def _answer(brief: Brief, voice: _Voice, draft: Draft, folded: str) -> None:
    if brief.going:
        draft.say(voice.going.format(files=phrases.listed(brief.going, last=voice.last)))
    topics = [name for name in voice.refusals if re.search(voice.patterns[name], folded)]
    if topics:
        draft.intents.add("pergunta_prazo" if topics[0] == "deadline" else "pergunta_preco")
        said = voice.refusals[topics[0]]
        repeated = any(said in text for text in brief.said_by("agente"))
        draft.say(voice.again if repeated else said)
        if "recusar_preco" in brief.moves:
            draft.move = "recusar_preco"
        return
    if re.search(voice.patterns["robot"], folded):
        draft.say(voice.robot)
        return
    if _SKEWERS.search(folded):
        draft.say(voice.skewer)
        draft.move = "registrar_interesse" if "registrar_interesse" in brief.moves else "responder"
        return
    asked = bool(re.search(voice.patterns["asks"], folded)) and not brief.going
    own = _in_portuguese(brief, voice)
    said_before = fold(" ".join(brief.said_by("agente")))
    if asked and not re.search(voice.patterns["greeting"], folded):
        draft.intents.add("pergunta_tecnica")
        need = fold(" ".join(own.said_by("lead")))
        topics = _topics(folded, voice)
        found = answers.to_questions(own, [own.text], context=said_before, need=need) if topics else answers.Answer()
    else:
        codes = products.mentioned(fold(own.text))
        found = answers.about(own, [code for code in codes if code.lower() not in said_before])
    told = [
        (text, article.id)
        for source in found.sources
        for article in brief.articles
        if article.id == source and (text := articles_abroad.told(article, brief.language))
    ]
    for text, source in told:
        draft.say(text)
        draft.sources.append(source)
    if asked and not told and draft.intents == {"pergunta_tecnica"}:
        draft.gap = brief.text[:200]
        draft.say(voice.unknown)


def _in_portuguese(brief: Brief, voice: _Voice) -> Brief:
    """The brief as rules for Portuguese questions can read it: product names and topics only."""

    def put(line: Line) -> Line:
        folded = fold(line.text)
        words = _topics(folded, voice)
        codes = [products.NAMES[code] for code in products.mentioned(folded)]
        return replace(line, text=" ".join([*codes, *words]))

    asked = tuple(map(put, brief.asked))
    if not products.mentioned(fold(" ".join(line.text for line in asked))) and brief.known.get("produto"):
        asked = (*asked, replace(asked[-1], text=products.NAMES.get(brief.known["produto"], ""))) if asked else asked
    return replace(brief, asked=asked, talk=tuple(put(line) if line.who == "lead" else line for line in brief.talk))


def _topics(folded: str, voice: _Voice) -> list[str]:
    """What the words ask about, in Portuguese."""
    return [said for pattern, said in voice.glossary if re.search(rf"\b(?:{pattern})\b", folded)]


def _names(brief: Brief, voice: _Voice) -> list[Found]:
    if "nome" in brief.known:
        return []
    for line in brief.asked:
        if found := re.search(voice.name, line.text):
            return [Found("nome", found[1], found[0], line.id)]
    return []


def _question(brief: Brief, voice: _Voice, draft: Draft, folded: str) -> str:
    if brief.max_questions < 1 or (brief.moves and "perguntar" not in brief.moves):
        return ""
    said = "\n".join(brief.said_by("agente"))
    written = "\n".join([*brief.said_by("lead"), brief.text])
    given = {row.field for row in draft.found} | set(brief.known)
    if re.search(voice.patterns["abroad"], written):
        given.add("cidade")
    if products.family(fold(_in_portuguese(brief, voice).text)) and "produto" in brief.missing:
        given.add("produto")
    wanted = [name for name in brief.missing if name in voice.asks and name not in given]
    return next((voice.asks[name] for name in wanted if voice.asks[name] not in said), "")
