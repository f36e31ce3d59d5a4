-- Of workers whose name begins so: how many are alive, how many of these hear no call or have heard none yet, how
-- many cannot reach the queue, and the age of the latest heartbeat.
SELECT count(*) FILTER (WHERE alive), count(*) FILTER (WHERE alive AND silent),
  count(*) FILTER (WHERE alive AND cut_off), min(age)
FROM (
  SELECT seen_at > now() - make_interval(secs => %(alive)s) AS alive,
    coalesce(heard_at < now() - make_interval(secs => %(silent)s), true) AS silent,
    coalesce(queue_lost_at < now() - make_interval(secs => %(lost)s), false) AS cut_off,
    extract(epoch FROM now() - seen_at)::float8 AS age
  FROM mailings_worker WHERE starts_with(name, %(prefix)s)
) AS worker
