-- Hold the lock of this name until the transaction ends. Waits for a session that has it.
SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))
