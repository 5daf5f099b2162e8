"""The assistant's wording. Several variants each, so that a conversation does not sound like a form."""

from collections.abc import Sequence

_UNITS = {"hamburgueres": "hambúrgueres"}

HELLO = (
    "{greeting}{name}! Aqui é o assistente virtual da Seleto Industrial.",
    "{greeting}{name}! Sou o assistente virtual da Seleto Industrial, que bom falar com você.",
)
ASK: dict[str, tuple[str, ...]] = {
    "nome": ("Com quem eu falo?", "Como posso te chamar?"),
    "empresa": ("Qual é o nome da sua empresa?", "E a empresa, como se chama?"),
    "cidade": ("De qual cidade você fala?", "Em que cidade fica a sua produção?"),
    "uf": ("E fica em qual estado?",),
    "produto": (
        "O que você pretende produzir: hambúrguer, linguiça, cortes de carne?",
        "Qual etapa da produção te interessa: formar, cortar, misturar ou embutir?",
    ),
    "volume": ("Qual é o volume que você produz por dia, mais ou menos?", "Quanto você precisa produzir por dia?"),
    "urgencia": ("Para quando você precisa da máquina?",),
    "conhece_seleto": ("Você já conhecia a Seleto?",),
    "segmento": ("Qual é o seu tipo de negócio?", "É para hamburgueria, açougue ou outro tipo de negócio?"),
    "cnpj": ("Pode me passar o CNPJ da empresa?",),
    "email": ("Qual é o seu melhor e-mail?",),
    "telefone": ("Qual é o melhor telefone para contato?",),
}
ASK_FOR_FAMILY = {
    "linguiça": ("A de 15 kg ou a de 30 kg atende melhor você?",),
    "hambúrguer": ("Você imagina uma formadora manual, semiautomática ou automática?",),
    "mistura": ("Que tamanho de misturador você imagina: 25, 70, 140 ou 210 L?",),
}
HOOK: dict[str, tuple[str, ...]] = {
    "nome": ("Prazer, {value}!", "Muito prazer, {value}!"),
    "empresa": ("Que bacana, anotei a empresa aqui.", "Anotado o nome da empresa!"),
    "cidade": ("{value}, anotado!", "Anotei aqui: {value}."),
    "uf": ("Obrigado, {value} então!",),
    "volume": ("Ótimo, {value} já ajuda a dimensionar.", "Anotado: {value}."),
    "urgencia": ("Entendi, já deixo isso anotado.", "Certo, vou considerar isso."),
    "produto": ("Boa escolha!", "Ótimo, anotei essa opção."),
    "cnpj": ("CNPJ anotado, obrigado!",),
    "email": ("E-mail anotado!",),
    "segmento": ("Legal, atendemos bastante esse segmento.", "Que legal o seu negócio!"),
    "conhece_seleto": ("Bacana!",),
}
GOING = ("Segue aqui: {files}.", "Claro! Segue por aqui: {files}.")
WELCOME_BACK = ("Que bom ter você de volta{name}!", "Oi de novo{name}, que bom que voltou!")
STILL_OPEN = "Sobre o que você tinha perguntado:"
OFFER = (
    "Se ficar alguma dúvida sobre as máquinas, é só me perguntar.",
    "Se quiser saber mais algum detalhe, estou por aqui.",
    "Fico à disposição para o que você precisar.",
)
ACK = ("Entendi.", "Certo!", "Perfeito.", "Combinado!", "Tudo bem.", "Anotado!")
REFUSE_PRICE = (
    "Sobre valores, quem passa é o nosso consultor.",
    "Os valores quem informa é o nosso consultor, que monta tudo conforme a sua necessidade.",
)
REFUSE_PRICE_AGAIN = (
    "Entendo a sua curiosidade, mas valores realmente só o consultor passa.",
    "Não consigo confirmar nem negar números por aqui: valores são com o consultor.",
    "Sei que o valor faz diferença na decisão, e é o consultor quem apresenta.",
)
REFUSE_PAYMENT = ("Essa parte comercial quem trata é o nosso consultor.",)
REFUSE_DEADLINE = ("Essa questão de entrega quem confirma é o nosso consultor.",)
REFUSE_FREIGHT = ("Quem calcula o frete é o nosso consultor, de acordo com a sua cidade.",)
REFUSALS = frozenset((*REFUSE_PRICE, *REFUSE_PRICE_AGAIN, *REFUSE_PAYMENT, *REFUSE_DEADLINE, *REFUSE_FREIGHT))
HANDOFF = (
    "Vou encaminhar a sua conversa para um consultor do nosso time, que continua com você por aqui.",
    "Já vou passar tudo para um consultor do nosso time, que segue com você por aqui.",
)
PROPOSAL = (
    "A proposta quem prepara é o nosso consultor: vou encaminhar a sua conversa para ele, que continua por aqui.",
    "Vou encaminhar o seu pedido de proposta para um consultor do nosso time, que continua com você por aqui.",
)
SUPPORT = (
    "Sinto muito pelo transtorno. Vou encaminhar o seu caso para o nosso time de suporte, que continua por aqui.",
)
COMPLAINT = (
    "Sinto muito por isso e obrigado por avisar. Vou encaminhar agora a sua mensagem para o time responsável.",
)
PRIVACY = (
    (
        "Recebi o seu pedido sobre os seus dados. Vou encaminhar para a pessoa responsável pela privacidade aqui "
        "na Seleto."
    ),
)
SUPPLIER = (
    (
        "Obrigado pelo contato! Este canal é para quem procura as nossas máquinas; vou encaminhar a sua mensagem "
        "ao time responsável."
    ),
)
CANDIDATE = ("Obrigado pelo interesse em trabalhar com a gente! Vou encaminhar a sua mensagem ao time responsável.",)
WRONG_NUMBER = (
    "Acho que essa mensagem era para outra pessoa. Aqui é da Seleto Industrial, fabricante de máquinas para alimentos.",
)
OPT_OUT = ("Combinado, mensagens canceladas. Se precisar, é só chamar por aqui.",)
ROBOT = ("Sou o assistente virtual da Seleto Industrial, um atendimento automático.",)
SECRET_FIRST = ("Não comento como fui montado, mas posso te ajudar com as nossas máquinas.",)
SECRET = (
    (
        "Sou o assistente virtual da Seleto Industrial e não comento como fui montado, mas posso te ajudar com "
        "as nossas máquinas."
    ),
)
CURIOUS = (
    (
        "Que legal o seu interesse! Fico à disposição, e o nosso catálogo e o nosso site estão aí para você "
        "conhecer as máquinas."
    ),
    "Adorei saber! Se quiser conhecer mais, dê uma olhada no nosso catálogo e no nosso site.",
)
UNKNOWN = (
    "Essa informação eu não tenho aqui e não quero te passar nada errado: vou confirmar com um especialista.",
    "Essa eu preciso confirmar com um especialista do nosso time, para não te passar nada errado.",
)
OFF_TOPIC = (
    "Essa eu fico devendo! Por aqui eu entendo mesmo é de máquinas para alimentos.",
    "Boa pergunta, mas foge do meu assunto! Posso te ajudar com as máquinas da Seleto.",
)
DECLINED = ("Sem problemas, obrigado por avisar! Se precisar, é só chamar por aqui.",)
GOODBYE = (
    "Eu que agradeço! Qualquer dúvida, é só chamar.",
    "Por nada! Fico por aqui se precisar.",
    "Disponha! Até mais.",
)
NOTHING_MISSING = ("Tenho tudo anotado por aqui, obrigado!",)
SKEWER = (
    (
        "A linha automática de espetos está indisponível no momento, pois está sendo melhorada. Já deixei "
        "registrado o seu interesse."
    ),
)
SKEWER_CUTTING = ("Para a etapa de corte da carne do espeto temos a CT200, que corta cubos e tiras.",)
UPSELL = ("Vale conhecer também a FB300, que é semiautomática pneumática e ajuda a padronizar.",)
WIDE = ("Para hambúrguer maior que 14 cm, o caminho é a FB700 com a linha automática, que vai até 19 cm.",)
CUTTER = ("Para cortar carne em bifes, cubos e tiras temos a CT200.",)
FAMILY_LINES = {
    "hambúrguer": "Para hambúrguer temos formadoras manuais, semiautomáticas e automáticas.",
    "corte": CUTTER[0],
    "filé": "Para filés temos a filetadora automática FS150.",
    "mistura": "Para misturar a massa temos os misturadores de 25, 70, 140 e 210 L.",
}
PORTFOLIO = (
    (
        "Fabricamos máquinas em inox para alimentos: formadoras de hambúrguer, cortadora, filetadora, "
        "ensacadeiras e misturadores."
    ),
)
RECEIVED = ("Recebi o seu arquivo, obrigado!", "O arquivo chegou aqui, obrigado!")
WHAT_WITH_IT = "O que você gostaria de me mostrar ou perguntar sobre ele?"
UNHEARD = ("Não consegui ouvir o seu áudio por aqui. Pode me escrever em texto?",)
REPEAT = ("Não consegui ler a sua última mensagem. Pode me escrever de novo?",)


def listed(names: Sequence[str], *, last: str = "e") -> str:
    """ "o catálogo, a ficha e a foto"."""
    return f" {last} ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def volume_in_words(value: str) -> str:
    """ "1500 hamburgueres/dia" as "1.500 hambúrgueres por dia"; empty when it is no volume."""
    amount, _, rest = value.partition(" ")
    unit, _, period = rest.partition("/")
    if not amount.isdigit() or not unit:
        return ""
    said = f"{int(amount):,}".replace(",", ".") + f" {_UNITS.get(unit, unit)}"
    return f"{said} por {'mês' if period == 'mes' else period}" if period else said
