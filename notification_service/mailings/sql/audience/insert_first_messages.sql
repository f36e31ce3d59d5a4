-- Write the messages of the clients that are given by id and zone, each at its zone's opening.
-- Guarantees: in the order of ids, so that a build that died can be continued.
INSERT INTO mailings_message (partition, mailing_id, client_id, status, attempts, created_at, next_attempt_at)
SELECT %(partition)s, %(mailing_id)s, client.id, 'pending', 0, now(), opening.at
FROM unnest(%(ids)s::bigint[], %(timezones)s::text[]) AS client (id, timezone)
JOIN unnest(%(zones)s::text[], %(openings)s::timestamptz[]) AS opening (timezone, at)
  ON opening.timezone = client.timezone
ORDER BY client.id
