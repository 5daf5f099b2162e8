-- Conversations, what was received, what was said.
INSERT INTO conversations_conversation (id, lead_id, channel_id, address, opened_at, last_message_at, closed_at, owner,
    owner_reason, owner_since, revision, answered_revision, pending_since, turn_due_at, hearing_until, awaiting_answer,
    unanswered_question_replies, turn_failures, correlation_id, memory, summary, summary_until, summary_due_at,
    summary_leased_until, follow_up_at, follow_up_step, outbox_order, previous_id)
SELECT b.conversation, b.id, b.channel, b.phone, b.opened_at, b.last_at, b.closed_at,
    CASE WHEN b.handed THEN 'human' WHEN pg_temp.dice('nobody''s' || n) < 0.01 THEN 'nobody' ELSE 'agent' END,
    CASE WHEN b.temperature = 'quente' THEN 'lead_quente' WHEN b.handed THEN 'pediu_humano' ELSE '' END,
    CASE WHEN b.handed THEN b.last_at ELSE b.opened_at END,
    (b.messages + 1) / 2, (b.messages + 1) / 2, NULL, NULL, NULL, mod(b.messages, 3) = 0, 0, 0, '',
    '{"notice_given": true}', '', NULL, NULL, NULL,
    CASE WHEN b.temperature = 'morno' AND NOT b.handed AND b.closed_at IS NULL AND pg_temp.dice('again' || n) < 0.5
        THEN b.last_at + interval '30 days' END, 0, b.messages / 2, NULL
FROM busy_lead b;

INSERT INTO conversations_event (id, channel_id, key, kind, body, received_at, status, reason, attempts, due_at,
    leased_until, processed_at, correlation_id)
SELECT pg_temp.uid(at, 'event' || n || '.' || p), channel, 'mes:' || n || '.' || p, 'message',
    convert_to('{"phone": "' || '55119' || lpad((%(first_phone)s + n)::text, 8, '0') || '", "text": {"message": "…"}}',
        'UTF8'), at + interval '1 second', 'done', '', 1, at, NULL, at + interval '2 seconds', ''
FROM busy_message WHERE author = 'lead';
-- What nobody could make anything of, and what was not for us.
INSERT INTO conversations_event (id, channel_id, key, kind, body, received_at, status, reason, attempts, due_at,
    leased_until, processed_at, correlation_id)
SELECT pg_temp.uid(last_at, 'stray' || n), channel, 'mes:stray:' || n, 'message', '{"phone": "group"}',
    last_at, CASE WHEN mod(n, 100) = 0 THEN 'parked' ELSE 'ignored' END, CASE WHEN mod(n, 100) = 0
    THEN pg_temp.pick('stray' || n, ARRAY['erro', 'unreadable', 'tentativas_esgotadas', 'unknown_type']) ELSE 'group' END,
    CASE WHEN mod(n, 100) = 0 THEN 8 ELSE 1 END, last_at, NULL, last_at, ''
FROM busy_lead WHERE mod(n, 20) = 0;

INSERT INTO conversations_message (id, conversation_id, channel_id, event_id, author, type, text, status, status_at,
    revision, provider_id, reference_id, forwarded, own_words, sent_at, created_at, edited_at, deleted_at, previous_texts,
    media, chatwoot_id)
