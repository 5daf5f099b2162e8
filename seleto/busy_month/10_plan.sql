-- One row per lead and one per message, from which everything else follows. Nothing here is random: a die is a digest
-- of the seed and of what it is thrown for.
CREATE OR REPLACE FUNCTION pg_temp.dice(key text) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT ('x' || substr(md5(%(seed)s || key), 1, 8))::bit(32)::bigint / 4294967296.0
$$;
CREATE OR REPLACE FUNCTION pg_temp.pick(key text, choices text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT choices[1 + floor(pg_temp.dice(key) * cardinality(choices))::int]
$$;
-- A UUID of version 7 for that moment, as seleto.lib.ids makes them.
CREATE OR REPLACE FUNCTION pg_temp.uid(at timestamptz, key text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(digest, 1, 3) || '8'
            || substr(digest, 4, 15))::uuid FROM (SELECT md5(%(seed)s || key) AS digest) AS d
$$;

DROP TABLE IF EXISTS pg_temp.busy_lead, pg_temp.busy_message, pg_temp.busy_turn, pg_temp.busy_handoff;
CREATE TEMP TABLE busy_lead AS
WITH drawn AS (
    SELECT n, 'l' || n AS key,
        -- In pairs that together make forty messages.
        20 + CASE WHEN mod(n, 2) = 0 THEN 1 ELSE -1 END
            * floor(sqrt(pg_temp.dice('length' || (n + 1) / 2)) * 19)::int AS messages,
        3 + floor(pg_temp.dice('pace' || n) * 9) AS pace_min,
        pg_temp.dice('class' || n) AS class_die,
        floor(pg_temp.dice('day' || n) * 30)::int AS days_ago,
        pg_temp.dice('hour' || n) AS hour_die,
        pg_temp.pick('channel' || n, ARRAY['mes-vendas', 'mes-vendas', 'mes-vendas', 'mes-nuvem', 'mes-feira']) AS slug,
        pg_temp.pick('origin' || n, ARRAY['WhatsApp', 'WhatsApp', 'Instagram', 'Facebook', 'Contato do Site',
            'Ação Marketing']) AS origin,
        pg_temp.pick('first' || n, ARRAY['Ana', 'Bruno', 'Carla', 'Diego', 'Elaine', 'Fábio', 'Gabriela', 'Heitor',
            'Inês', 'João', 'Karina', 'Luís', 'Marina', 'Nelson', 'Olívia', 'Paulo', 'Renata', 'Sérgio', 'Tânia',
            'Vítor']) || ' ' ||
        pg_temp.pick('last' || n, ARRAY['Almeida', 'Barros', 'Cardoso', 'Duarte', 'Esteves', 'Farias', 'Gomes',
            'Hoffmann', 'Ioshida', 'Jardim', 'Klein', 'Lopes', 'Machado', 'Nogueira', 'Oliveira', 'Prado', 'Queiroz',
            'Ramos', 'Schmidt', 'Tavares']) AS nome,
        pg_temp.pick('kind' || n, ARRAY['Burger', 'Hamburgueria', 'Casa de Carnes', 'Frigorífico', 'Distribuidora',
            'Restaurante', 'Espetaria']) || ' ' ||
        pg_temp.pick('name' || n, ARRAY['do Vale', 'Boa Brasa', 'Três Irmãos', 'da Serra', 'Estrela', 'do Porto',
            'Central', 'Pampa', 'Ponto Certo', 'Sabor da Vila', 'Aurora', 'Bom Corte']) AS empresa,
        pg_temp.pick('city' || n, ARRAY['Itajaí|SC', 'Chapecó|SC', 'Blumenau|SC', 'Joinville|SC', 'Curitiba|PR',
            'Londrina|PR', 'Maringá|PR', 'Porto Alegre|RS', 'Caxias do Sul|RS', 'Passo Fundo|RS', 'Campinas|SP',
            'Sorocaba|SP', 'Ribeirão Preto|SP', 'Goiânia|GO', 'Uberlândia|MG', 'Belo Horizonte|MG', 'Salvador|BA',
            'Recife|PE', 'Cuiabá|MT', 'Campo Grande|MS']) AS place,
        pg_temp.pick('product' || n, ARRAY['FB300', 'FB300', 'FB300', 'FBM100', 'FBM100', 'FB700', 'SMARTPRO', 'SE3000',
            'CT200', 'ENS15', 'MIX70', 'LINHA_ESPETO']) AS produto,
        (2 + floor(pg_temp.dice('volume' || n) * 39)::int) * 50 AS volume_diario
    FROM generate_series(1, %(leads)s) AS n
), classed AS (
    SELECT drawn.*,
        CASE
            WHEN messages <= 9 THEN CASE WHEN class_die < 0.8 THEN 'nao_classificado' ELSE 'frio' END
            WHEN class_die < 0.16 THEN 'quente'
            WHEN class_die < 0.76 THEN 'morno'
            WHEN class_die < 0.91 THEN 'frio'
            ELSE 'nao_classificado'
        END AS temperature,
        -- Weekends are quiet: two days of three become the Friday before.
        (%(now)s AT TIME ZONE 'America/Sao_Paulo')::date - days_ago AS raw_day
    FROM drawn
), dated AS (
    SELECT classed.*,
        ((CASE WHEN extract(isodow FROM raw_day) > 5 AND pg_temp.dice('weekend' || n) < 0.65 AND days_ago < 27
              THEN raw_day - (extract(isodow FROM raw_day)::int - 5) ELSE raw_day END)
         + interval '7 hours' + hour_die * interval '14 hours') AT TIME ZONE 'America/Sao_Paulo' AS wished_at
    FROM classed
)
SELECT dated.*, split_part(place, '|', 1) AS cidade, split_part(place, '|', 2) AS uf,
    temperature = 'quente' OR (messages > 9 AND pg_temp.dice('other' || n) < 0.06) AS handed,
    floor(1 + 180 * power(pg_temp.dice('wait' || n), 3)) AS wait_min,
    -- Everything that was said has been said by now.
    least(wished_at, %(now)s - (messages / 2 + 1) * pace_min * interval '1 minute'
        - pg_temp.dice('recent' || n) * interval '9 hours') AS opened_at
FROM dated;

ALTER TABLE busy_lead ADD id uuid, ADD conversation uuid, ADD channel uuid, ADD phone text, ADD handoff_place int,
    ADD closed_at timestamptz, ADD last_at timestamptz, ADD unattended boolean;
UPDATE busy_lead b SET id = pg_temp.uid(opened_at, 'lead' || n), conversation = pg_temp.uid(opened_at, 'talk' || n),
    phone = '55119' || lpad((%(first_phone)s + n)::text, 8, '0'),
    channel = (SELECT c.id FROM conversations_channel c WHERE c.slug = b.slug),
    last_at = opened_at + (messages / 2) * pace_min * interval '1 minute',
    unattended = handed AND opened_at + (messages / 2) * pace_min * interval '1 minute' > %(now)s - interval '5 hours'
        AND pg_temp.dice('nobody' || n) < 0.7;
-- However small the month, somebody was forgotten.
UPDATE busy_lead SET unattended = true WHERE n IN (SELECT n FROM busy_lead WHERE temperature = 'quente'
    ORDER BY opened_at DESC, n LIMIT 3);
-- Nobody picked it up: the agent's notice was the last word. Else people wrote the rest.
UPDATE busy_lead SET handoff_place = CASE WHEN unattended THEN messages - mod(messages, 2)
    ELSE greatest(2, messages - 6 - mod(messages, 2)) END WHERE handed;
UPDATE busy_lead SET last_at = last_at + wait_min * interval '1 minute',
    opened_at = least(opened_at, %(now)s - (messages / 2 + 1) * pace_min * interval '1 minute'
        - wait_min * interval '1 minute')
    WHERE handed AND NOT unattended;
UPDATE busy_lead SET last_at = least(last_at, %(now)s),
    closed_at = CASE WHEN last_at < %(now)s - interval '2 days' THEN last_at + interval '1 day' END;

CREATE TEMP TABLE busy_message AS
SELECT b.n, p, b.conversation, b.channel, b.id AS lead,
    CASE WHEN mod(p, 2) = 1 THEN 'lead'
        WHEN b.handed AND p > b.handoff_place AND NOT b.unattended
            THEN pg_temp.pick('who' || b.n, ARRAY['person', 'person', 'phone'])
        ELSE 'agent' END AS author,
    b.opened_at + ((p - 1) / 2) * b.pace_min * interval '1 minute'
        + CASE WHEN mod(p, 2) = 0 THEN (3 + 9 * pg_temp.dice('fast' || b.n || '.' || p)
            + CASE WHEN pg_temp.dice('slow' || b.n || '.' || p) < 0.04 THEN 70 ELSE 0 END) ELSE 0 END
            * interval '1 second'
        + CASE WHEN b.handed AND NOT b.unattended AND p > b.handoff_place THEN b.wait_min ELSE 0 END
            * interval '1 minute' AS at,
    CASE WHEN mod(p, 2) = 1 AND p > 9 AND pg_temp.dice('file' || b.n || '.' || p) < 0.05
        THEN pg_temp.pick('filekind' || b.n || '.' || p, ARRAY['audio', 'audio', 'image', 'document']) ELSE 'text' END
        AS type,
    pg_temp.dice('fate' || b.n || '.' || p) AS fate
FROM busy_lead b, generate_series(1, b.messages) AS p;
ALTER TABLE busy_message ADD id uuid;
UPDATE busy_message SET id = pg_temp.uid(at, 'message' || n || '.' || p), at = least(at, %(now)s);
CREATE INDEX ON busy_message (n, p);
ANALYZE busy_lead, busy_message;
