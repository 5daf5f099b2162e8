"""Whether a lead asks for no more messages or for the deletion of their data (eval rules, `opt_out`).

Four ways of saying it: contact that shall stop (a stopping word, an act of contacting), something of the lead's that
shall be removed, a place to be removed from, and consent taken back. Declining an offer is none of them.
"""

import re
from collections.abc import Sequence

from leads.extraction.said import Item, Said
from seleto.lib.text.foreign import words_in_portuguese

_YOU = r"(?:voces?|vcs?|ces|ceis|seleto)"
_MESSAGE = (
    r"(?:mensage\w+|msgs?|mensagens|propaganda\w*|promoc\w+|anuncio\w*|notificac\w+|ofertas?|conteudos?|divulgac\w+"
    r"|novidades|comunica\w+|informativos?|newsletter|marketing|zap|nada|coisas?|isso|spam|contatos?|ligac\w+"
    r"|e-?mails?)"
)
_NUISANCE = (
    r"(?:perturb\w+|incomod\w+|amol\w+|ench(?:e\b|er|am|endo)|encher|atazan\w+|aporrinh\w+|importun\w+|azucrin\w+"
    r"|disparos?\b|spam\b|insist\w+(?! (?:n[ao]s?|em)\b))"
)
_CONTACTING = (
    r"(?:mand(?:a|e|em|ar|arem|assem|ando)|envi(?:a|e|em|ar|arem|assem|ando|o)|receber|recebendo"
    r"|cham(?:a|e|em|ar)"
    r"|contat(?:e|em|ar|ado|ada)|contact(?:e|em|ar|ado|ada)|retorn(?:e|em|ar)|adicion(?:e|em|ar)|procur(?:e|em|ado"
    r"|ada)|escrev(?:a|am|er))"
)
# What may follow an act of contacting when it is messages that shall end: nothing, "mais", or their name.
_NO_MORE = (
    rf"(?:\s+(?:me|mais|em|nada|nenhum\w*|ess[ae]s?|est[ae]s?|isso|tant[ao]s?|por favor|pfv|aqui|pra mim|pra ca"
    rf"|por aqui|novamente|outra vez|de novo"
    rf"|as|os|a|o|de|nunca|{_YOU}))*\s*(?:$|[,.!?;)]|{_MESSAGE}\b|tod[oa]s?\b)"
)
_STOP = (
    r"(?:(?:nao|nunca mais|jamais|nem)(?! (?:gost\w+ de|quero (?:\w+ )?escrev|consegu|consig|sei|vou|posso|pude"
    r"|sabia|deu|era|foi|precisei|recebi))"
    r"|par\w+ (?:de|com|logo)|deix\w+ de|chega de|basta de|cess\w+|suspend\w+|interromp\w+|dispenso|sem)"
)


def _rule(pattern: str) -> re.Pattern[str]:
    """With every "não" also as leads write and say it: "n quero", "num me manda"."""
    return re.compile(pattern.replace("nao", "(?:nao|naum|num|nn?)"))


