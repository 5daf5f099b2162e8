"""What the database itself does for the audit: refuse changes, note what is to be sealed, and cut what is old.

The statements of a migration; changing them needs another one.
"""

# Privileges refuse the application already; the triggers also bind an installation whose application owns its tables.
# Cutting is a function with its owner's rights: whole segments, the oldest first, and their hashes stay.
TRIGGERS = """
CREATE FUNCTION seleto_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('seleto.audit_cut', true) = 'on' AND current_user = (
        SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID
    ) THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'the audit only grows' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION seleto_audit_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lib_auditpending (entry_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION seleto_audit_cut(wanted bigint, moment timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE removed integer;
BEGIN
    IF EXISTS (SELECT 1 FROM lib_auditsegment WHERE number < wanted AND cut_at IS NULL) THEN
        RAISE EXCEPTION 'older segments are cut first';
    END IF;
    PERFORM set_config('seleto.audit_cut', 'on', true);
    DELETE FROM lib_auditentry e USING lib_auditlink l WHERE l.entry_id = e.id AND l.segment = wanted;
    GET DIAGNOSTICS removed = ROW_COUNT;
    DELETE FROM lib_auditlink WHERE segment = wanted;
    UPDATE lib_auditsegment SET cut_at = moment WHERE number = wanted AND cut_at IS NULL;
    PERFORM set_config('seleto.audit_cut', 'off', true);
    RETURN removed;
END $$;
REVOKE ALL ON FUNCTION seleto_audit_cut(bigint, timestamptz) FROM PUBLIC;
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON lib_auditentry
    FOR EACH ROW EXECUTE FUNCTION seleto_audit_refuse();
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON lib_auditlink
    FOR EACH ROW EXECUTE FUNCTION seleto_audit_refuse();
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON lib_auditsegment
    FOR EACH ROW EXECUTE FUNCTION seleto_audit_refuse();
CREATE TRIGGER audit_note AFTER INSERT ON lib_auditentry FOR EACH ROW EXECUTE FUNCTION seleto_audit_note();
INSERT INTO lib_auditpending (entry_id) SELECT id FROM lib_auditentry;
"""
NO_TRIGGERS = """
DROP TRIGGER audit_note ON lib_auditentry;
DROP TRIGGER audit_refuse ON lib_auditentry;
DROP TRIGGER audit_refuse ON lib_auditlink;
DROP TRIGGER audit_refuse ON lib_auditsegment;
DROP FUNCTION seleto_audit_cut(bigint, timestamptz);
DROP FUNCTION seleto_audit_note();
DROP FUNCTION seleto_audit_refuse();
"""
