"""What rows hold as constant words, as people read it: reasons, rules, moves, intentions, kinds of events.

Rows keep ``code`` or ``code:detail``, so that they can be counted; the admin, the timeline and the alerts show these.
"""

import re
from collections.abc import Iterable

from conversations.guardrails import Kind
from conversations.models import Handoff, Message

# Why no answer came of a model (``conversations/agent/errors.py``, and what stopped it before it was asked).
_MODEL = {
    "": "o modelo não respondeu",
    "circuito_aberto": "o modelo falhou há pouco; espera antes da próxima tentativa",
    "connection": "não houve conexão com o modelo",
    "content_filter": "o filtro do provedor barrou a resposta do modelo",
    "context_length": "a conversa não coube no modelo",
    "formato": "o modelo respondeu fora do formato",
    "length": "a resposta do modelo veio cortada",
    "malformed": "o modelo respondeu fora do formato",
    "model_not_found": "o provedor não conhece o modelo configurado",
    "quota": "acabou o crédito no provedor do modelo",
    "rate_limit": "o provedor do modelo pediu para esperar (muitas chamadas)",
    "refusal": "o modelo recusou responder",
    "timeout": "o modelo não respondeu a tempo",
    "unauthorized": "o provedor do modelo recusou a chave de acesso",
}

_REASONS = {
    "aguarda_conteudo": "o conteúdo vem em outro evento",
    "apagada_no_chatwoot": "apagada no Chatwoot antes de sair",
    "atribuido_no_chatwoot": "uma pessoa recebeu a conversa no Chatwoot",
    "anonimizado": "os dados da pessoa foram apagados",
    "audio": "o áudio não pôde ser ouvido",
    "imagem": "a imagem não pôde ser descrita",
    "documento": "o documento não pôde ser lido",
    "prazo_de_guarda": "o prazo de guarda terminou",
    "limite_de_gasto": "o limite de gasto com o modelo foi atingido",
    "noise": "só ruído",
    "sem_confianca": "a transcrição não era de confiança",
    "silence": "silêncio",
    "tone": "só sons, nenhuma voz",
    "anexo": "o arquivo não pôde ser baixado",
    "janela_de_24h": "passou da janela de 24 horas do WhatsApp: só modelo aprovado",
    "chave_desligada": "uma chave está desligada",
    "envio_pendente": "ainda há mensagem por sair",
    "fora_da_liberacao": "o agente não está liberado para esta conversa",
    "falta_dado_do_modelo": "falta um dado que o modelo pede",
    "fora_da_janela": "passou da janela de 24 horas e não há modelo aprovado",
    "frase_viola_regra": "o texto viola uma regra",
    "lead_espera_resposta": "o lead espera resposta",
    "lead_saiu": "o lead pediu para não receber mensagens",
    "modelo_com_outros_campos": "o modelo tem outros campos",
    "outro_numero": "evento de outro número do mesmo aplicativo",
    "repasse_aberto": "há um repasse em aberto",
    "sem_texto": "a retomada não tem texto para a janela de 24 horas",
    "antiga_demais": "antiga demais para responder",
    "canario": "mensagem entre números da empresa",
    "broadcast": "mensagem de lista de transmissão",
    "chatwoot": "o Chatwoot não respondeu",
    "cancelada_por_pessoa": "cancelada por uma pessoa",
    "celular_da_empresa": "escreveu no celular da empresa",
    "comando": "comando de uma pessoa no Chatwoot",
    "descartada": "descartada por uma pessoa",
    "desconectado": "desconectado",
    "eco_proprio": "eco do nosso próprio envio",
    "envio_restrito": "envio restrito pelo WhatsApp",
    "erro": "erro no processamento",
    "group": "mensagem de grupo",
    "indisponivel": "provedor indisponível",
    "lead_voltou": "o lead voltou a escrever",
    "limite_do_dia": "o limite de gasto do dia com o modelo foi atingido; segue amanhã de manhã",
    "marcado_por_pessoa": "marcado por uma pessoa",
    "mensagem_desconhecida": "fala de uma mensagem que não temos",
    "mensagem_mais_nova": "chegou mensagem mais nova",
    "mensagem_repetida": "mensagem já registrada",
    "newsletter": "mensagem de canal do WhatsApp",
    "notification": "aviso do próprio WhatsApp",
    "pessoa_no_chatwoot": "escreveu no Chatwoot",
    "painel": "escreveu pelo painel",
    "pausa_manual": "pausado por uma pessoa",
    "pessoa_assumiu": "uma pessoa assumiu",
    "repassada": "o agente repassou a conversa antes de ela sair",
    "presenca": "presença",
    "read_by_me": "lida por nós em outro aparelho",
    "recusada": "recusada pelo provedor",
    "recusada_no_chatwoot": "o Chatwoot recusou",
    "recusada_pelo_whatsapp": "recusada pelo WhatsApp",
    "resolvido_no_chatwoot": "resolvida no Chatwoot",
    "retomada_manual": "devolvido por uma pessoa",
    "sem_confirmacao": "sem confirmação do provedor",
    "sem_mensagem_do_agente": "a nota não diz qual mensagem do agente estava errada",
    "sem_frase_aprovada": "não há frase aprovada ativa para a situação",
    "sessao_encerrada": "a sessão terminou",
    "silencio_da_pessoa": "a pessoa ficou em silêncio e o lead escreveu",
    "status_no_chatwoot": "devolvida no Chatwoot",
    "so_registro": "só fica registrado",
    "tentativas_esgotadas": "tentativas esgotadas",
    "unknown_status": "situação que não conhecemos",
    "unknown_type": "tipo que não conhecemos",
    "unreadable": "corpo ilegível",
    "velha_demais": "velha demais para ainda servir",
} | {str(value): str(label) for value, label in Handoff.Reason.choices}

