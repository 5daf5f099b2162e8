"""The database's own word on where the agent may speak.

``conversations_rollout(conversation)`` is the one place that decides: 'live', 'shadow' or 'people'. It reads the rules
as they stand, so a change holds for every process at its commit, whatever any of them keeps in a cache. A trigger keeps
the outbox to it: the agent's rows of any other conversation are cancelled as they are written, by whatever path, and
none of them is ever handed to a sender.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION conversations_rollout(of_conversation uuid) RETURNS text LANGUAGE plpgsql STABLE AS $body$
DECLARE
    bucket integer;
    strictest integer;
BEGIN
    IF NOT EXISTS (SELECT FROM knowledge_rolloutrule) THEN
        RETURN 'live';
    END IF;
    bucket := ('x' || substr(md5(of_conversation::text), 1, 7))::bit(28)::integer % 100;
    SELECT min(CASE WHEN bucket < rule.share THEN 2 WHEN rule.others = 'shadow' THEN 1 ELSE 0 END) INTO strictest
    FROM conversations_conversation talk
    JOIN conversations_channel channel ON channel.id = talk.channel_id
    JOIN knowledge_rolloutrule rule
        ON rule.scope IN ('global', 'channel:' || channel.slug, 'origin:' || channel.origin)
    WHERE talk.id = of_conversation;
    IF coalesce(strictest, 2) = 2 THEN
        RETURN 'live';
    END IF;
    IF EXISTS (
        SELECT FROM conversations_conversation talk
        JOIN leads_identity known ON known.lead_id = talk.lead_id AND known.kind = 'phone'
        JOIN knowledge_rolloutphone released ON released.phone = known.value
        WHERE talk.id = of_conversation
    ) THEN
        RETURN 'live';
    END IF;
    RETURN CASE strictest WHEN 1 THEN 'shadow' ELSE 'people' END;
END
$body$;

CREATE FUNCTION conversations_outbox_where_released() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF conversations_rollout(NEW.conversation_id) = 'live' THEN
        RETURN NEW;
    END IF;
    IF NEW.status = 'sending' AND TG_OP = 'UPDATE' THEN
        IF OLD.status = 'sending' THEN
            RETURN NEW;  -- already on its way when the rule came
        END IF;
        RETURN NULL;  -- not handed out
    END IF;
    NEW.status := 'cancelled';
    NEW.reason := 'fora_da_liberacao';
    UPDATE conversations_message SET status = 'cancelled', status_at = clock_timestamp() WHERE id = NEW.message_id;
    RETURN NEW;
END
$body$;

CREATE TRIGGER outbox_where_released BEFORE INSERT OR UPDATE OF status ON conversations_outbox
FOR EACH ROW WHEN (NEW.origin = 'agent' AND NEW.status IN ('queued', 'sending'))
EXECUTE FUNCTION conversations_outbox_where_released();
"""
BACK = """
DROP TRIGGER outbox_where_released ON conversations_outbox;
DROP FUNCTION conversations_outbox_where_released();
DROP FUNCTION conversations_rollout(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0027_shadow"),
        ("knowledge", "0014_rollout"),
        ("leads", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