SELECT m.id, m.conversation, m.channel, CASE WHEN author = 'lead' THEN pg_temp.uid(m.at, 'event' || m.n || '.' || m.p) END,
    author, type,
    CASE WHEN type IN ('image', 'document') THEN '' WHEN type = 'audio' THEN 'Queria saber se ela faz hambúrguer de 120 g'
        WHEN author = 'lead' THEN pg_temp.said(b, m.p)
        WHEN author <> 'agent' THEN (ARRAY['Olá, aqui é da equipe comercial. Posso te ligar hoje à tarde?',
            'Vou preparar a proposta e já te mando.', 'Combinado, qualquer dúvida me chame.'])
            [1 + mod(m.p, 3)]
        WHEN m.p = b.handoff_place THEN 'Obrigado! Vou passar você para um consultor, que continua por aqui.'
        ELSE (ARRAY['Claro! Para indicar a melhor opção: quantos hambúrgueres vocês fazem por dia?',
            'Prazer! De que cidade você fala?', 'Entendi. E quando pretende começar?',
            'A FB300 faz de 300 a 350 hambúrgueres por hora, é toda em inox 304 e vem com um molde sob medida.',
            'A garantia é de 6 meses.', 'Posso ajudar em mais alguma coisa?'])
            [1 + floor(pg_temp.dice('answer' || m.n || '.' || m.p) * 6)::int] END,
    CASE WHEN author = 'lead' THEN 'received' WHEN fate < 0.0012 THEN 'failed' WHEN fate < 0.0022 THEN 'unknown'
        WHEN fate < 0.75 THEN 'read' WHEN fate < 0.93 THEN 'delivered' ELSE 'sent' END,
    m.at + interval '20 seconds', CASE WHEN author = 'lead' THEN (m.p + 1) / 2 ELSE 0 END,
    'mes.' || m.n || '.' || m.p, '', false, true, m.at, m.at, NULL,
    CASE WHEN author = 'lead' AND fate < 0.002 THEN m.at + interval '1 minute' END, '[]', '{}', NULL
FROM busy_message m JOIN busy_lead b ON b.n = m.n;

INSERT INTO conversations_media (id, message_id, direction, source, kind, url, remote_id, filename, duration_s, mime, size,
    sha256, path, state, reason, attempts, due_at, leased_until, created_at, stored_at, keep_until, chatwoot_id)
SELECT pg_temp.uid(at, 'file' || n || '.' || p), id, 'in', 'channel', type, '', '',
    CASE type WHEN 'document' THEN 'planta-da-cozinha.pdf' ELSE '' END, CASE type WHEN 'audio' THEN 2 END,
    CASE WHEN fate < 0.85 THEN CASE type WHEN 'audio' THEN 'audio/ogg' WHEN 'image' THEN 'image/png'
        ELSE 'application/pdf' END ELSE '' END,
    CASE WHEN fate < 0.85 THEN 900 ELSE 0 END, '',
    CASE WHEN fate < 0.85 THEN 'mes/' || type || CASE type WHEN 'audio' THEN '.ogg' WHEN 'image' THEN '.png'
        ELSE '.pdf' END ELSE '' END,
    CASE WHEN fate < 0.85 THEN 'stored' WHEN fate < 0.95 THEN 'expired' ELSE 'failed' END,
    CASE WHEN fate < 0.85 THEN '' WHEN fate < 0.95 THEN 'prazo_de_guarda' ELSE 'indisponivel:too_large' END, 1, at, NULL,
    at, CASE WHEN fate < 0.85 THEN at + interval '2 seconds' END, at + interval '90 days', NULL
FROM busy_message WHERE type <> 'text';
INSERT INTO conversations_reading (id, media_id, kind, state, reason, text, confidence, model, attempts, due_at,
    leased_until, awaited_until, created_at, done_at)
SELECT pg_temp.uid(m.at, 'heard' || m.n || '.' || m.p), f.id,
    CASE m.type WHEN 'audio' THEN 'transcript' WHEN 'document' THEN 'document' ELSE 'description' END,
    CASE WHEN f.state <> 'stored' THEN 'failed' WHEN m.fate < 0.08 THEN 'unclear' ELSE 'done' END,
    CASE WHEN f.state <> 'stored' THEN 'anexo' WHEN m.fate < 0.08 THEN 'sem_confianca' ELSE '' END,
    CASE WHEN f.state = 'stored' AND m.fate >= 0.08 THEN 'Queria saber se ela faz hambúrguer de 120 g' ELSE '' END,
    CASE m.type WHEN 'audio' THEN 0.9 END, 'modelo-de-exemplo', 1, m.at, NULL, m.at, m.at, m.at + interval '3 seconds'
FROM busy_message m JOIN conversations_media f ON f.message_id = m.id;
