"""What business intelligence sees: views in a schema of their own, without names, words, full numbers or addresses."""

from typing import Any

from seleto.lib import roles

SCHEMA = "bi"

# A view speaks with its owner's rights, so its reader needs none on the tables. Of a number the country and area code
# are left; of a company its state; of facts those that describe a need.
VIEWS = {
    "leads": """
        SELECT l.id, l.created_at, l.origin, l.temperature, l.opted_out_at IS NOT NULL AS opted_out,
            l.anonymised_at IS NOT NULL AS anonymised, e.uf,
            (SELECT min(left(regexp_replace(i.value, '[^0-9]', '', 'g'), 4)) FROM leads_identity i
              WHERE i.lead_id = l.id AND i.kind = 'phone') AS phone_area
        FROM leads_lead l LEFT JOIN leads_empresa e ON e.id = l.empresa_id""",
    "facts": """
        SELECT lead_id, field, value, created_at FROM leads_fact WHERE superseded_at IS NULL
            AND field IN ('produto', 'volume', 'urgencia', 'uf', 'segmento', 'conhece_seleto')""",
    "interests": "SELECT lead_id, produto, at FROM leads_interest",
    "conversations": """
        SELECT c.id, c.lead_id, h.slug AS channel, h.provider, c.opened_at, c.last_message_at, c.closed_at, c.owner
        FROM conversations_conversation c JOIN conversations_channel h ON h.id = c.channel_id""",
    "messages": """
        SELECT id, conversation_id, author, type, status, sent_at, created_at, length(text) AS characters
        FROM conversations_message""",
    "turns": """
        SELECT id, conversation_id, status, started_at, finished_at, model, prompt_version, move, model_calls,
            prompt_tokens, completion_tokens, cost_usd, fallback
        FROM conversations_turn""",
    "handoffs": """
        SELECT id, conversation_id, reason, queue, opened_at, picked_up_at, closed_at FROM conversations_handoff""",
}


def create(cursor: Any) -> None:
    """The views, readable by ``seleto_bi`` alone; nothing where the roles are not made."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [roles.BI])
    if cursor.fetchone() is None:
        return
    cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for name, query in VIEWS.items():
        cursor.execute(f"CREATE OR REPLACE VIEW {SCHEMA}.{name} WITH (security_barrier) AS {query}")
    cursor.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {roles.BI}")
    cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {roles.BI}")


def drop(cursor: Any) -> None:
    for name in VIEWS:
        cursor.execute(f"DROP VIEW IF EXISTS {SCHEMA}.{name}")
