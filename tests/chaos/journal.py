"""The order of commits as the database saw it.

A deferred trigger runs at the commit and takes the next number; all who write here hold the conversation's lock until
then, so the numbers are the order of commits. ``people`` is what a claim could see of people's messages at its commit.
"""

JOURNAL = """
CREATE TABLE commits (
    at bigserial PRIMARY KEY, conversation uuid, what text, who text, row_id uuid, people integer
);
CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO commits (conversation, what, who, row_id, people) SELECT NEW.conversation_id, 'claim', NEW.origin,
        NEW.id, count(*) FROM conversations_message
        WHERE conversation_id = NEW.conversation_id AND author IN ('person', 'phone');
    RETURN NULL; END $$;
CREATE FUNCTION note_person() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO commits (conversation, what, who, row_id) VALUES (NEW.conversation_id, 'wrote', NEW.author, NEW.id);
    RETURN NULL; END $$;
CREATE FUNCTION note_owner() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO commits (conversation, what, who, row_id) VALUES (NEW.id, 'owner', NEW.owner, NEW.id);
    RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER note_claim AFTER UPDATE ON conversations_outbox DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.status <> 'sending' AND NEW.status = 'sending') EXECUTE FUNCTION note_claim();
CREATE CONSTRAINT TRIGGER note_person AFTER INSERT ON conversations_message DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.author IN ('person', 'phone')) EXECUTE FUNCTION note_person();
CREATE CONSTRAINT TRIGGER note_owner AFTER UPDATE ON conversations_conversation DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.owner <> NEW.owner) EXECUTE FUNCTION note_owner();
"""
NO_JOURNAL = (
    "DROP TABLE IF EXISTS commits; DROP FUNCTION IF EXISTS note_claim CASCADE;"
    "DROP FUNCTION IF EXISTS note_person CASCADE; DROP FUNCTION IF EXISTS note_owner CASCADE"
)
