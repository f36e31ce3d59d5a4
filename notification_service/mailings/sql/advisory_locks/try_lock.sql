-- Hold the session's lock of this name, or say at once that another session has it. While it is held, the
-- session ends when it has been silent for so long: its machine is gone, and the lock must not stay.
WITH lock AS MATERIALIZED (
  SELECT pg_try_advisory_lock(hashtextextended(%(name)s, 0)) AS is_mine,
    current_setting('idle_session_timeout') AS before
)
SELECT is_mine, before,
  CASE WHEN is_mine THEN set_config('idle_session_timeout', %(silent)s, false) END
FROM lock