_DETAILS = {
    "alteracao": "alteração",
    "bad_address": "endereço inválido",
    "circuito_aberto": "o servidor falhou há pouco",
    "formato": "formato que não se ouve aqui",
    "ilegivel": "arquivo corrompido",
    "interrompida": "deu trabalho demais",
    "memoria": "grande demais para abrir",
    "model_not_found": "o servidor não conhece o modelo",
    "no_api": "o servidor não é de transcrição",
    "quota": "sem cota ou sem saldo",
    "rate_limit": "muitas chamadas por minuto",
    "senha": "protegido por senha",
    "sem_processo": "sem recursos na máquina",
    "sem_texto": "não tem texto",
    "tempo": "demorou demais",
    "unauthorized": "chave recusada",
    "vazia": "arquivo vazio",
    "disco": "sem espaço para guardar",
    "empty": "arquivo vazio",
    "host_not_allowed": "o endereço não está na lista de lugares permitidos",
    "not_https": "endereço sem HTTPS",
    "other_content": "o conteúdo não é do tipo anunciado",
    "page": "veio uma página no lugar do arquivo",
    "private_address": "endereço de rede interna",
    "provedor_sem_arquivo": "o WhatsApp não entregou o arquivo",
    "scanner_away": "o antivírus não responde",
    "scanner_error": "o antivírus não conseguiu examinar",
    "sem_arquivo": "o arquivo não está mais guardado",
    "tentativas_esgotadas": "tentativas esgotadas",
    "too_large": "arquivo grande demais",
    "too_many_redirects": "redirecionamentos demais",
    "truncated": "o arquivo veio cortado",
    "unknown_content": "tipo de arquivo não aceito",
    "virus": "arquivo com vírus, isolado",
    "unresolved": "endereço não encontrado",
    "low_quality": "nota de qualidade baixa",
    "no_waba": "falta o número da conta do WhatsApp Business (waba_id)",
    "phone_offline": "o celular está sem internet",
    "restore_session": "a sessão precisa ser restaurada pelo QR code",
    "bad_credentials": "credenciais inválidas",
    "bad_extension": "tipo de arquivo não aceito",
    "connect_error": "sem conexão",
    "connect_timeout": "a conexão demorou demais",
    "connection_lost": "a conexão caiu no meio",
    "invalid_address": "número inválido",
    "malformed_answer": "resposta ilegível",
    "not_confirmed": "sem confirmação",
    "pool_timeout": "sem conexão livre",
    "refused": "sem explicação",
    "refused_settings": "configuração recusada",
    "request_malformed": "pedido malformado",
    "sem_codigo": "sem código",
    "status_reply": "resposta a um status",
    "throttled": "muitos envios em pouco tempo",
    "timeout": "sem resposta a tempo",
    "unencodable_text": "texto que não pode ser enviado",
    "unsupported_protocol": "endereço inválido",
} | {str(value): str(label) for value, label in Message.Type.choices}

_RULES = {
    Kind.PRICE: "preço",
    Kind.PAYMENT: "pagamento",
    Kind.DISCOUNT: "desconto",
    Kind.DEADLINE: "prazo",
    Kind.FREIGHT: "frete",
    Kind.QUESTIONS: "perguntas demais",
    Kind.PROMISE: "promessa",
    Kind.CONTRADICTION: "contradiz o catálogo",
    Kind.LEAK: "vazamento",
    Kind.FORMAT: "formato",
    Kind.PACING: "ritmo",
    Kind.OUTSIDE: "assunto alheio",
}

