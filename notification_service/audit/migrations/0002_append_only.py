from django.db import migrations


class Migration(migrations.Migration):
    """What is written stays as it is, whoever asks: ENABLE ALWAYS also where replication skips triggers."""

    dependencies = [("audit", "0001_entries")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              RAISE EXCEPTION 'the audit log is append-only: % is refused', TG_OP
                USING ERRCODE = 'insufficient_privilege';
            END $$;
            CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry
              FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
            CREATE TRIGGER audit_entry_not_emptied BEFORE TRUNCATE ON audit_entry
              FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
            ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_stays;
            ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_not_emptied;
            """,
            """
            DROP TRIGGER audit_entry_not_emptied ON audit_entry;
            DROP TRIGGER audit_entry_stays ON audit_entry;
            DROP FUNCTION audit_refuse();
            """,
        )
    ]
