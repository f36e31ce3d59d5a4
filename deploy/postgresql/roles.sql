-- Two roles in place of one: the owner migrates, the application cannot take back what the audit log says.
-- Run as a superuser in the service's database, once, after the first migration; then give both a password:
--   \password notification_owner
--   \password notification_app
-- `migrate` gets a DATABASE_URL with notification_owner, everything else one with notification_app.

CREATE ROLE notification_owner LOGIN;
CREATE ROLE notification_app LOGIN;

-- What is there already belongs to whoever migrated it; the sequences of a table follow it.
GRANT USAGE, CREATE ON SCHEMA public TO notification_owner;
DO $$
DECLARE made text;
BEGIN
  FOR made IN
    SELECT format('TABLE %s', oid::regclass) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    UNION ALL
    SELECT format('FUNCTION %s', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND oid NOT IN
      (SELECT objid FROM pg_depend WHERE classid = 'pg_proc'::regclass AND deptype = 'e')
  LOOP
    EXECUTE format('ALTER %s OWNER TO notification_owner', made);
  END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO notification_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO notification_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO notification_app;
ALTER DEFAULT PRIVILEGES FOR ROLE notification_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO notification_app;
ALTER DEFAULT PRIVILEGES FOR ROLE notification_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO notification_app;

REVOKE UPDATE, DELETE ON audit_entry FROM notification_app;
