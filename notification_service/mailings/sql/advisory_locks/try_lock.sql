-- Take the session's lock of this name, or return at once if another session has it. While the lock is held, the
-- session ends after so much silence: its machine is gone, and the lock must not stay.
WITH lock AS MATERIALIZED (
  SELECT pg_try_advisory_lock(hashtextextended(%(name)s, 0)) AS is_mine,
    current_setting('idle_session_timeout') AS before
)
SELECT is_mine, before,
  CASE WHEN is_mine THEN set_config('idle_session_timeout', %(silent)s, false) END
FROM lock
