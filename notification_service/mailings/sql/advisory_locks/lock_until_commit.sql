-- Hold the lock of this name until the transaction ends; waits for whoever has it.
SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, 0))