_STOP_CONTACT = _rule(
    rf"\b{_STOP}\b(?:\s+\w+){{0,4}}?\s+(?:{_CONTACTING}{_NO_MORE}|{_NUISANCE})"
    rf"|\b(?:par\w+|deix\w+|chega) de (?:(?:me |nos )?(?:ligar|telefonar)|mandar (?:nada|coisas?)|(?:me"
    rf"|nos) (?:escrever|chamar|procurar|contatar|contactar"
    rf"|importunar))\b(?! (?:a|o|de|as|os|pra)\b)"
    rf"|(?:\bpar(?:e|em|ar|arem|assem)|(?:^|[.!;,])\s*para(?= (?:de|com|logo|ja|as|ess)\b)|\bcess\w+"
    rf"|\b(?:o )?fim d[aeo]ss?[ae]s?|\bsuspend\w+|interromp\w+|cancel\w+|bloque\w+|desativ\w+|dispens\w+)"
    rf"(?: (?:ja|logo|com|de|me|os?|as?|ess[ae]s?|est[ae]s?|meu|minha|tod[oa]s?|qualquer|receb\w+|mand\w+|envi\w+))*"
    rf" (?:envios?|recebimento|inscri\w+|cadastro|assinatura|lista|{_MESSAGE})\b"
    rf"|\b(?:nao|nunca|jamais) (?:quero|desejo|gostaria de|autorizo|aceito|pedi)\b[^.!?]{{0,25}}\b(?!nada|isso"
    rf"|coisa){_MESSAGE}\b"
    rf"(?! (?:com|d[aeo]|sobre|pra|para|manual) ?(?:o |a )?(?:preco|orcamento|vendedor|consultor|maquina|produto))"
    rf"|\b(?:nunca mais|jamais)\b[^.!?]{{0,12}}\b(?:mand|envi|cham|lig|escrev)\w+"
    rf"|\bnao (?:me )?(?:mand\w+|envi\w+|cham\w+|contat\w+|procur\w+|liguem|ligue|escrev\w+)\b(?: \w+){{0,3}}?"
    rf" (?:mais|{_MESSAGE}|nunca)\b"
    rf"|\b{_YOU} par(?:arem|em|assem)\b(?! (?:de )?(?:vend|fabric|produz|faz|fabr|trabalh|atend)\w+)"
    rf"|\b{_STOP} (?:\w+ ){{0,4}}?(?:me |nos )(?:lig|mand|envi|cham|escrev)(?:ando|arem|assem)\b"
    rf"|\bsem mais {_MESSAGE}\b|\bsem mensage\w+\W*(?:por favor|$)|\bnada de (?:mais )?(?:mensage\w+|msgs?"
    rf"|propaganda|ligac\w+|spam)\b"
    rf"|\bnao entr\w+ (?:mais )?em contato\b|\bchega(?: de)? (?:mais )?{_MESSAGE}\b"
    rf"|\b(?:quero|gostaria de|posso|preciso|favor|como (?:faco|eu faco)?(?: pra| para)?) ?(?:de )?(?:parar|sair"
    rf"|cancelar|deixar) (?:de |d[oa] |dess[ae] |dest[ae] |o |a )*(?:receb\w+|list\w+|grupo|inscri\w+|cadastro"
    rf"|{_MESSAGE})"
    r"|\bnao (?:quero|desejo|gostaria de|precisam?) (?:mais )?(?:que )?(?:\w+ ){0,3}?(?:receb\w+|ser (?:mais )?"
    r"(?:contat|contact|procur|cham|incomod|perturb)\w+|(?:me )?(?:contat|contact|incomod|perturb|procur)\w+"
    r"|me (?:mand|envi|cham|escrev)\w+(?: mais)?\W*(?:$|[,.;!?]|nada\b|mensage\w+|msgs?\b))"
)
_REMOVE = (
    r"(?:tir\w+|remov\w+|exclu\w+|retir\w+|apag\w+|delet\w+|elimin\w+|descadastr\w+|descart\w+|sum\w+ com|risc(?:a"
    r"|ar|uem|am)"
    r"|esquec(?:e|am|a|er)|desvincul\w+|limp(?:a|e|em|ar)|dest?ru[ia]\w*)"
)
_DATA = (
    r"(?:dados|informac\w+|cadastro|numero|contato|registros?|telefone|celular|conversas?|nome|whats\w*|zap|historico"
    r"|e-?mail|ficha|conta)"
)
_LIST = (
    r"(?:lista|base|cadastro|sistema|grupo|transmissao|banco|agenda|disparos?|mailing|contatos|envios?|marketing"
    r"|cobranca|campanhas?)"
)
_OF_LIST = rf"(?:d[aeo]s?|n[ao]s?|dess[ae]s?|dest[ae]s?)\s+(?:\w+\s+){{0,2}}?{_LIST}"
_REMOVED = r"(?:removid|excluid|retirad|apagad|descadastrad|deletad|eliminad|anonimizad|tirad|desvinculad)[oa]s?\b"
_ITS_WRITER = (
    rf"me|eu|[oa]s?|meus?|minhas?|ess[ea]|est[ea]|{_DATA}|por favor|pfv|ai|ja|logo|de vez|completamente|d[aeo]|daqui"
    r"|[\d(+][\d().+-]*"
)
_GO_ON = r"(?:\s+(?:todos|todas|os|as|o|a|de|do|ai|ja|logo|por favor|tudo|qualquer|d[eoa]s?|ess[ae]|est[ae]))*"
_NOT_OTHER = (
    r"(?! (?:uns?|umas?|ess[ae]s?|a|o|as|os|algumas?|qual\w+|d[aeo]s? (?:fila|duvida|orcamento|pedido|nota|espera)))"
)
_REMOVAL = _rule(
    rf"\b{_REMOVE}{_GO_ON}\s+(?:meus?|minhas?|ess[ea]|est[ea])\s+(?:\w+\s+)?{_DATA}\b(?! (?:com|certo|e (?:poe"
    rf"|bota|coloc\w+|troc\w+)))"
    rf"|\b(?:me|eu) {_REMOVE}\b{_NOT_OTHER}|\b{_REMOVE} (?:eu|-me)\b|\b{_REMOVE}[- ]me\b"
    rf"|\b{_REMOVE}(?:\s+(?:{_ITS_WRITER}))*\s+{_OF_LIST}\b"
    rf"|\b(?:meus?|minhas?|ess[ea]s?|est[ea]s?) {_DATA}\b[^.!?;,]{{0,30}}\b{_REMOVED}"
    rf"|\b(?:me )?deslig\w+ (?:me )?d[aeo]?(?:ss|st)?[aeo]?s? (?:\w+ )?(?:{_LIST}|{_MESSAGE})\b"
    rf"|\b{_REMOVE}\b(?:\s+(?:{_ITS_WRITER}))+ (?:dai|daqui|disso|disto)\b"
    rf"|\b{_REMOVE}\b[^.!?;]{{0,40}}\b(?:sobre|de) mim\b|\bapag\w+ tudo\b"
    r"|\b(?:exclusao|remocao|eliminacao|apagamento|delecao|anonimizacao|retirada|cancelamento) (?:total "
    r"|completa |imediata )?"
    rf"d[aeo]s? (?:(?:meus?|minhas?|todos os|todas as)\s+)*(?:{_DATA}|inscri\w+|assinatura)\b"
    rf"|\b(?:sair|saio|sai)\s+{_OF_LIST}\b|\bme bloquei\w+\b"
    r"|\bser (?:removid|excluid|retirad|apagad|descadastrad|deletad|eliminad)\w+"
    r"|\bdesinscrev\w+|\bdescadastr\w+|\bunsubscribe\b|\bopt[- ]?out\b|\bbloque\w+ (?:o )?(?:meu|esse|este) "
    r"(?:numero|contato|zap)|\bdireito (?:ao|de) (?:esquecimento|exclusao|eliminacao)\b"
)
# Ending or removing, and what shall end, some words apart in one thought.
_ENDING = (
    rf"(?:par(?:a|e|em|ar|arem|assem|ando) (?:de|com)|chega|basta|cess\w+|suspend\w+|interromp\w+|cancel\w+|encerr\w+"
    rf"|deslig\w+|desativ\w+|acab\w+ com|(?:cans(?:ei|ad[oa])|fart[oa])(?! de (?:responder|mandar|enviar|ler))"
    rf"|(?:saia|sair) d\w+|{_REMOVE})"
)
_ENDED = (
    rf"(?:mensagens|msgs|propagandas?|promocoes|disparos?|notificac\w+|anuncios|comunicad\w+|marketing|newsletter|spam"
    rf"|mailing|transmiss\w+|(?:meus?|minhas?) (?:\w+ )?{_DATA})\b(?! (?:anterior|acima|errad|que (?:eu )?mand"
    rf"|e (?:poe|bota)))"
)
_APART = _rule(
    rf"\b{_ENDING}\b(?:[\s,]+(?!orcamento|pedido|proposta|maquina|visita)\w+){{0,4}}?[\s,]+{_ENDED}"
    rf"|\b(?:meus?|minhas?|ess[ea]|est[ea]) {_DATA}\b(?:\s+\w+){{0,3}}?\s+(?:saiam?|sair|fora|{_REMOVED})"
    rf"(?:\s+\w+)?\s+(?:d[aeo]s?|dess\w+|dai)\b"
    r"|\bapag\w+ (?:tudo )?(?:o )?que (?:\w+ ){1,3}(?:meus?|minhas?|sobre mim|de mim)\b"
)
_CONSENT = _rule(
    r"\bnao (?:tem|tinham?|dei|demos|ha|houve) (?:\w+ ){0,2}?(?:autorizac\w+|permissao|consentimento)\b|"
    rf"\bnao us(?:e|em|ar) (?:mais )?(?:o )?(?:meu|minha|esse|este) {_DATA}|\b(?:meu|esse) {_DATA} nao e (?:pra|para) "
    rf"(?:{_MESSAGE}|isso)|\b(?:nunca|nao) (?:pedi|autorizei|solicitei|permiti) (?:pra |para )?(?:receb\w+|contato)"
    rf"|\b(?:pedir|peco|solicit\w+|quero|requer\w+|exijo) (?:a |o )?(?:exclusao|remocao|eliminacao|descadastr\w+)\b"
    rf"(?! d[aeo]s? (?!meus?\b|minhas?\b|{_DATA}))|"
    r"\brevog\w+ (?:o |meu |a |minha )*(?:consentimento|autorizac\w+)|\b(?:retir|cancel)\w+ (?:o |meu )*consentimento"
    r"|\bnao (?:mais )?autorizo\b[^.!?]{0,25}\b(?:us(?:o|em|ar)|envi\w+|cont[ac]\w+|tratamento|lig\w+"
    r"|mensage\w+|guard\w+)\b"
    r"|\bnao quero (?:mais )?(?:participar|fazer parte)\b(?! d[aeo] (?:licitac|feira|concorr|sorte))"
    r"|\blgpd\b[^.]{0,40}\b(?:apag|exclu|remov|delet|elimin)\w+"
)
_ANGER = _rule(
    rf"\bse (?:voces )?(?:nao |me )?(?:mand|continu|insist|envi|cham|lig|par)\w+\b[^.!?]{{0,40}}\b(?:bloque|denunci"
    rf"|process|procon)\w*"
    rf"|\b(?:cansei|cansad[oa]|fart[oa]|chei[oa]|saturad[oa]) (?:de|d[aeo]ss?[aeo]s?"
    rf"|com) (?:\w+ ){{0,2}}?(?:mensage\w+|propaganda\w*)"
    r"|\b(?:ja )?ped(?:i|imos) (?:\w+ )?(?:pra|para) (?:voces )?par(?:ar|arem|em)\b|\bnao fal\w+ mais comigo\b"
    r"|\bencerr\w+ (?:o |esse |este |todo |qualquer )?contatos?\b|"
    r"\b(?:me deix\w+ em paz|deix\w+ (?:eu|me|nos|a gente) em paz|me esquec(?:e|am|a|er)|sa(?:i|iam?) (?:fora"
    r"|do meu pe|daqui)"
    r"|larg\w+ (?:d[eo] )?(?:meu|do) pe"
    r"|som(?:e|am?) daqui|(?:vou|quero) (?:te |vcs |voces )?(?:bloquear|denunciar)|(?:vou|quero) (?:te|vcs"
    r"|voces) processar)\b"
    rf"|\b(?:denunci|bloque|process)\w+\b[^.!?]{{0,40}}\b(?:mensage\w+|spam)\b|\bnao (?:me )?(?:enche|encham)\b"
    rf"|\b(?:par\w+|chega|cans\w+|fart\w+|saco) de (?:\w+ ){{0,2}}?{_NUISANCE}"
)
_COMMAND = _rule(
    rf"^\W*(?:(?:favor|quero|por favor) )*(?:excluir|apagar|remover|deletar|cancelar|retirar) (?:o |meu |meus |os "
    rf"|todos )*{_DATA}\W*$|"
    r"^\W*(?:(?:eu |por favor |favor )*(?:quero |queria |gostaria de )?(?:parar|sair|cancelar|remover|descadastrar)"
    r"|par[ae]m?|stop|sair da lista|nao perturb\w+|chega de mensage\w+|remov\w+-me|me remov\w+|chega"
    r")(?: (?:por favor|pfv?r?|ja|agora|obrigad[oa]|por gentileza))*\W*$|(?:^|[,.!;])\s*(?:por favor |favor "
    r"|pfv )?parem?\W*$"
)
_GOODS = r"(?:maquina|equipamento|pedido|produto|entrega|mercadoria|encomenda|carga|molde|peca)s?"
_MATERIAL = (
    r"(?:audios?|videos?|fotos?|figurinhas?|textos?|catalogos?|preco\w*|links?|fichas?|orcamento\w*|proposta\w*"
    r"|cotac\w+|nota|boleto|representante|vendedor\w*|tecnico|visitas?)"
)
_NOT = _rule(
    # What one takes by asking or looking, not what one takes away.
    r"\btir\w+ (?:(?:as?|uma?s?|algumas|essas?) )?(?:(?:minhas? )?duvida|referencia|foto|medida|print)s?\b|"
    # A machine that no longer starts: nobody speaks of us in the past and in the singular.
    rf"\b(?:parou|parava) de (?:ligar|chamar|receber|mandar|enviar)\b"
    rf"|\b(?:par\w+ (?:de )?|nao (?:precisa\w* )?)(?:mais )?(?:me )?(?:mand\w+|envi\w+) (?:mais )?(?:o |a |as |os "
    rf"|por )?{_MATERIAL}|\bnao (?:me )?cham\w+ (?:assim|de)\b|\bnao (?:me )?(?:receb(?:i|o|ia|emos|iamos)"
    rf"|mandaram|mandou|mandei"
    r"|enviaram|enviou|chegou)\b|\bnao quero (?:receber|que (?:me )?mande\w*) (?:o |a |as |os )?"
    rf"{_MATERIAL}|\b(?:cancel|desmarc)\w+ (?:a|o|as|essa) (?:ligac\w+|visita|reuniao|call)|\bpara com isso\W*(?:k+"
    rf"|(?:ha)+|rs+)\b|\breceber (?:a|o|as|os|ess[ae]|minha"
    rf"|meu) {_GOODS}\b|\b(?:nao|nunca) esquec\w+ (?:de )?(?:me|meu|minha)\b"
    rf"|\b{_REMOVE}\b[^.!?;]{{0,30}}\b(?:do|da|desse|dessa) (?:pedido|orcamento|proposta|cotacao|simulacao)\b"
)
_RULES = (_COMMAND, _STOP_CONTACT, _REMOVAL, _APART, _CONSENT, _ANGER)


def asks_opt_out(text: str) -> bool:
    """Whether a message asks for no more messages or for the deletion of its writer's data.

    Declining an offer is not opting out (eval rules, `opt_out`).
    """
    return opt_out([Said(words_in_portuguese(text))]) is not None


def opt_out(said: Sequence[Said]) -> Item | None:
    for message in (one.spelled for one in said):
        text = _NOT.sub(lambda match: "#" * len(match.group()), message.folded)
        for rule in _RULES:
            match = rule.search(text)
            if match and not re.search(r"\b(?:nao|nem)\s+(?:(?:quero|precisa\w*|e pra)\s+)?$", text[: match.start()]):
                return message.item("opt_out", True, match.start(), match.end())
    return None
