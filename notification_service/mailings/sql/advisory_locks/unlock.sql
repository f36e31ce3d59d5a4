-- Give back what try_lock took.
SELECT pg_advisory_unlock(hashtextextended(%(name)s, 0))
