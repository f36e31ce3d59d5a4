-- Return the messages of batches whose lease has ended: their worker died, or lost the database.
-- Guarantees: one rescuer for each batch; a message that was recorded or claimed meanwhile is not changed. After an
-- outage that outlasted leases, living workers come first: they have ten seconds to record what they hold, longer than
-- one that waits in vain for a connection takes to open another. No session survives an outage, so the oldest of ours
-- tells when it ended. PostgreSQL's own start would not do: it recovers for seconds after that, and it stays the same
-- where a standby takes over or a crash ends all sessions.
-- If the mailing gives up in doubt, the messages that mark_attempted has marked become unknown.
-- Rare, so it may look into every partition.
-- Indexes: mailings_batch (lease_expires_at), primary keys of messages and mailings.
WITH dead AS (
  DELETE FROM mailings_batch WHERE id IN (
    SELECT id FROM mailings_batch WHERE lease_expires_at < now()
      AND (SELECT min(backend_start) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user)
        < now() - interval '10 seconds'
    ORDER BY lease_expires_at LIMIT %(batches)s FOR UPDATE SKIP LOCKED
  ) RETURNING id, message_ids
), held AS (
  SELECT id AS batch_id, unnest(message_ids) AS message_id FROM dead
), lost AS (
  UPDATE mailings_message AS message SET
    (status, next_attempt_at) = (
      SELECT CASE WHEN is_given_up THEN 'unknown' ELSE 'pending' END, CASE WHEN NOT is_given_up THEN now() END
      FROM (
        SELECT message.gateway_id IS NOT NULL AND EXISTS (
          SELECT FROM mailings_mailing WHERE id = message.mailing_id AND on_unknown = 'give_up'
        ) AS is_given_up
      ) AS why
    ),
    reason = 'worker_lost', reason_number = NULL
  FROM held
  WHERE message.id = held.message_id AND message.batch_id = held.batch_id AND message.status = 'sending'
  RETURNING message.partition, message.id, message.mailing_id, message.attempts, message.status
)
INSERT INTO mailings_attempt (partition, message_id, mailing_id, number, at, outcome, reason, response)
SELECT partition, id, mailing_id, attempts, now(), CASE status WHEN 'unknown' THEN 'unknown' ELSE 'lost' END,
  'worker_lost', ''
FROM lost
RETURNING message_id
