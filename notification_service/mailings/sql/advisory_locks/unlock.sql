-- Give back what try_lock took, and the silence that the session had before.
SELECT pg_advisory_unlock(hashtextextended(%(name)s, 0)),
  set_config('idle_session_timeout', %(before)s, false)
