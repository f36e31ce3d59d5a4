-- Take due messages for a gateway under a new lease. A part of the claim (`equal`) is divided equally between the
-- mailings that have any, except slow ones; if there are more such mailings, that many of them get one, chosen at
-- random. The rest goes to the mailings that the worker names, in their order (`hurry`). A mailing that it does not
-- name, because it has not met it yet, gets one message at least.
-- A mailing goes to its own gateway, or to the default one. With failover, while that is held or disabled, it goes
-- to the next one that is neither.
-- Guarantees: one worker takes each row; its mailing is running and not at its deadline; the phone and zone are the
-- client's present ones, and so are the attributes, with the tag, which come with a message only where the text may
-- have placeholders; a message of a deleted client ends here, and one to a phone that its mailing may not go to.
-- Preferences are looked at only if one has changed since the audience was chosen, which left out whom it may not go
-- to: that look takes as long as half of all the rest. Of a topic it reads only the name: by phone and topic, it would
-- go through the index twice. With `+ 0` no index of the messages leads from a mailing to all of its messages.
-- Indexes: due_of_mailing (mailing_id, at), primary keys of messages and clients, opt_out_in_force, consent_in_force.
-- Changes no index but those of the due messages, from which a trigger takes what is claimed.
WITH usual AS MATERIALIZED (
  SELECT id FROM mailings_gateway WHERE enabled ORDER BY priority, id LIMIT 1
), busy AS MATERIALIZED (
  SELECT id, partition, array_position(%(hurry)s::bigint[], id) AS place FROM mailings_mailing AS mailing
  WHERE finished_at IS NULL AND status = 'running' AND id <> ALL(%(slow_mailings)s::bigint[])
    AND now() < end_at - make_interval(secs => %(deadline_guard_seconds)s)
    AND %(gateway_id)s = (
      SELECT gateway.id FROM mailings_gateway AS gateway
      CROSS JOIN LATERAL (SELECT coalesce(mailing.gateway_id, (SELECT id FROM usual)) AS id) AS own
      WHERE gateway.enabled AND (gateway.id = own.id OR mailing.failover)
      ORDER BY
        gateway.held_at IS NOT NULL, gateway.id <> own.id, gateway.priority, gateway.id
      LIMIT 1
    )
    AND ( -- in this order, so that the index answers: EXISTS reads the table up to its first due message
      SELECT due.at FROM mailings_duemessage AS due
      WHERE due.mailing_id = mailing.id AND due.at <= now()
      ORDER BY due.at LIMIT 1
    ) IS NOT NULL
), shared AS MATERIALIZED (
  SELECT id, partition, place, CASE
    WHEN place IS NULL AND lot <= %(limit)s THEN greatest(1, part) ELSE part
  END AS part
  FROM (
    SELECT id, partition, place, lot, %(equal)s / mailings + (lot <= %(equal)s %% mailings)::int AS part
    FROM (
      SELECT id, partition, place, count(*) OVER () AS mailings,
        row_number() OVER (ORDER BY place IS NOT NULL, random()) AS lot
      FROM busy
    ) AS drawn
  ) AS divided
), equal AS MATERIALIZED (
  SELECT shared.partition, first.message_id FROM shared CROSS JOIN LATERAL (
    SELECT message_id FROM mailings_duemessage
    WHERE mailing_id = shared.id AND at <= now()
    ORDER BY at
    LIMIT shared.part
    FOR UPDATE SKIP LOCKED
  ) AS first
), hasty AS MATERIALIZED (
  -- One mailing after the other, only as far as there is room: a limit ends the loop.
  SELECT ordered.partition, next.message_id
  FROM (SELECT id, partition, part FROM shared WHERE place IS NOT NULL ORDER BY place) AS ordered
  CROSS JOIN LATERAL (
    SELECT message_id FROM mailings_duemessage
    WHERE mailing_id = ordered.id AND at <= now()
    ORDER BY at
    LIMIT %(limit)s OFFSET ordered.part
    FOR UPDATE SKIP LOCKED
  ) AS next
  LIMIT (SELECT greatest(0, %(limit)s - count(*)) FROM equal)
), due AS MATERIALIZED (
  -- Where a lock ends between the two looks, a message may be in both: that does no harm.
  SELECT partition, message_id FROM equal UNION ALL SELECT partition, message_id FROM hasty
), taken AS MATERIALIZED (
  -- As arrays, of which the planner expects few: it took `due` for a tenth of the table, and read all
  -- messages and all clients for every claim. The limit, above the number of partitions, does the same for those.
  SELECT partition, array_agg(message_id) AS ids FROM due GROUP BY partition LIMIT 10
), preferences AS MATERIALIZED (
  SELECT coalesce(sum(changes), 0) AS changes FROM directory_preferencechange
), batch AS (
  INSERT INTO mailings_batch (claimed_by, lease_expires_at, message_ids)
  SELECT %(worker)s, now() + make_interval(secs => %(lease_seconds)s), array_agg(id)
  FROM taken CROSS JOIN unnest(ids) AS id HAVING count(*) > 0
  RETURNING id
)
UPDATE mailings_message AS message SET
  (status, reason, reason_number, attempts) = (
    SELECT CASE WHEN ended IS NULL THEN 'sending' ELSE 'cancelled' END, coalesce(ended, message.reason),
      CASE WHEN ended IS NULL THEN message.reason_number END, message.attempts + (ended IS NULL)::int
    FROM (SELECT CASE
      WHEN client.phone IS NULL THEN 'client_deleted'
      WHEN mailing.preferences_known = (SELECT changes FROM preferences) THEN NULL
      WHEN NOT mailing.ignores_opt_outs AND EXISTS (
        SELECT FROM directory_optout AS said
        WHERE said.phone = client.phone AND (said.topic || '') IN ('', mailing.topic) AND said.withdrawn_at IS NULL
      ) THEN 'opted_out'
      WHEN mailing.requires_consent AND NOT EXISTS (
        SELECT FROM directory_consent AS said
        WHERE said.phone = client.phone AND (said.topic || '') IN ('', mailing.topic) AND said.revoked_at IS NULL
      ) THEN 'no_consent'
    END) AS why (ended)
  ),
  next_attempt_at = NULL,
  batch_id = batch.id
FROM batch, taken, mailings_mailing AS mailing, directory_client AS client
WHERE message.partition = taken.partition AND message.id = ANY(taken.ids) AND message.status = 'pending'
  AND mailing.id = message.mailing_id + 0 AND client.id = message.client_id
RETURNING
  message.batch_id, message.id, message.mailing_id, message.attempts,
  CASE message.status WHEN 'sending' THEN client.phone END, client.timezone,
  message.reason, message.reason_number, message.partition,
  CASE WHEN strpos(mailing.text, '{{') > 0 THEN client.attributes::text END,
  CASE WHEN strpos(mailing.text, '{{') > 0 THEN client.tag END
