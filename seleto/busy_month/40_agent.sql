-- What the agent did: its turns, drafts that were stopped, what left, what it cost.
CREATE TEMP TABLE busy_turn AS
SELECT m.n, m.p, m.id AS message, m.conversation, m.channel, m.at, m.fate, pg_temp.uid(m.at, 'turn' || m.n || '.' || m.p) AS id
FROM busy_message m WHERE m.author = 'agent';

INSERT INTO conversations_turn (id, conversation_id, status, reason, started_at, finished_at, attempts, lease_token,
    leased_until, read_revision, waiting_since, undo, model, prompt_version, sources, tools, matters, intents, move,
    model_calls, prompt_tokens, completion_tokens, cost_usd, timings, facts_dropped, fallback, correlation_id)
SELECT id, conversation, 'replied', '', at - interval '2.5 seconds', at, 1, id, at, p / 2, at - interval '5 seconds',
    jsonb_build_object('answered_revision', p / 2 - 1), 'modelo-de-exemplo', 'v1',
    CASE WHEN fate < 0.4 THEN '["fb300.producao"]' ELSE '[]' END::jsonb, '[]', '[]',
    jsonb_build_array(pg_temp.pick('intent' || n || '.' || p, ARRAY['saudacao', 'pergunta_tecnica', 'pergunta_preco',
        'outro'])),
    pg_temp.pick('move' || n || '.' || p, ARRAY['responder', 'perguntar', 'perguntar', 'recusar_preco']), 1,
    2200 + floor(1600 * fate)::int, 90 + floor(140 * fate)::int, round((0.0008 + 0.0016 * fate)::numeric, 6),
    jsonb_build_object('modelo', 1400 + floor(1800 * fate)::int, 'nosso', 60 + floor(120 * fate)::int),
    CASE WHEN fate > 0.97 THEN '["volume"]' ELSE '[]' END::jsonb, CASE WHEN fate < 0.004 THEN 'recusa_preco' ELSE '' END, ''
FROM busy_turn;
-- Runs that ended otherwise.
INSERT INTO conversations_turn (id, conversation_id, status, reason, started_at, finished_at, attempts, lease_token,
    leased_until, read_revision, waiting_since, undo, model, prompt_version, sources, tools, matters, intents, move,
    model_calls, prompt_tokens, completion_tokens, cost_usd, timings, facts_dropped, fallback, correlation_id)
SELECT pg_temp.uid(at - interval '4 seconds', 'other' || n || '.' || p), conversation, status,
    CASE status WHEN 'superseded' THEN 'mensagem_mais_nova' WHEN 'discarded' THEN 'pessoa_assumiu' WHEN 'waiting'
        THEN 'timeout' ELSE '' END, at - interval '4 seconds', at - interval '3 seconds', 1, id, at, p / 2, at, '{}',
    'modelo-de-exemplo', 'v1', '[]', '[]', '[]', '[]', '', 1, 2400, 120, 0.0012, '{"modelo": 1800}', '[]', '', ''
FROM (SELECT busy_turn.*, pg_temp.pick('end' || n || '.' || p, ARRAY['superseded', 'superseded', 'silent', 'discarded',
    'waiting']) AS status FROM busy_turn WHERE mod(n * 7 + p, 40) = 0) AS other;

INSERT INTO conversations_guardrailhit (id, turn_id, draft, kinds, spans, reasons, action, at)
SELECT pg_temp.uid(at, 'hit' || n || '.' || p), id, 'Ela sai por R$ 10 mil, em dez vezes, com frete grátis em dez dias.',
    jsonb_build_array(kind), jsonb_build_array(jsonb_build_array(0, 20, kind)),
    jsonb_build_array('O rascunho falava do que só o consultor informa.'),
    CASE WHEN fate < 0.004 THEN 'replaced' ELSE 'regenerated' END, at - interval '1 second'
FROM (SELECT busy_turn.*, pg_temp.pick('rule' || n || '.' || p, ARRAY['price', 'price', 'price', 'payment', 'discount',
    'deadline', 'freight', 'questions>2', 'questions>2', 'promise', 'contradiction', 'format', 'pacing']) AS kind
    FROM busy_turn WHERE fate < 0.02) AS stopped;

INSERT INTO conversations_outbox (id, conversation_id, channel_id, message_id, turn_id, media_id, origin, "order", "to",
    text, reviewed_sha256, typing_s, status, reason, attempts, due_at, leased_until, provider_id, provider_extra_id,
    echo_id, answers_id, followed, only_at_revision, template, survives_handoff, created_at, claimed_at, sent_at,
    correlation_id)
