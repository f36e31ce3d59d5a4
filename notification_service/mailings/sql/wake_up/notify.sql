-- Tell the workers, once the transaction is committed, which calls have something to do. A name that one transaction
-- says twice is told once.
SELECT pg_notify(%(channel)s, name) FROM unnest(%(names)s::text[]) AS name
