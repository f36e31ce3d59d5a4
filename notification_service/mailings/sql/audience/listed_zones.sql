-- On some pages of the session's audience table: how many clients each time zone has, by what excludes them (null:
-- nothing), and the last of their ids.
SELECT timezone, exclusion, count(*), max(id) FROM pg_temp.audience
WHERE ctid >= %(first)s::tid AND ctid < %(end)s::tid GROUP BY timezone, exclusion
