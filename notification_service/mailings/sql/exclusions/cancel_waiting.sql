-- Cancel what waits for some phones in mailings that may not go to them, and single messages that may not.
-- Guarantees: the rows of due messages are locked first, in their order, as everybody does who waits for them. What a
-- worker holds is left to it. It returns how many were found, too: one that was moved meanwhile has another row.
-- Indexes: directory_client (phone), message_of_client, single_message_phone, primary keys of due messages, messages
-- and single messages, opt_out_in_force, consent_in_force.
WITH mailing AS MATERIALIZED (
  SELECT id, partition, topic, requires_consent, ignores_opt_outs FROM mailings_mailing
  WHERE finished_at IS NULL AND status IN ('running', 'paused') AND (requires_consent OR NOT ignores_opt_outs)
), single AS MATERIALIZED (
  SELECT single.message_id AS id, client.phone, single.topic, single.ignores_opt_outs
  FROM directory_client AS client
  JOIN mailings_message AS message ON message.client_id = client.id AND message.next_attempt_at IS NOT NULL
  JOIN mailings_singlemessage AS single ON single.message_id = message.id
  WHERE client.phone = ANY(%(phones)s) AND message.partition = 0 AND message.mailing_id IS NULL
  UNION ALL
  SELECT message_id, phone, topic, ignores_opt_outs FROM mailings_singlemessage
  WHERE phone = ANY(%(phones)s) AND phone <> ''
), waiting AS MATERIALIZED (
  SELECT message.id, message.partition, CASE
      WHEN NOT mailing.ignores_opt_outs AND EXISTS (
        SELECT FROM directory_optout AS said
        WHERE said.phone = client.phone AND said.topic IN ('', mailing.topic) AND said.withdrawn_at IS NULL
      ) THEN 'opted_out'
      WHEN mailing.requires_consent AND NOT EXISTS (
        SELECT FROM directory_consent AS said
        WHERE said.phone = client.phone AND said.topic IN ('', mailing.topic) AND said.revoked_at IS NULL
      ) THEN 'no_consent'
    END AS exclusion
  FROM directory_client AS client
  JOIN mailings_message AS message ON message.client_id = client.id AND message.next_attempt_at IS NOT NULL
  JOIN mailing ON mailing.id = message.mailing_id AND mailing.partition = message.partition
  WHERE client.phone = ANY(%(phones)s)
  UNION ALL
  SELECT message.id, message.partition, 'opted_out' FROM single
  JOIN mailings_message AS message ON message.partition = 0 AND message.id = single.id
    AND message.next_attempt_at IS NOT NULL
  WHERE NOT single.ignores_opt_outs AND EXISTS (
    SELECT FROM directory_optout AS said
    WHERE said.phone = single.phone AND said.topic IN ('', single.topic) AND said.withdrawn_at IS NULL
  )
), locked AS MATERIALIZED (
  SELECT waiting.* FROM waiting JOIN mailings_duemessage AS due ON due.message_id = waiting.id
  WHERE exclusion IS NOT NULL ORDER BY due.message_id FOR UPDATE OF due
), cancelled AS (
  UPDATE mailings_message AS message SET
    status = 'cancelled', next_attempt_at = NULL, reason = locked.exclusion, reason_number = NULL, error = ''
  FROM locked WHERE message.partition = locked.partition AND message.id = locked.id
  RETURNING message.mailing_id, message.id, message.client_id, message.reason
)
SELECT found.messages, cancelled.* FROM (
  SELECT count(*) AS messages FROM waiting WHERE exclusion IS NOT NULL
) AS found LEFT JOIN cancelled ON true
