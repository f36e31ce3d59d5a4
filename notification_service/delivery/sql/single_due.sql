-- Is a single message due in the queue of a gateway, or in that of the default one? A row for each queue that has one.
-- It is asked 20 times a second beside a mailing, and takes a tenth of what a claim that finds none takes.
-- Index: due_of_mailing (mailing_id, at).
SELECT place.queue FROM (VALUES (0::bigint), (-%(gateway_id)s::bigint)) AS place (queue) CROSS JOIN LATERAL (
  SELECT message_id FROM mailings_duemessage
  WHERE mailing_id = place.queue AND at <= now()
  ORDER BY at LIMIT 1
) AS first
