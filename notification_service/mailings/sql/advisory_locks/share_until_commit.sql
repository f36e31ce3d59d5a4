-- Hold the lock of this name until the transaction ends, together with others who share it. Waits for a session that
-- has it alone.
SELECT pg_advisory_xact_lock_shared(hashtextextended(%(name)s, 0))
