-- Take the session's lock of this name. Waits for a session that has it, as long as the session waits for locks.
SELECT pg_advisory_lock(hashtextextended(%(name)s, 0)), current_setting('idle_session_timeout')
