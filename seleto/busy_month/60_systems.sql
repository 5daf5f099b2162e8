-- The CRM's side, and the system's own rows.
INSERT INTO crm_crmsync (id, lead_id, status, reason, attempts, due_at, leased_until, lease_token, synced_at, refused,
    parked_at, checked_at)
SELECT pg_temp.uid(opened_at, 'sync' || n), id, CASE WHEN mod(n, 60) = 5 THEN 'parked' ELSE 'ready' END,
    CASE WHEN mod(n, 60) = 5 THEN pg_temp.pick('crm' || n, ARRAY['invalid_fields', 'too_many_results', 'reference'])
    ELSE '' END, CASE WHEN mod(n, 60) IN (5, 6) THEN 4 ELSE 0 END,
    -- Waiting, but for a day that a trial installation does not see: nothing invented reaches a CRM.
    CASE WHEN mod(n, 60) IN (6, 7) THEN %(now)s::timestamptz + interval '60 days' END, NULL, NULL,
    CASE WHEN mod(n, 60) <> 5 THEN last_at END,
    CASE WHEN mod(n, 300) = 9 THEN '{"empresa.website": "Endereço inválido"}' ELSE '{}' END::jsonb,
    CASE WHEN mod(n, 60) = 5 THEN last_at END, last_at
FROM busy_lead WHERE temperature IN ('quente', 'morno');
INSERT INTO crm_crmlink (kind, local_id, remote_id, written, digest, unsure, code, strays, refused, leased_until,
    lease_token, created_at)
SELECT 'pessoa', b.id, (9000000 + n)::text, '{}'::jsonb, '', false, 'mes-' || n, '[]'::jsonb, '{}'::jsonb, NULL::timestamptz,
    NULL::uuid, last_at
FROM busy_lead b JOIN crm_crmsync s ON s.lead_id = b.id AND s.synced_at IS NOT NULL
UNION ALL
SELECT 'oportunidade', o.id, o.oportunidade_pipe_id::text, '{}', '', false, '', '[]', '{}', NULL, NULL, o.created_at
FROM leads_orcamento o JOIN busy_lead b ON b.id = o.lead_id WHERE o.oportunidade_pipe_id IS NOT NULL
UNION ALL
SELECT 'empresa', e.id, (5000000 + b.n)::text, '{}', '', false, '', '[]', '{}', NULL, NULL, e.created_at
FROM leads_lead l JOIN busy_lead b ON b.id = l.id JOIN leads_empresa e ON e.id = l.empresa_id;
INSERT INTO crm_crmcall (lead_id, at, method, endpoint, status, outcome, duration_ms, request, answer)
SELECT id, last_at, pg_temp.pick('verb' || n, ARRAY['GET', 'POST', 'PUT']), pg_temp.pick('endpoint' || n,
    ARRAY['persons', 'deals', 'companies', 'notes']), CASE WHEN mod(n, 90) = 0 THEN NULL ELSE 200 END,
    CASE WHEN mod(n, 90) = 0 THEN 'timeout' ELSE 'ok' END, 120 + floor(900 * class_die)::int, '{}', '{}'
FROM busy_lead WHERE temperature IN ('quente', 'morno');
INSERT INTO crm_drift (id, kind, local_kind, local_id, lead_id, remote_id, evidence, repair, found_at, seen_at, closed_at,
    closed_by, closed_as)
SELECT pg_temp.uid(last_at, 'drift' || n), kind, 'oportunidade', o.id, b.id, o.oportunidade_pipe_id::text, '{}',
    CASE kind WHEN 'oportunidade sem pessoa' THEN 'sincronizar' WHEN 'encerrada no CRM, orçamento aberto' THEN 'encerrar'
    ELSE '' END, last_at, last_at, CASE WHEN mod(n, 2) = 0 THEN last_at END, CASE WHEN mod(n, 2) = 0 THEN 'sistema' ELSE ''
    END, CASE WHEN mod(n, 2) = 0 THEN 'sumiu' ELSE '' END
FROM (SELECT busy_lead.*, pg_temp.pick('odd' || n, ARRAY['oportunidade sem pessoa', 'oportunidade de outra pessoa',
    'encerrada no CRM, orçamento aberto']) AS kind FROM busy_lead WHERE mod(n, 97) = 0) AS b
JOIN leads_orcamento o ON o.lead_id = b.id AND o.oportunidade_pipe_id IS NOT NULL;
INSERT INTO crm_reconciliation (id, day, started_at, leased_until, resume_at, finished_at, leads, requests, found, gone,
    ended)
SELECT pg_temp.uid(day, 'compared' || day), day::date, day + interval '5 hours', NULL, NULL, day + interval '5 hours 20 minutes',
    %(leads)s, %(leads)s * 2, 1, 1, ''
FROM generate_series(date_trunc('day', %(now)s::timestamptz) - interval '29 days', %(now)s::timestamptz
    - interval '1 day', interval '1 day') AS day
ON CONFLICT (day) DO NOTHING;

INSERT INTO lib_circuit (key, state, failures, reason, opened_at, retry_at) VALUES
    ('zapi:mes-feira', 'open', 5, 'connect_timeout', %(now)s::timestamptz - interval '25 minutes',
        %(now)s::timestamptz + interval '60 days'),
    ('zapi:mes-vendas', 'closed', 1, 'timeout', NULL, NULL)
ON CONFLICT (key) DO NOTHING;
INSERT INTO lib_alert (id, key, level, title, opened_at, last_seen_at, times, closed_at, notified_at)
SELECT pg_temp.uid(%(now)s::timestamptz - ago, key), key, level, title, %(now)s::timestamptz - ago, %(now)s::timestamptz
    - ago / 2, times, CASE WHEN done THEN %(now)s::timestamptz - ago / 2 END, NULL
FROM (VALUES
    ('channel:mes-feira', 'critical', 'Canal mes-feira sem conexão com o WhatsApp; as mensagens esperam',
        interval '25 minutes', 3, false),
    ('outbox:parked', 'warning', 'Há mensagens que não puderam sair', interval '3 hours', 12, false),
    ('circuit:piperun', 'critical', 'Sistema externo fora do ar: piperun', interval '9 days', 4, true),
    ('circuit:llm', 'critical', 'Sistema externo fora do ar: llm', interval '16 days', 2, true)
) AS raised (key, level, title, ago, times, done)
ON CONFLICT (key) WHERE closed_at IS NULL DO NOTHING;
INSERT INTO lib_auditentry (id, at, actor, action, subject_kind, subject_id, detail)
SELECT pg_temp.uid(opened_at, 'deed' || n), opened_at, 'agente', 'handoff', 'conversation', conversation, '{}'
FROM busy_handoff;
