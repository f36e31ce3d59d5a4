-- A worker says that it lives, and for how long it has heard nothing from broker and beat.
INSERT INTO mailings_worker AS worker (name, started_at, seen_at, heard_at)
VALUES (%(name)s, now(), now(), now() - make_interval(secs => %(silent)s))
ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, heard_at = excluded.heard_at
