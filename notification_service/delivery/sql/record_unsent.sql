-- Record outcomes other than success, each with a row for its attempt where a request was made.
-- Guarantees: a message that is no longer this batch's is left alone, so that recording twice, or after
-- the lease was lost, changes nothing.
-- Index: primary key.
WITH outcome AS (
  SELECT * FROM unnest(
    %(ids)s::bigint[], %(batch_ids)s::bigint[], %(statuses)s::text[], %(next_attempt_at)s::timestamptz[],
    %(errors)s::text[], %(uncharged)s::int[], %(attempt_outcomes)s::text[], %(at)s::float8[],
    %(http_statuses)s::int[], %(answers)s::text[], %(retry_at)s::timestamptz[]
  ) AS o (id, batch_id, status, next_attempt_at, error, uncharged, attempt_outcome, at, http_status, answer, retry_at)
), recorded AS (
  UPDATE mailings_message AS message SET
    status = outcome.status, next_attempt_at = outcome.next_attempt_at,
    attempts = message.attempts - outcome.uncharged, error = coalesce(outcome.error, message.error),
    gateway_id = CASE outcome.status WHEN 'unknown' THEN %(gateway_id)s::bigint END
  FROM outcome
  WHERE message.id = outcome.id AND message.status = 'sending' AND message.batch_id = outcome.batch_id
  RETURNING message.mailing_id, message.attempts + outcome.uncharged AS number, outcome.*
)
INSERT INTO mailings_attempt
  (message_id, mailing_id, gateway_id, number, at, outcome, error, http_status, answer, retry_at)
SELECT id, mailing_id, %(gateway_id)s, number, to_timestamp(at), attempt_outcome, error, http_status, answer, retry_at
FROM recorded WHERE attempt_outcome IS NOT NULL
