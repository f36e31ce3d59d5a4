-- Cancel what waits for some clients of one mailing, by the range of their ids, if it may not go to them: for messages
-- that were being written while a phone opted out.
-- Guarantees: those of cancel_waiting.sql, which has the same words.
-- Indexes: message_once_per_client, primary keys of clients, due messages and messages, opt_out_in_force,
-- consent_in_force.
WITH mailing AS MATERIALIZED (
  SELECT id, partition, topic, requires_consent, ignores_opt_outs FROM mailings_mailing WHERE id = %(mailing_id)s
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
  FROM mailings_message AS message
  JOIN mailing ON mailing.id = message.mailing_id
  JOIN directory_client AS client ON client.id = message.client_id
  WHERE message.partition = %(partition)s AND message.mailing_id = %(mailing_id)s
    AND message.client_id > %(after)s AND message.client_id <= %(to)s AND message.next_attempt_at IS NOT NULL
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
