-- How many workers whose name begins so live, how many of these hear nothing or have not heard anything yet, how
-- many do not get at the queue, and how old the latest word is.
SELECT count(*) FILTER (WHERE alive), count(*) FILTER (WHERE alive AND silent),
  count(*) FILTER (WHERE alive AND cut_off), min(age)
FROM (
  SELECT seen_at > now() - make_interval(secs => %(alive)s) AS alive,
    coalesce(heard_at < now() - make_interval(secs => %(silent)s), true) AS silent,
    coalesce(queue_lost_at < now() - make_interval(secs => %(lost)s), false) AS cut_off,
    extract(epoch FROM now() - seen_at)::float8 AS age
  FROM mailings_worker WHERE starts_with(name, %(prefix)s)
) AS worker
