-- Record outcomes other than success in a partition, each with a row for its attempt where a request was made.
-- Guarantees: a message that is no longer this batch's is left alone, so that recording twice, or after
-- the lease was lost, changes nothing; and no time that was worked out in a zone where the client no longer
-- lives, or by hours that the mailing no longer has, is kept: the message is due, or its retry is, and the engine
-- looks again. So it does where either is being changed at this moment; a change that comes later waits for this,
-- and finds the message waiting.
-- What the gateway responded may quote the client: of one who is deleted, or is being deleted, it is not kept; a
-- deletion that comes later waits for this, and forgets it.
-- Index: primary keys of messages, clients, mailings and single messages.
WITH outcome AS (
  SELECT * FROM unnest(
    %(ids)s::bigint[], %(batch_ids)s::bigint[], %(statuses)s::text[], %(next_attempt_at)s::timestamptz[],
    %(reasons)s::text[], %(reason_numbers)s::smallint[], %(reason_texts)s::text[], %(uncharged)s::int[],
    %(attempt_outcomes)s::text[], %(at)s::float8[], %(http_statuses)s::int[], %(responses)s::text[], %(retry_at)s::timestamptz[],
    %(timezones)s::text[], %(hours_versions)s::int[]
  ) AS o (
    id, batch_id, status, next_attempt_at, reason, reason_number, error, uncharged, attempt_outcome, at,
    http_status, response, retry_at, timezone, hours_version
  )
), recorded AS (
  UPDATE mailings_message AS message SET
    status = outcome.status,
    next_attempt_at = CASE
      WHEN (outcome.next_attempt_at > now()) IS TRUE -- NULL would still have the client locked
        AND message.client_id IS NOT NULL -- without a client there is no zone, and are no hours
        AND (
          outcome.timezone IS DISTINCT FROM (
            SELECT timezone FROM directory_client WHERE id = message.client_id FOR SHARE SKIP LOCKED
          )
          OR outcome.hours_version IS NOT NULL AND NOT EXISTS (
            SELECT FROM mailings_mailing AS mailing
            WHERE mailing.id = message.mailing_id AND mailing.hours_version = outcome.hours_version
            FOR SHARE SKIP LOCKED
          )
        )
      THEN greatest(now(), outcome.retry_at) ELSE outcome.next_attempt_at
    END,
    attempts = message.attempts - outcome.uncharged,
    reason = coalesce(outcome.reason, message.reason),
    reason_number = CASE WHEN outcome.reason IS NULL THEN message.reason_number ELSE outcome.reason_number END,
    error = coalesce(outcome.error, message.error),
    gateway_id = CASE outcome.status WHEN 'unknown' THEN %(gateway_id)s::bigint END
  FROM outcome
  WHERE message.partition = %(partition)s AND message.id = outcome.id AND message.status = 'sending'
    AND message.batch_id = outcome.batch_id
  RETURNING message.mailing_id, message.client_id, message.attempts + outcome.uncharged AS number, outcome.*
)
INSERT INTO mailings_attempt
  (partition, message_id, mailing_id, gateway_id, number, at, outcome, reason, reason_number, error, http_status,
  response, retry_at)
SELECT %(partition)s, id, mailing_id, %(gateway_id)s, number, to_timestamp(at), attempt_outcome, reason, reason_number,
  error, http_status,
  CASE WHEN response = '' THEN '' ELSE coalesce((
    SELECT response FROM directory_client AS client
    WHERE client.id = recorded.client_id AND client.deleted_at IS NULL FOR KEY SHARE SKIP LOCKED
  ), (
    SELECT response FROM mailings_singlemessage AS single
    WHERE single.message_id = recorded.id AND single.phone <> '' FOR KEY SHARE SKIP LOCKED
  ), '') END,
  retry_at
FROM recorded WHERE attempt_outcome IS NOT NULL
