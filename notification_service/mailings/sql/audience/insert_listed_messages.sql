-- Write the messages of the clients on some pages of the session's audience table, each at its zone's opening, but
-- for those who are excluded.
-- Guarantees: in the order of ids, so that a build that died can be continued. Reads only those pages (TID range scan).
INSERT INTO mailings_message (partition, mailing_id, client_id, status, attempts, created_at, next_attempt_at)
SELECT %(partition)s, %(mailing_id)s, client.id, 'pending', 0, now(), opening.at
FROM pg_temp.audience AS client
JOIN unnest(%(zones)s::text[], %(openings)s::timestamptz[]) AS opening (timezone, at)
  ON opening.timezone = client.timezone
WHERE client.ctid >= %(first)s::tid AND client.ctid < %(end)s::tid AND client.exclusion IS NULL
ORDER BY client.id