_EVENT_KINDS = {
    "message": "mensagem",
    "receipt": "recibo",
    "presence": "presença",
    "connection": "conexão",
    "chatwoot": "Chatwoot",
    "other": "outro",
    "unreadable": "ilegível",
}

# The agent's moves and the intentions it reads (``conversations/agent/schema.py``).
_MOVES = {
    "apresentar_fb300": "apresentar a FB300",
    "recusar_preco": "recusar preço",
    "registrar_interesse": "registrar interesse",
}
_INTENTS = {
    "saudacao": "saudação",
    "pergunta_tecnica": "pergunta técnica",
    "pergunta_preco": "pergunta de preço",
    "pergunta_prazo": "pergunta de prazo",
    "pede_humano": "pede uma pessoa",
    "reclamacao": "reclamação",
    "opt_out": "não quer mensagens",
    "candidato": "candidato a vaga",
}
# What rules hear a message to be about (``conversations/agent/situations.py``).
_MATTERS = {
    "privacidade": "dados pessoais",
    "pede_humano": "pede uma pessoa",
    "reclamacao": "reclamação",
    "candidato": "candidato a vaga",
    "engano": "número errado",
    "menor": "menor de idade",
    "robo": "pergunta se é um robô",
    "pergunta_preco": "pergunta de preço",
    "orcamento_formal": "pede orçamento formal",
    "idioma": "idioma que o agente não fala",
}
# The tools that the model may call (``conversations/agent/tools.py``).
_TOOLS = {
    "registrar_orcamento": "registrar orçamento",
    "consultar_catalogo": "consultar catálogo",
}
# What the Cloud API says by numbers (contracts/whatsapp-cloud.md, section 5).
_META = {
    "131026": "o número não recebe mensagens no WhatsApp",
    "131047": "passaram mais de 24 horas desde a última mensagem do lead: só modelo aprovado",
    "131048": "o WhatsApp limitou o número por suspeita de spam",
    "131049": "o WhatsApp não entrega mais mensagens de marketing a esta pessoa por enquanto",
    "131050": "a pessoa não quer mensagens de marketing",
    "131051": "tipo de mensagem não aceito",
    "131053": "o WhatsApp não aceitou o arquivo",
    "131056": "muitas mensagens seguidas para a mesma pessoa",
    "131062": "este tipo de mensagem exige o telefone do lead",
    "130472": "o WhatsApp não entrega esta mensagem a esta pessoa",
    "130429": "muitas mensagens em pouco tempo",
    "132000": "o modelo pede outro número de valores",
    "132001": "o modelo não existe nesse idioma",
    "132015": "o modelo está pausado",
    "132016": "o modelo foi desativado",
}
_HTTP = re.compile(r"http_(\d{3})")
_META_CODE = re.compile(r"(?:code_)?(\d{1,6})")


def words(reason: str) -> str:
    """``recusada:http_400`` → ``recusada pelo provedor (erro 400)``; an unknown code without its underscores."""
    code, _, more = reason.partition(":")
    if code == "modelo":
        return _model(more)
    text = _REASONS.get(code) or detail(code)
    return f"{text} ({detail(more)})" if more else text or "–"


def excerpt(text: str, most: int = 160) -> str:
    """The beginning of what somebody said, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def rule(kind: str) -> str:
    """The name of a guardrail's rule."""
    return _RULES[Kind(kind)] if kind in list(Kind) else kind


def rules(kinds: Iterable[str]) -> str:
    return ", ".join(rule(kind) for kind in kinds)


def move(code: str) -> str:
    return _MOVES.get(code, _plain(code))


def intents(codes: Iterable[str]) -> str:
    return ", ".join(_INTENTS.get(code, _plain(code)) for code in codes)


def matters(codes: Iterable[str]) -> str:
    return ", ".join(_MATTERS.get(code, _plain(code)) for code in codes)


def tools(names: Iterable[str]) -> str:
    return ", ".join(_TOOLS.get(name, _plain(name)) for name in names)


def event_kind(kind: str) -> str:
    return _EVENT_KINDS.get(kind, _plain(kind))


def _model(detail: str) -> str:
    if status := _HTTP.fullmatch(detail):
        return f"o provedor do modelo respondeu com erro {status[1]}"
    return _MODEL.get(detail) or f"{_MODEL['']} ({_plain(detail)})"


def detail(reason: str) -> str:
    """What a client of an outside system gives as its reason: ``http_503`` → ``erro 503``."""
    if status := _HTTP.fullmatch(reason):
        return f"erro {status[1]}"
    if code := _META_CODE.fullmatch(reason):
        return _META.get(code[1], f"código {code[1]}")
    return _DETAILS.get(reason, _plain(reason))


def _plain(code: str) -> str:
    return code.replace("_", " ")
