-- Record that the gateway took the messages of a partition. A success is a fact: it is recorded whoever holds the
-- message by now. Recorded twice, it changes nothing. Touches no index (heap-only update).
-- Index: primary key.
UPDATE mailings_message AS message SET
  status = 'sent', sent_at = to_timestamp(outcome.sent_at), next_attempt_at = NULL,
  reason = '', reason_number = NULL, gateway_id = %(gateway_id)s
FROM unnest(%(ids)s::bigint[], %(sent_at)s::float8[]) AS outcome (id, sent_at)
WHERE message.partition = %(partition)s AND message.id = outcome.id AND message.status <> 'sent'
