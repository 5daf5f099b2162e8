-- People, what they told, how warm they are. Companies bear no CNPJ: an invented one could be somebody's.
INSERT INTO leads_empresa (id, nome, cnpj, cidade, uf, site, email, telefone, created_at)
SELECT pg_temp.uid(opened_at, 'empresa' || n), empresa, NULL, cidade, uf, '', '', '', opened_at + interval '5 minutes'
FROM busy_lead WHERE messages >= 5 AND temperature IN ('quente', 'morno') AND pg_temp.dice('firm' || n) < 0.6;

INSERT INTO leads_lead (id, created_at, origin, referral, temperature, corrected_at, opted_out_at, empresa_id)
SELECT b.id, opened_at, origin, CASE WHEN origin = 'Ação Marketing' THEN '{"source_id": "feira-de-novembro"}' ELSE '{}'
    END::jsonb, temperature, CASE WHEN pg_temp.dice('mended' || n) < 0.01 THEN last_at END,
    CASE WHEN temperature = 'frio' AND pg_temp.dice('out' || n) < 0.12 THEN last_at END, e.id
FROM busy_lead b LEFT JOIN leads_empresa e ON e.id = pg_temp.uid(b.opened_at, 'empresa' || n);

INSERT INTO leads_identity (lead_id, kind, value, display_name)
SELECT id, 'phone', phone, CASE WHEN pg_temp.dice('profile' || n) < 0.8 THEN nome ELSE '' END FROM busy_lead;
INSERT INTO leads_identity (lead_id, kind, value, display_name)
SELECT id, 'lid', 'mes' || n || '@lid', '' FROM busy_lead WHERE pg_temp.dice('lid' || n) < 0.05;

INSERT INTO leads_orcamento (id, lead_id, empresa_id, status, produto, segmento, urgencia, volume, volume_diario,
    necessidade, resumo, oportunidade_pipe_id, created_at, closed_at)
SELECT pg_temp.uid(b.opened_at, 'need' || n), b.id, l.empresa_id,
    CASE WHEN b.temperature = 'frio' OR pg_temp.dice('lost' || n) < 0.15 THEN 'encerrado' ELSE 'aberto' END,
    produto, '', CASE WHEN b.temperature = 'quente' THEN 'alta' WHEN b.messages > 9 THEN 'media' ELSE '' END,
    CASE WHEN b.messages > 7 THEN volume_diario || ' hamburgueres/dia' ELSE '' END,
    CASE WHEN b.messages > 7 THEN volume_diario END, '',
    'Quer saber da ' || produto || ' para produzir em ' || cidade || '.',
    CASE WHEN b.temperature = 'quente' OR (b.temperature = 'morno' AND pg_temp.dice('deal' || n) < 0.5)
        THEN 7000000 + n END,
    b.opened_at + interval '10 minutes',
    CASE WHEN b.temperature = 'frio' OR pg_temp.dice('lost' || n) < 0.15 THEN last_at END
FROM busy_lead b JOIN leads_lead l ON l.id = b.id WHERE b.temperature <> 'nao_classificado';

