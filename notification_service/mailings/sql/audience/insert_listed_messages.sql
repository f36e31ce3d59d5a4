-- Write the messages of the clients on some pages of the session's audience table, each at its zone's opening.
-- Guarantees: in the order of ids, from which a build that died goes on. Reads those pages alone (TID range scan).
INSERT INTO mailings_message (mailing_id, client_id, status, attempts, created_at, next_attempt_at)
SELECT %(mailing_id)s, client.id, 'pending', 0, now(), opening.at
FROM pg_temp.audience AS client
JOIN unnest(%(zones)s::text[], %(openings)s::timestamptz[]) AS opening (timezone, at)
  ON opening.timezone = client.timezone
WHERE client.ctid >= %(first)s::tid AND client.ctid < %(end)s::tid
ORDER BY client.id
