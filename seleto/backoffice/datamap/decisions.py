"""The decision about every column that can hold a word, a number or a file of somebody (LGPD art. 6, 7 and 37).

``PERSONAL`` names columns by the kind of data they hold; ``NOBODY`` those that hold constant words, settings, ids or
sums. A history table follows its own table. Whoever adds a column puts it into one of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """Portuguese, as the Encarregado reads it."""

    whose: str
    purpose: str
    basis: str
    retention: str
    recipients: str


_SALE = "procedimentos preliminares a contrato, a pedido do titular (art. 7º, V)"
_INTEREST = "legítimo interesse no atendimento (art. 7º, IX)"
_DUTY = "cumprimento de obrigação legal (art. 7º, II)"
_LEAD = "anonimizado após 1 ano sem contato; linhas apagadas aos 2 anos"

CATEGORIES: dict[str, Category] = {
    "contato": Category(
        "lead", "responder pelo WhatsApp", _SALE, _LEAD, "provedor do WhatsApp (Z-API ou Meta), Chatwoot, PipeRun"
    ),
    "conversa": Category(
        "lead",
        "atender, repassar e comprovar o que se disse",
        _SALE,
        _LEAD,
        "provedor do WhatsApp, provedor do modelo de linguagem, Chatwoot",
    ),
    "qualificação": Category(
        "lead",
        "entender a necessidade e preparar o consultor",
        _SALE,
        _LEAD,
        "PipeRun, Chatwoot, provedor do modelo de linguagem",
    ),
    "classificação": Category(
        "lead", "ordenar o atendimento comercial; revisão por pessoa (art. 20)", _INTEREST, _LEAD, "PipeRun, Chatwoot"
    ),
    "arquivo": Category(
        "lead",
        "entender áudios, imagens e documentos enviados",
        _SALE,
        "arquivo apagado após 90 dias; texto sem identificadores",
        "provedor de transcrição, Chatwoot",
    ),
    "evento": Category(
        "lead",
        "não perder mensagem nem repetir efeito",
        _INTEREST,
        "corpo apagado após 90 dias; a chave fica",
        "nenhum",
    ),
    "empresa": Category(
        "empresa do lead", "identificar a pessoa jurídica", _SALE, "apagada com o último lead dela", "PipeRun"
    ),
    "crm": Category(
        "lead",
        "conferir e continuar o que foi escrito no CRM",
        _INTEREST,
        "histórico de chamadas 90 dias; o resto com o lead",
        "PipeRun",
    ),
    "direitos": Category(
        "titular", "atender e comprovar pedidos (art. 18 a 20)", _DUTY, "5 anos; cópias 7 dias", "o próprio titular"
    ),
    "oposição": Category(
        "titular", "não voltar a escrever a quem recusou", _DUTY, "enquanto a recusa valer (resumo cifrado)", "nenhum"
    ),
    "qualidade": Category(
        "lead", "corrigir o agente e provar a correção", _INTEREST, "com o lead, ou sem identificadores", "nenhum"
    ),
    "ensaio": Category(
        "lead ou pessoa da equipe",
        "experimentar antes de publicar",
        _INTEREST,
        "horas, ou com o lead",
        "provedor do modelo de linguagem",
    ),
    "planilha": Category(
        "lead", "trabalho comercial fora do sistema, por quem tem permissão", _INTEREST, "24 horas", "quem exportou"
    ),
    "equipe": Category(
        "pessoa da equipe",
        "controlar acesso e saber quem fez o quê",
        "execução de contrato (art. 7º, V)",
        "enquanto trabalhar aqui; registros de autoria sem prazo",
        "nenhum",
    ),
    "auditoria": Category(
        "pessoa da equipe",
        "prestar contas (art. 6º, X)",
        _DUTY,
        "conforme a política de auditoria; sem dado do lead, só um id",
        "nenhum",
    ),
}

# Category -> "app.Model.column …".
PERSONAL: dict[str, str] = {
    "contato": """
        leads.Identity.value leads.Identity.display_name leads.Lead.referral conversations.Conversation.address
        conversations.Outbox.to conversations.ChatwootLink.source_id
        knowledge.RolloutPhone.phone knowledge.RolloutPhone.note
        conversations.Message.provider_id conversations.Message.reference_id
    """,
    "conversa": """
        conversations.Message.text conversations.Message.previous_texts conversations.Outbox.text
        conversations.Outbox.template conversations.Conversation.memory conversations.Conversation.summary
        conversations.GuardrailHit.draft
        conversations.GuardrailHit.reasons conversations.Handoff.summary conversations.Turn.undo
        conversations.ChatwootNote.text conversations.ChatwootLink.written leads.Consent.quote leads.Interest.quote
        conversations.Outbox.provider_id conversations.Outbox.provider_extra_id conversations.Outbox.answers_id
        conversations.Outbox.echo_id
    """,
    "qualificação": """
        leads.Fact.value leads.Fact.quote leads.Orcamento.resumo leads.Orcamento.volume leads.Orcamento.produto
        leads.Orcamento.segmento leads.Orcamento.urgencia leads.Orcamento.necessidade leads.Interest.produto
        knowledge.Gap.question knowledge.Gap.answer knowledge.Gap.key
    """,
    "classificação": """
        leads.Lead.temperature leads.Classification.temperature leads.Classification.parts
        leads.Classification.reasons leads.Classification.would_raise leads.Classification.fact_ids
        leads.Classification.engagement
    """,
    "arquivo": """
        conversations.Media.url conversations.Media.remote_id conversations.Media.filename conversations.Media.path
        conversations.Media.sha256 conversations.Reading.text conversations.Message.media conversations.Upload.sha256
        conversations.Upload.remote_id
    """,
    "evento": "conversations.Event.body conversations.Event.key",
    "empresa": """
        leads.Empresa.nome leads.Empresa.cnpj leads.Empresa.cidade leads.Empresa.uf leads.Empresa.site
        leads.Empresa.email leads.Empresa.telefone
    """,
    "crm": """
        crm.CrmLink.written crm.CrmLink.remote_id crm.CrmLink.refused crm.CrmLink.strays crm.CrmSync.refused
        crm.CrmCall.request crm.CrmCall.answer crm.Drift.evidence crm.Drift.remote_id crm.Drift.repair
    """,
    "direitos": """
        leads.SubjectRequest.note leads.SubjectRequest.outcome leads.SubjectExport.content
        leads.ErasureStep.reference
    """,
    "oposição": "leads.SuppressedIdentity.digest",
    "qualidade": """
        conversations.WrongReply.words conversations.EvalCase.data conversations.EvalCase.title
        conversations.EvalFinding.detail
    """,
    "ensaio": """
        backoffice.PlaygroundSession.talk backoffice.PlaygroundSession.takes backoffice.PlaygroundSession.message
        backoffice.ReplayItem.asked backoffice.ReplayItem.before backoffice.ReplayItem.after
        backoffice.ReplayItem.changes conversations.ShadowReply.asked conversations.ShadowReply.reply
        conversations.ShadowReply.facts conversations.ShadowReply.memory conversations.ShadowReply.stopped
        conversations.ShadowReply.handoff
    """,
    "planilha": "backoffice.ExportRun.content backoffice.ExportRun.keys",
    "equipe": """
        accounts.LoginFailure.key accounts.RecoveryCode.digest accounts.SecondFactor.name accounts.SecondFactor.secret
        auth.User.username auth.User.first_name auth.User.last_name auth.User.email auth.User.password
        sessions.Session.session_data admin.LogEntry.object_repr admin.LogEntry.change_message
        leads.Fact.given_by leads.Classification.corrected_by leads.NotDuplicate.by leads.SubjectRequest.closed_by
        leads.SubjectRequest.verified_by leads.SubjectExport.made_by leads.ErasureStep.finished_by leads.RetentionRun.by
        conversations.Handoff.assigned_to conversations.WrongReply.reported_by conversations.EvalCase.created_by
        backoffice.BulkRun.actor backoffice.BulkRun.requested_by backoffice.HitReview.by
        backoffice.PendingChange.author_name backoffice.PendingChange.decided_by
        backoffice.ReplayRun.requested_by crm.Drift.closed_by knowledge.PublishRun.requested_by
        knowledge.PublishRun.override_by knowledge.PromptTrial.started_by knowledge.PromptTrial.ended_by
        knowledge.PromptVersion.published_by knowledge.PromptVersion.created_by knowledge.Article.owner
        conversations.HandoffLevel.target
    """,
    "auditoria": "lib.AuditEntry.actor lib.AuditEntry.detail lib.ApiToken.name",
}

# Model -> columns that hold nothing of anybody: constant words, settings, ids, sums and texts of the house.
NOBODY: dict[str, str] = {
    "outbound.Delivery": "kind body status reason detail",
    "outbound.Subscription": "name url kinds secrets stopped",
    "accounts.SecretAge": "name mark",  # pragma: allowlist secret
    "admin.LogEntry": "object_id",
    "auth.Group": "name",
    "auth.Group_permissions": "",
    "auth.Permission": "name codename",
    "auth.User": "",
    "auth.User_groups": "",
    "auth.User_user_permissions": "",
    "backoffice.BulkRun": "kind title keys params refused result status",
    "backoffice.ExportRun": "kind form status",
    "backoffice.HitReview": "",
    "backoffice.PendingChange": "title status changes path query posted uploads digest reason",
    "backoffice.PlaygroundSession": "prices articles hours language failure",
    "backoffice.ReplayItem": "status reason",
    "backoffice.ReplayRun": "prompt_version prompt status reason",
    "backoffice.SavedView": "name query",
    "backoffice.SetupCheck": "name findings",
    "contenttypes.ContentType": "app_label model",
    "conversations.AudioRule": "",
    "conversations.Canary": "",
    "conversations.Channel": """
        slug name provider instance_id origin credentials webhook_secrets connection_reason
    """,
    "conversations.ChatwootInbox": """
        base_url public_url assignment credentials webhook_secrets signing_secrets
    """,
    "conversations.ChatwootLink": "status reason",
    "conversations.ChatwootNote": "key",
    "conversations.Conversation": "owner owner_reason correlation_id",
    "conversations.EvalCase": "code",
    "conversations.EvalFinding": "kind",
    "conversations.EvalRun": "figures",
    "conversations.Event": "kind status reason correlation_id",
    "conversations.FollowUp": "outcome reason",
    "conversations.GuardrailHit": "kinds spans action",
    "conversations.Handoff": "reason queue",
    "conversations.HandoffAlarm": "status reason",
    "conversations.HandoffLevel": "queue action text",
    "conversations.Handout": "kind title caption filename mime sha256 path",
    "conversations.Media": "direction source kind mime state reason",
    "conversations.Message": "author type status",
    "conversations.MessageTemplate": "name language status category body quality reason",
    "conversations.ModelUse": "purpose model prompt_version",
    "conversations.Outbox": "origin reviewed_sha256 status reason handout_sha256 correlation_id",
    "conversations.Reading": "kind state reason model",
    "conversations.ResumeRule": "",
    "conversations.ShadowReply": "status reason fallback prompt_version",
    "conversations.Turn": """
        status reason model prompt_version sources tools matters intents move timings facts_dropped fallback
        correlation_id
    """,
    "conversations.Upload": "",
    "conversations.WrongReply": "reason",
    "crm.CityLink": "ibge_code remote_id",
    "crm.CrmCall": "method endpoint outcome",
    "crm.CrmLink": "kind digest code",
    "crm.CrmOrigin": "kind value origin_id",
    "crm.CrmSettings": """
        pipeline_id stage_new_id stage_qualified_id owner_id default_origin_id title_template warm_deal
        follow_up_type_id account
    """,
    "crm.CrmSync": "status reason",
    "crm.Drift": "kind local_kind closed_as",
    "crm.Reconciliation": "ended",
    "django_q.OrmQ": "key payload",
    "django_q.Schedule": "name func hook args kwargs schedule_type cron task cluster intended_date_kwarg",
    "django_q.Task": "id name func hook args kwargs result group cluster",
    "knowledge.Article": "seed_checksum code title text attributes use source",
    "knowledge.ArticleEmbedding": "model digest vector reason",
    "knowledge.Article_products": "",
    "knowledge.BusinessHours": "",
    "knowledge.CompanyProfile": """
        seed_checksum name site catalogue_url address phone email hours time_zone holidays_of
    """,
    "knowledge.Flag": "seed_checksum name scope note",
    "knowledge.FollowUpRule": "temperature text template_name template_language template_values",
    "knowledge.Gap": "status",
    "knowledge.HistoricalArticle_products": "",
    "knowledge.Holiday": "name kind",
    "knowledge.ModelPrice": "model",
    "knowledge.Phrase": "seed_checksum situation language text seed_key",
    "knowledge.PricePolicy": "",
    "knowledge.Product": "seed_checksum code name description aliases",
    "knowledge.ProductAttribute": "name unit values text",
    "knowledge.ProductPrice": "",
    "knowledge.PromptTrial": "role outcome",
    "knowledge.PromptVersion": "seed_checksum role version status text checksum",
    "knowledge.PublishRun": "checksum status reason model cases results override_reason",
    "knowledge.RolloutPhone": "",
    "knowledge.RolloutRule": "scope others note",
    "knowledge.SafetyRules": "forbidden",
    "knowledge.ScoreWeights": "name",
    "knowledge.Synonym": "seed_checksum term means",
    "leads.Classification": "",
    "leads.Consent": "kind",
    "leads.Empresa": "",
    "leads.ErasureStep": "store label status reason",
    "leads.Fact": "field evidence source_kind rule",
    "leads.Identity": "kind",
    "leads.Interest": "",
    "leads.Lead": "origin",
    "leads.NotDuplicate": "",
    "leads.Orcamento": "status",
    "leads.RetentionRun": "counts",
    "leads.SubjectExport": "",
    "leads.SubjectRequest": "kind status source verified_how code_digest",
    "leads.SuppressedIdentity": "",
    "lib.Alert": "key level title notice_told",
    "lib.ApiToken": "digest previous_digest",
    "lib.AuditEntry": "action subject_kind",
    "lib.AuditLink": "digest",
    "lib.AuditPending": "",
    "lib.AuditSegment": "begins ends",
    "lib.Circuit": "key state reason",
    "lib.ClockOffset": "",
    "lib.Heartbeat": "name",
    "lib.RateBucket": "key",
    "lib.WorkTry": "key",
    "sessions.Session": "session_key",
}
