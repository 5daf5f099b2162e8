"""What other programs are told is written by the database, in the transaction that changed it.

So nothing is told that did not happen and nothing is left out, whatever code path or raw statement changed the row.
Where nobody listens a trigger costs one look at an empty table.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION outbound_tell(what text, of_subject uuid, details jsonb) RETURNS void LANGUAGE sql AS $body$
    INSERT INTO outbound_delivery
        (id, subscription_id, kind, subject_id, detail, body, occurred_at, status, reason, attempts)
    SELECT gen_random_uuid(), subscription.id, what, of_subject, details, '', clock_timestamp(), 'queued', '', 0
    FROM outbound_subscription subscription
    WHERE subscription.active AND what = ANY(subscription.kinds)
    -- The row that waits is locked until this change is committed: nobody describes the lead without it.
    ON CONFLICT (subscription_id, subject_id)
        WHERE attempts = 0 AND body = '' AND kind = 'lead.updated' AND status = 'queued'
        DO UPDATE SET occurred_at = excluded.occurred_at
$body$;

CREATE FUNCTION outbound_lead() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM outbound_tell('lead.created', NEW.id, '{}');
    ELSE
        PERFORM outbound_tell('lead.qualified', NEW.id, jsonb_build_object('former', OLD.temperature));
    END IF;
    RETURN NULL;
END
$body$;

CREATE FUNCTION outbound_fact() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM outbound_tell('lead.updated', NEW.lead_id, '{}');
    RETURN NULL;
END
$body$;

CREATE FUNCTION outbound_conversation() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM outbound_tell(
        CASE NEW.owner WHEN 'human' THEN 'conversation.paused' ELSE 'conversation.resumed' END,
        NEW.id, jsonb_build_object('reason', NEW.owner_reason)
    );
    RETURN NULL;
END
$body$;

CREATE FUNCTION outbound_handoff() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM outbound_tell('handoff.opened', NEW.id, '{}');
    RETURN NULL;
END
$body$;

CREATE FUNCTION outbound_message() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM outbound_tell(CASE NEW.status WHEN 'sent' THEN 'message.sent' ELSE 'message.failed' END, NEW.id, '{}');
    RETURN NULL;
END
$body$;

CREATE FUNCTION outbound_crm() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM outbound_tell('crm.synced', NEW.lead_id, '{}');
    RETURN NULL;
END
$body$;

CREATE TRIGGER outbound_lead_created AFTER INSERT ON leads_lead
FOR EACH ROW EXECUTE FUNCTION outbound_lead();
CREATE TRIGGER outbound_lead_qualified AFTER UPDATE OF temperature ON leads_lead
FOR EACH ROW WHEN (OLD.temperature IS DISTINCT FROM NEW.temperature AND NEW.temperature IN ('quente', 'morno'))
EXECUTE FUNCTION outbound_lead();
CREATE TRIGGER outbound_fact AFTER INSERT OR UPDATE OF superseded_at ON leads_fact
FOR EACH ROW EXECUTE FUNCTION outbound_fact();
CREATE TRIGGER outbound_conversation AFTER UPDATE OF owner ON conversations_conversation
FOR EACH ROW WHEN (OLD.owner <> NEW.owner AND NEW.owner IN ('human', 'agent'))
EXECUTE FUNCTION outbound_conversation();
CREATE TRIGGER outbound_handoff AFTER INSERT ON conversations_handoff
FOR EACH ROW EXECUTE FUNCTION outbound_handoff();
CREATE TRIGGER outbound_message AFTER UPDATE OF status ON conversations_message
FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status IN ('sent', 'failed') AND NEW.author IN ('agent', 'person'))
EXECUTE FUNCTION outbound_message();
CREATE TRIGGER outbound_crm AFTER UPDATE OF synced_at ON crm_crmsync
FOR EACH ROW WHEN (NEW.synced_at IS DISTINCT FROM OLD.synced_at AND NEW.synced_at IS NOT NULL)
EXECUTE FUNCTION outbound_crm();
"""
BACK = """
DROP TRIGGER outbound_crm ON crm_crmsync;
DROP TRIGGER outbound_message ON conversations_message;
DROP TRIGGER outbound_handoff ON conversations_handoff;
DROP TRIGGER outbound_conversation ON conversations_conversation;
DROP TRIGGER outbound_fact ON leads_fact;
DROP TRIGGER outbound_lead_qualified ON leads_lead;
DROP TRIGGER outbound_lead_created ON leads_lead;
DROP FUNCTION outbound_crm();
DROP FUNCTION outbound_message();
DROP FUNCTION outbound_handoff();
DROP FUNCTION outbound_conversation();
DROP FUNCTION outbound_fact();
DROP FUNCTION outbound_lead();
DROP FUNCTION outbound_tell(text, uuid, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("outbound", "0001_initial"),
        ("leads", "0001_initial"),
        ("conversations", "0001_initial"),
        ("crm", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
