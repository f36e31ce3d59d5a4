-- Move waiting messages to the openings of a changed window, by their clients' time zones.
-- Guarantees: a retry comes no earlier than its own time (backoff, Retry-After); what is due is left to the engine,
-- which checks the window before each request; does not wait for locks.
-- Indexes: primary keys of due messages, messages and clients; mailings_attempt (message_id).
WITH waiting AS MATERIALIZED (
  SELECT message_id FROM mailings_duemessage
  WHERE message_id = ANY(%(ids)s) AND at > now() FOR UPDATE SKIP LOCKED
)
UPDATE mailings_message AS message
SET next_attempt_at = greatest(
  opening.at,
  (
    SELECT max(retry_at) FROM mailings_attempt AS a
    WHERE message.attempts > 0 AND a.partition = %(partition)s AND a.message_id = message.id
  )
)
FROM directory_client AS client
JOIN unnest(%(zones)s::text[], %(openings)s::timestamptz[]) AS opening (timezone, at)
  ON opening.timezone = client.timezone
WHERE message.partition = %(partition)s AND message.id IN (SELECT message_id FROM waiting)
  AND client.id = message.client_id
  AND message.next_attempt_at <> opening.at
