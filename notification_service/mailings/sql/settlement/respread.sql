-- Spread the messages of a mailing anew that were not attempted yet, over what is left of its period, by their
-- clients' time zones. What was attempted moves as in reschedule.sql.
-- Guarantees: the order is that of a hash of the ids, another for each change; the same change moves nothing twice;
-- does not wait for locks, and leaves to the engine what is being claimed.
-- Indexes: primary keys of due messages, messages and clients; mailings_attempt (message_id).
WITH waiting AS MATERIALIZED (
  SELECT message_id, at FROM mailings_duemessage WHERE message_id = ANY(%(ids)s) FOR UPDATE SKIP LOCKED
), planned AS MATERIALIZED (
  SELECT message.id, CASE
    WHEN message.attempts = 0
      THEN part.at + make_interval(secs => part.seconds * (drawn.lot - part.first) / (part.last - part.first))
    WHEN waiting.at <= now() THEN waiting.at
    ELSE greatest(opening.at, (
      SELECT max(retry_at) FROM mailings_attempt AS a
      WHERE a.partition = %(partition)s AND a.message_id = message.id
    ))
  END AS at
  FROM waiting
  JOIN mailings_message AS message ON message.partition = %(partition)s AND message.id = waiting.message_id
  JOIN directory_client AS client ON client.id = message.client_id
  JOIN unnest(%(zones)s::text[], %(openings)s::timestamptz[]) AS opening (timezone, at)
    ON opening.timezone = client.timezone
  CROSS JOIN LATERAL (
    SELECT (hashint8extended(client.id, %(seed)s) & 4294967295) / 4294967296.0::float8 AS lot
  ) AS drawn
  JOIN unnest(
    %(part_zones)s::text[], %(part_firsts)s::float8[], %(part_lasts)s::float8[], %(part_times)s::timestamptz[],
    %(part_seconds)s::float8[]
  ) AS part (timezone, first, last, at, seconds)
    ON part.timezone = client.timezone AND drawn.lot >= part.first AND drawn.lot < part.last
)
UPDATE mailings_message AS message SET next_attempt_at = planned.at
FROM planned
WHERE message.partition = %(partition)s AND message.id = planned.id AND message.next_attempt_at <> planned.at
