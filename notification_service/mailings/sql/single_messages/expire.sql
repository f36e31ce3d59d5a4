-- End a chunk of the single messages that wait past their deadline. Each keeps the key of its cause in `error`: why its
-- last attempt failed or, if it was due and never attempted, what keeps its gateway from taking messages.
-- Guarantees: does not wait for locks, and leaves what is being claimed to the claim, which ends it too.
-- Indexes: due_of_mailing, of which it reads all single messages that wait; primary keys of single messages, messages.
WITH usual AS MATERIALIZED (
  SELECT id FROM mailings_gateway WHERE enabled ORDER BY priority, id LIMIT 1
), waiting AS MATERIALIZED (
  SELECT due.message_id, due.at, coalesce(single.gateway_id, (SELECT id FROM usual)) AS gateway_id
  FROM mailings_duemessage AS due
  JOIN mailings_singlemessage AS single ON single.message_id = due.message_id
  WHERE due.mailing_id <= 0 AND single.end_at <= now()
  LIMIT %(limit)s FOR UPDATE OF due SKIP LOCKED
)
UPDATE mailings_message AS message SET
  status = 'expired', next_attempt_at = NULL, reason = 'deadline_passed', reason_number = NULL,
  error = CASE
    WHEN message.reason <> '' THEN message.reason || coalesce(':' || message.reason_number, '')
    WHEN waiting.at <= now() THEN coalesce((
      SELECT CASE WHEN gateway.enabled
        THEN gateway.held_reason || coalesce(':' || gateway.held_reason_number, '') ELSE 'gateway_disabled'
      END
      FROM mailings_gateway AS gateway
      WHERE gateway.id = waiting.gateway_id AND (gateway.held_at IS NOT NULL OR NOT gateway.enabled)
    ), '')
    ELSE ''
  END
FROM waiting WHERE message.partition = 0 AND message.id = waiting.message_id
RETURNING message.id, message.client_id
