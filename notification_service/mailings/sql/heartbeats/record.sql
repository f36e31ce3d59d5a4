-- Record that a worker is alive, how long it has heard nothing from the broker (null: never heard), and how
-- long its connection to the queue has failed (null: it works).
INSERT INTO mailings_worker AS worker (name, started_at, seen_at, heard_at, queue_lost_at)
VALUES (%(name)s, now(), now(), now() - make_interval(secs => %(silent)s), now() - make_interval(secs => %(lost)s))
ON CONFLICT (name) DO UPDATE SET
  seen_at = excluded.seen_at, heard_at = excluded.heard_at, queue_lost_at = excluded.queue_lost_at
