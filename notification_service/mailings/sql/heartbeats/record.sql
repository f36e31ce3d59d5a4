-- A worker says that it lives, for how long it has heard nothing from broker and beat (null: never yet), and for
-- how long its own connection to the queue has failed (null: it has not).
INSERT INTO mailings_worker AS worker (name, started_at, seen_at, heard_at, queue_lost_at)
VALUES (%(name)s, now(), now(), now() - make_interval(secs => %(silent)s), now() - make_interval(secs => %(lost)s))
ON CONFLICT (name) DO UPDATE SET
  seen_at = excluded.seen_at, heard_at = excluded.heard_at, queue_lost_at = excluded.queue_lost_at
