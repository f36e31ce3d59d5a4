-- Find the messages that receipts of a gateway are about, with what is known of their delivery.
-- Guarantees: none but those that this gateway took or was asked to take. One whose send is not recorded yet names no
-- gateway: then it is enough that an attempt has begun.
-- A receipt knows no partition, so this looks into all of them. Index: primary keys; that of attempts by message.
SELECT id, partition, delivery FROM mailings_message AS message
WHERE id = ANY(%(ids)s::bigint[]) AND attempts > 0 AND (
  gateway_id = %(gateway_id)s OR gateway_id IS NULL OR EXISTS (
    SELECT FROM mailings_attempt AS attempt
    WHERE attempt.partition = message.partition AND attempt.message_id = message.id
      AND attempt.gateway_id = %(gateway_id)s
  )
)
