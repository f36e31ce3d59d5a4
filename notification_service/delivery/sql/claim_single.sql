-- Take due single messages for a gateway under a new lease, those due for longest first. As a probe of a gateway whose
-- breaker is open, one of them: one that has not failed yet where there is one.
-- A message waits in the queue of its own gateway, or in that of the default one; where neither has any, this is two
-- looks into an index.
-- Guarantees: one worker takes each row; the phone, the zone and the values are its client's present ones, or the
-- message's own phone where no client has it. One whose deadline has come ends here, and so does one to a phone that is
-- gone, or that it may not go to: a claim that found them first again and again would find no other.
-- Indexes: due_of_mailing (mailing_id, at), primary keys of messages, single messages and clients, opt_out_in_force.
-- Changes no index but those of the due messages, from which a trigger takes what is claimed.
WITH usual AS MATERIALIZED (
  SELECT id FROM mailings_gateway WHERE enabled ORDER BY priority, id LIMIT 1
), place AS MATERIALIZED (
  SELECT -id AS queue FROM mailings_gateway WHERE id = %(gateway_id)s AND enabled
  UNION ALL
  SELECT 0 FROM usual WHERE id = %(gateway_id)s
), due AS MATERIALIZED (
  SELECT first.message_id, first.at FROM place CROSS JOIN LATERAL (
    SELECT message_id, at FROM mailings_duemessage
    WHERE mailing_id = place.queue AND at <= now()
    ORDER BY at LIMIT %(looked_at)s
    FOR UPDATE SKIP LOCKED
  ) AS first
), found AS MATERIALIZED (
  SELECT array_agg(message_id) AS ids FROM due  -- as an array, of which the planner expects few: see claim.sql
), taken AS MATERIALIZED (
  SELECT message.id, single.text, single.end_at, single.window_from, single.window_to, single.window_days,
    single.window_holidays, client.attributes, client.tag,
    coalesce(client.phone, nullif(single.phone, '')) AS phone, coalesce(client.timezone, 'UTC') AS timezone,
    CASE
      WHEN coalesce(client.phone, nullif(single.phone, '')) IS NULL THEN 'client_deleted'
      WHEN now() >= single.end_at - make_interval(secs => %(deadline_guard_seconds)s) THEN 'deadline_passed'
      WHEN NOT single.ignores_opt_outs AND EXISTS (
        SELECT FROM directory_optout AS said
        WHERE said.phone = coalesce(client.phone, single.phone) AND (said.topic || '') IN ('', single.topic)
          AND said.withdrawn_at IS NULL
      ) THEN 'opted_out'
    END AS ended
  FROM found
  JOIN mailings_message AS message ON message.partition = 0 AND message.id = ANY(found.ids)
  JOIN mailings_singlemessage AS single ON single.message_id = message.id
  LEFT JOIN directory_client AS client ON client.id = message.client_id
  WHERE message.status = 'pending'
  ORDER BY %(is_probe)s AND message.reason <> '', CASE WHEN %(is_probe)s THEN random() END, message.next_attempt_at
  LIMIT %(limit)s
), batch AS (
  INSERT INTO mailings_batch (claimed_by, lease_expires_at, message_ids)
  SELECT %(worker)s, now() + make_interval(secs => %(lease_seconds)s), array_agg(id) FROM taken HAVING count(*) > 0
  RETURNING id
)
UPDATE mailings_message AS message SET
  status = CASE
    WHEN taken.ended IS NULL THEN 'sending' WHEN taken.ended = 'deadline_passed' THEN 'expired' ELSE 'cancelled'
  END,
  error = CASE
    WHEN taken.ended = 'deadline_passed' AND message.reason <> ''
      THEN message.reason || coalesce(':' || message.reason_number, '')
    WHEN taken.ended IS NOT NULL THEN ''
    ELSE message.error
  END,
  reason = coalesce(taken.ended, message.reason),
  reason_number = CASE WHEN taken.ended IS NULL THEN message.reason_number END,
  attempts = message.attempts + (taken.ended IS NULL)::int,
  next_attempt_at = NULL,
  batch_id = batch.id
FROM taken, batch
WHERE message.partition = 0 AND message.id = taken.id AND message.status = 'pending'
RETURNING
  message.batch_id, message.id, -message.id, message.attempts,
  CASE message.status WHEN 'sending' THEN taken.phone END, taken.timezone,
  message.reason, message.reason_number, message.partition,
  CASE WHEN strpos(taken.text, '{{') > 0 THEN coalesce(taken.attributes, '{}')::text END,
  CASE WHEN strpos(taken.text, '{{') > 0 THEN coalesce(taken.tag, '') END,
  taken.text, taken.end_at, taken.window_from, taken.window_to, taken.window_days, taken.window_holidays
