-- Release what try_lock took, and restore the session's former limit on silence.
SELECT pg_advisory_unlock(hashtextextended(%(name)s, 0)),
  set_config('idle_session_timeout', %(before)s, false)
