-- Who was given to people, and what became of it.
CREATE TEMP TABLE busy_handoff AS
SELECT b.n, pg_temp.uid(told.at, 'handoff' || b.n) AS id, b.conversation, b.temperature, told.at AS opened_at, b.unattended,
    (SELECT min(m.at) FROM busy_message m WHERE m.n = b.n AND m.p > b.handoff_place AND m.author IN ('person', 'phone'))
        AS picked_up_at,
    b.last_at, b.nome, CASE WHEN b.temperature = 'quente' THEN 'lead_quente' ELSE pg_temp.pick('reason' || b.n,
        ARRAY['pediu_humano', 'suporte_tecnico', 'reclamacao', 'insistencia_preco', 'fornecedor']) END AS reason
FROM busy_lead b JOIN busy_message told ON told.n = b.n AND told.p = b.handoff_place WHERE b.handed;

INSERT INTO conversations_handoff (id, conversation_id, reason, queue, opened_at, closed_at, picked_up_at, assigned_to,
    team_id, offered_id, offered_at, assignee_id, summary, closed_hours_told_at)
SELECT id, conversation, reason, CASE WHEN reason IN ('suporte_tecnico', 'reclamacao') THEN 'suporte'
    WHEN reason = 'fornecedor' THEN 'outro' ELSE 'comercial' END, opened_at,
    CASE WHEN NOT unattended AND last_at < %(now)s - interval '1 day' THEN last_at END, picked_up_at,
    CASE WHEN picked_up_at IS NULL THEN '' ELSE pg_temp.pick('sdr' || n, ARRAY['Beatriz', 'Caio', 'Daniela']) END,
    NULL, NULL, NULL, NULL, 'Nome: ' || nome || E'\nPontuação e motivos: veja o lead.', NULL
FROM busy_handoff;
INSERT INTO conversations_handoffalarm (id, handoff_id, level_id, raised_at, announced_at, status, reason, attempts, due_at,
    leased_until)
SELECT pg_temp.uid(h.opened_at, 'alarm' || h.id || level.id), h.id, level.id, h.opened_at + interval '30 minutes',
    h.opened_at + interval '30 minutes', CASE WHEN mod(b.n, 9) = 0 THEN 'parked' ELSE 'done' END,
    CASE WHEN mod(b.n, 9) = 0 THEN 'recusada:bad_address' ELSE '' END, 1, h.opened_at, NULL
FROM busy_handoff b JOIN conversations_handoff h ON h.id = b.id
JOIN LATERAL (SELECT l.id FROM conversations_handofflevel l WHERE l.queue = h.queue ORDER BY l.after_minutes, l.id LIMIT 1)
    AS level ON true
WHERE b.unattended;

INSERT INTO conversations_chatwootlink (id, lead_id, channel_id, contact_id, source_id, display_id, written, status, reason,
    attempts, due_at, leased_until, lease_token, unsure, polled_at)
SELECT pg_temp.uid(opened_at, 'mirror' || n), id, channel, 100000 + n, 'mes-' || n, 100000 + n, '{}',
    CASE WHEN mod(n, 400) = 3 THEN 'parked' ELSE 'ready' END, CASE WHEN mod(n, 400) = 3 THEN 'recusada_no_chatwoot'
    ELSE '' END, 0, NULL, NULL, NULL, false, last_at
FROM busy_lead;

INSERT INTO knowledge_gap (id, question, key, product_id, count, first_asked_at, last_asked_at, status, answer, article_id)
SELECT pg_temp.uid(at, 'gap' || question), question, 'mes: ' || md5(question), NULL, times, at, least(at + times
    * interval '5 hours', %(now)s), status, CASE status WHEN 'answered' THEN 'Sim, sob consulta ao consultor.' ELSE '' END,
    NULL
FROM (SELECT question, 1 + floor(pg_temp.dice('asked' || question) * 14)::int AS times, %(now)s::timestamptz
        - (1 + floor(pg_temp.dice('when' || question) * 28)) * interval '1 day' AS at,
        CASE WHEN place <= 14 THEN 'open' WHEN place <= 20 THEN 'answered' ELSE 'dismissed' END AS status
    FROM unnest(ARRAY['A FB300 faz hambúrguer recheado?', 'Qual o consumo de ar da FB700?', 'A SE3000 pesa quanto?',
        'Dá para lavar a CT200 com jato de água?', 'A ensacadeira serve para salsicha?', 'Vocês alugam a máquina?',
        'Tem peça de reposição em Manaus?', 'Qual a altura da esteira da EPE1200?', 'A FBM100 faz blend com bacon?',
        'O molde pode ter a minha marca?', 'Qual compressor eu preciso?', 'A FS150 corta salmão congelado?',
        'Tem certificação NR-12?', 'A máquina liga em tomada comum?', 'Vocês treinam a minha equipe?',
        'O misturador serve para massa de pão?', 'Tem versão 110 V?', 'Posso visitar a fábrica?',
        'Fazem hambúrguer vegetal?', 'A esteira é de borracha?', 'Compram máquina usada?', 'Vendem fritadeira?',
        'Tem loja em Portugal?']) WITH ORDINALITY AS asked (question, place)) AS asked
ON CONFLICT (key) DO NOTHING;
