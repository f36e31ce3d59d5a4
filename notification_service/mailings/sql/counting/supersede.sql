-- Cancel the counts of this name that run in other sessions of ours.
-- Guarantees: what is cancelled is a count, as a session gives up the name under the lock that this one holds.
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
WHERE application_name = %(name)s AND pid <> pg_backend_pid() AND datname = current_database() AND state = 'active'
