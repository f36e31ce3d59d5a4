-- Hold the session's lock of this name, or say at once that another session has it.
SELECT pg_try_advisory_lock(hashtextextended(%(name)s, 0))
