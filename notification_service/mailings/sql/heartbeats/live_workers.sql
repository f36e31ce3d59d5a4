-- How many workers whose name begins so live, how many of these hear nothing, and how old the latest word is.
SELECT count(*) FILTER (WHERE alive), count(*) FILTER (WHERE alive AND silent), min(age)
FROM (
  SELECT seen_at > now() - make_interval(secs => %(alive)s) AS alive,
    heard_at < now() - make_interval(secs => %(silent)s) AS silent,
    extract(epoch FROM now() - seen_at)::float8 AS age
  FROM mailings_worker WHERE starts_with(name, %(prefix)s)
) AS worker
