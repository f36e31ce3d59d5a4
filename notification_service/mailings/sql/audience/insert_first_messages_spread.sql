-- Write the messages of the clients that are given by id and zone, each at its place in its zone's period.
-- Guarantees: those of insert_first_messages.sql. The order is that of a hash of the ids, and even: each of a zone's
-- clients has a stretch of the period to itself, all of them as long.
INSERT INTO mailings_message (partition, mailing_id, client_id, status, attempts, created_at, next_attempt_at)
SELECT %(partition)s, %(mailing_id)s, client.id, 'pending', 0, now(),
  part.at + make_interval(secs => part.seconds * (client.place - part.first) / (part.last - part.first))
FROM (
  SELECT id, timezone,
    (row_number() OVER (PARTITION BY timezone ORDER BY lot) - 1 + lot) / count(*) OVER (PARTITION BY timezone) AS place
  FROM (
    SELECT id, timezone, (hashint8extended(id, %(mailing_id)s) & 4294967295) / 4294967296.0::float8 AS lot
    FROM unnest(%(ids)s::bigint[], %(timezones)s::text[]) AS given (id, timezone)
  ) AS drawn
) AS client
JOIN unnest(
  %(part_zones)s::text[], %(part_firsts)s::float8[], %(part_lasts)s::float8[], %(part_times)s::timestamptz[],
  %(part_seconds)s::float8[]
) AS part (timezone, first, last, at, seconds)
  ON part.timezone = client.timezone AND client.place >= part.first AND client.place < part.last
ORDER BY client.id