SELECT pg_temp.uid(m.at, 'out' || m.n || '.' || m.p), m.conversation, m.channel, m.id, t.id, NULL,
    CASE m.author WHEN 'agent' THEN 'agent' ELSE 'person' END, m.p / 2, b.phone, said.text,
    CASE m.author WHEN 'agent' THEN encode(sha256(convert_to(said.text, 'UTF8')), 'hex') ELSE '' END, 1.5,
    CASE said.status WHEN 'failed' THEN 'parked' WHEN 'unknown' THEN 'unknown' ELSE 'sent' END,
    CASE said.status WHEN 'failed' THEN 'recusada:http_400' WHEN 'unknown' THEN 'sem_confirmacao' ELSE '' END, 1, m.at,
    NULL, said.provider_id, '', '', '', false, NULL, '{}', false, m.at, m.at,
    CASE WHEN said.status NOT IN ('failed', 'unknown') THEN m.at END, ''
FROM busy_message m JOIN busy_lead b ON b.n = m.n JOIN conversations_message said ON said.id = m.id
LEFT JOIN busy_turn t ON t.message = m.id WHERE m.author IN ('agent', 'person');

-- Leads without an answer: the run that parked, over a message that came after the last reply.
UPDATE conversations_conversation c SET revision = revision + 1, pending_since = b.last_at
FROM busy_lead b WHERE b.conversation = c.id AND c.owner = 'agent' AND c.closed_at IS NULL AND mod(b.n, 30) = 11;
INSERT INTO conversations_turn (id, conversation_id, status, reason, started_at, finished_at, attempts, lease_token,
    leased_until, read_revision, waiting_since, undo, model, prompt_version, sources, tools, matters, intents, move,
    model_calls, prompt_tokens, completion_tokens, cost_usd, timings, facts_dropped, fallback, correlation_id)
SELECT pg_temp.uid(b.last_at, 'parked' || b.n), c.id, 'parked', 'tentativas_esgotadas', b.last_at,
    least(b.last_at + interval '40 seconds', %(now)s), 8, c.id, b.last_at, c.revision, b.last_at, '{}',
    'modelo-de-exemplo', 'v1', '[]', '[]', '[]', '[]', '', 0, 0, 0, 0, '{}', '[]', '', ''
FROM busy_lead b JOIN conversations_conversation c ON c.id = b.conversation AND c.pending_since IS NOT NULL;

INSERT INTO conversations_followup (id, conversation_id, step, outcome, reason, outbox_id, at)
SELECT pg_temp.uid(last_at, 'again' || n), conversation, 0, outcome, CASE outcome WHEN 'skipped'
    THEN pg_temp.pick('why' || n, ARRAY['lead_saiu', 'fora_da_janela', 'repasse_aberto']) ELSE '' END, NULL,
    last_at + interval '20 hours'
FROM (SELECT busy_lead.*, CASE WHEN pg_temp.dice('sent' || n) < 0.7 THEN 'queued' ELSE 'skipped' END AS outcome
    FROM busy_lead WHERE temperature = 'morno' AND last_at < %(now)s - interval '20 hours') AS warm
WHERE pg_temp.dice('followed' || n) < 0.2;
INSERT INTO conversations_modeluse (id, at, purpose, conversation_id, model, prompt_version, prompt_tokens,
    completion_tokens, cost_usd)
SELECT pg_temp.uid(at, 'use' || n || '.' || p), at, CASE type WHEN 'audio' THEN 'transcription' WHEN 'image'
    THEN 'description' ELSE 'summary' END, conversation, 'modelo-de-exemplo', '', 300, 60, 0.0004
FROM busy_message WHERE type <> 'text' OR (author = 'lead' AND p = 21);
INSERT INTO conversations_wrongreply (id, conversation_id, message_id, turn_id, reason, words, reported_by, reported_at)
SELECT pg_temp.uid(at, 'wrong' || n || '.' || p), conversation, message, id, pg_temp.pick('wrong' || n, ARRAY['informacao',
    'preco', 'tom', 'nao_respondeu', 'repetiu', 'inventou']), 'A resposta não serve para este caso.', 'sdr:11',
    least(at + interval '1 hour', %(now)s)
FROM busy_turn WHERE fate BETWEEN 0.5 AND 0.5015;
INSERT INTO conversations_evalrun (id, day, started_at, finished_at, leased_until, conversations, replies, figures)
SELECT pg_temp.uid(day, 'nightly' || day), day::date, day + interval '6 hours', day + interval '6 hours 4 minutes', NULL,
    40, 310, '{"violacao": 1, "longa": 2}'
FROM generate_series(date_trunc('day', %(now)s::timestamptz) - interval '29 days', %(now)s::timestamptz
    - interval '1 day', interval '1 day') AS day
ON CONFLICT (day) DO NOTHING;
INSERT INTO conversations_evalfinding (id, run_id, conversation_id, kind, detail, at)
SELECT pg_temp.uid(r.started_at, 'finding' || r.id), r.id, b.conversation, pg_temp.pick('finding' || b.n,
    ARRAY['violacao', 'repergunta', 'longa']), '', r.started_at
FROM conversations_evalrun r JOIN busy_lead b ON b.n = 1 + mod(extract(day FROM r.day)::int * 13, %(leads)s)
WHERE r.id = pg_temp.uid(date_trunc('day', r.started_at), 'nightly' || date_trunc('day', r.started_at));
