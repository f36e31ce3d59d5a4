-- Give a chunk of a mailing's waiting messages a final status. One that expires keeps the key of its cause in `error`:
-- why its last attempt failed or, if it was due and never attempted, what keeps its gateway from taking messages.
-- Guarantees: does not wait for locks, and leaves what is being claimed to the claim. Index: due_of_mailing.
WITH usual AS MATERIALIZED (
  SELECT id FROM mailings_gateway WHERE enabled ORDER BY priority, id LIMIT 1
), stopped AS MATERIALIZED (
  SELECT CASE WHEN gateway.enabled
    THEN gateway.held_reason || coalesce(':' || gateway.held_reason_number, '') ELSE 'gateway_disabled'
  END AS cause
  FROM mailings_mailing AS mailing
  JOIN mailings_gateway AS gateway ON gateway.id = coalesce(mailing.gateway_id, (SELECT id FROM usual))
  WHERE mailing.id = %(mailing_id)s AND (gateway.held_at IS NOT NULL OR NOT gateway.enabled)
    AND NOT (mailing.failover AND EXISTS (SELECT FROM mailings_gateway WHERE enabled AND held_at IS NULL))
), waiting AS MATERIALIZED (
  SELECT message_id, at FROM mailings_duemessage WHERE mailing_id = %(mailing_id)s
  LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE mailings_message AS message SET
  status = %(status)s,
  next_attempt_at = NULL,
  reason = %(reason)s,
  reason_number = NULL,
  error = CASE
    WHEN %(status)s <> 'expired' THEN ''
    WHEN message.reason <> '' THEN message.reason || coalesce(':' || message.reason_number, '')
    WHEN waiting.at <= now() THEN coalesce((SELECT cause FROM stopped), '')
    ELSE ''
  END
FROM waiting WHERE message.partition = %(partition)s AND message.id = waiting.message_id
RETURNING message.id, message.client_id