-- What the lead said in which of their messages; 30_messages.sql writes the same words.
CREATE OR REPLACE FUNCTION pg_temp.said(b busy_lead, p int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE p
        WHEN 1 THEN 'Oi, bom dia! Vi o anúncio de vocês e queria saber da ' || b.produto
        WHEN 3 THEN 'Meu nome é ' || b.nome || ', tenho a ' || b.empresa
        WHEN 5 THEN 'Sou de ' || b.cidade || ', ' || b.uf
        WHEN 7 THEN 'Hoje fazemos ' || b.volume_diario || ' hambúrgueres por dia'
        WHEN 9 THEN CASE b.temperature WHEN 'quente' THEN 'Preciso da máquina ainda este mês'
            WHEN 'frio' THEN 'Só quero conhecer, sem pressa, talvez ano que vem'
            ELSE 'Pretendo comprar nos próximos meses' END
        ELSE (ARRAY['Ela é de inox?', 'Como funciona a limpeza?', 'Vem com molde?', 'Tem garantia de quanto tempo?',
            'Entendi, obrigado', 'Vocês mandam o catálogo?', 'Qual é a voltagem?', 'Ocupa muito espaço?',
            'E dá para fazer o hambúrguer maior?', 'Pode me mandar uma foto?', 'Qual o preço?', 'Certo'])
            [1 + floor(pg_temp.dice('line' || b.n || '.' || p) * 12)::int] END
$$;
INSERT INTO leads_fact (id, lead_id, field, value, evidence, quote, source_kind, source_id, start, "end", rule, given_by,
    created_at, superseded_at)
SELECT pg_temp.uid(m.at, 'fact' || b.n || f.field), b.id, f.field, f.value, 'said', f.quote, 'mensagem', m.id,
    position(f.quote IN pg_temp.said(b, f.place)) - 1,
    position(f.quote IN pg_temp.said(b, f.place)) - 1 + length(f.quote), '', '', m.at + interval '8 seconds', NULL
FROM busy_lead b
CROSS JOIN LATERAL (VALUES
    (1, 'produto', b.produto, b.produto), (3, 'nome', b.nome, b.nome), (3, 'empresa', b.empresa, b.empresa),
    (5, 'cidade', b.cidade, b.cidade), (5, 'uf', b.uf, b.uf),
    (7, 'volume', b.volume_diario || ' hamburgueres/dia', b.volume_diario || ' hambúrgueres por dia'),
    (9, 'urgencia', CASE b.temperature WHEN 'quente' THEN 'alta' WHEN 'frio' THEN 'baixa' ELSE 'media' END,
        CASE b.temperature WHEN 'quente' THEN 'ainda este mês' WHEN 'frio' THEN 'ano que vem'
            ELSE 'nos próximos meses' END)) AS f (place, field, value, quote)
JOIN busy_message m ON m.n = b.n AND m.p = f.place
WHERE b.temperature <> 'nao_classificado';
-- Some told another city first.
INSERT INTO leads_fact (id, lead_id, field, value, evidence, quote, source_kind, source_id, start, "end", rule, given_by,
    created_at, superseded_at)
SELECT pg_temp.uid(created_at - interval '1 minute', 'former' || id), lead_id, 'cidade', 'Lages', 'given', '', 'crm', NULL,
    NULL, NULL, '', 'crm', created_at - interval '1 minute', created_at
FROM leads_fact WHERE field = 'cidade' AND pg_temp.dice('former' || id) < 0.03 AND lead_id IN (SELECT id FROM busy_lead);

INSERT INTO leads_classification (id, lead_id, temperature, score, parts, reasons, would_raise, fact_ids, engagement,
    corrected_by, at)
SELECT pg_temp.uid(at, 'class' || n || '.' || step), id, told, score, parts, reasons, '["Dizer o CNPJ da empresa."]',
    '[]', jsonb_build_object('replies', messages / 2), '', at
FROM (
    SELECT b.n, b.id, b.messages, step,
        CASE WHEN step = 1 AND b.temperature = 'quente' THEN 'morno' ELSE b.temperature END AS told,
        CASE WHEN step = 1 AND b.temperature = 'quente' THEN 40 WHEN b.temperature = 'quente'
            THEN 61 + floor(pg_temp.dice('score' || b.n) * 39)::int WHEN b.temperature = 'frio'
            THEN floor(pg_temp.dice('score' || b.n) * 30)::int
            ELSE 30 + floor(pg_temp.dice('score' || b.n) * 31)::int END AS score,
        b.opened_at + step * 4 * b.pace_min * interval '1 minute' AS at,
        (SELECT jsonb_object_agg(name, jsonb_build_object('name', name, 'weight', weight, 'points',
            floor(weight * (0.3 + 0.7 * pg_temp.dice(name || b.n)))::int, 'reason', 'Do que foi dito na conversa.',
            'quote', '', 'lacks', ''))
         FROM (VALUES ('engajamento', 10), ('completude', 20), ('volume', 20), ('urgencia', 20), ('fit', 15),
            ('intencao', 15)) AS part (name, weight)) AS parts,
        CASE b.temperature WHEN 'quente' THEN '["Negócio identificado: empresa.", "Precisa em até 30 dias."]'
            WHEN 'frio' THEN '["A compra fica para daqui a mais de 90 dias."]'
            ELSE '["Já contou algo do que precisa."]' END::jsonb AS reasons
    FROM busy_lead b, generate_series(1, 2) AS step WHERE b.temperature <> 'nao_classificado'
) AS steps WHERE at <= %(now)s;

INSERT INTO leads_consent (lead_id, kind, quote, source_id, at)
SELECT b.id, 'opt_out', 'Não me mande mais mensagens', m.id, m.at
FROM busy_lead b JOIN leads_lead l ON l.id = b.id AND l.opted_out_at IS NOT NULL
JOIN busy_message m ON m.n = b.n AND m.p = b.messages - mod(b.messages + 1, 2);
INSERT INTO leads_interest (lead_id, produto, quote, source_id, at)
SELECT b.id, produto, produto, m.id, m.at FROM busy_lead b JOIN busy_message m ON m.n = b.n AND m.p = 1
WHERE produto = 'LINHA_ESPETO' AND temperature <> 'nao_classificado';
INSERT INTO leads_subjectrequest (id, lead_id, kind, status, opened_at, due_at, closed_at, note)
SELECT pg_temp.uid(last_at, 'right' || n), id, pg_temp.pick('right' || n, ARRAY['access', 'correction', 'erasure',
    'portability']), CASE WHEN last_at < %(now)s - interval '5 days' THEN 'done' ELSE 'open' END, last_at,
    last_at + interval '15 days', CASE WHEN last_at < %(now)s - interval '5 days' THEN last_at + interval '3 days' END, ''
FROM busy_lead WHERE mod(n, 450) = 7;
