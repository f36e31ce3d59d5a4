-- As record_sent.sql, with what some successes leave behind. Of a gateway that answers with an id of its own, that id:
-- it is kept on the message, and where receipts name it alone, so that the message is found by it. That is kept of a
-- message that was recorded before, too: it went twice, and receipts come of both. And the text that the gateway took,
-- of personal texts, and of a mailing whose text has changed since its start: all of a mailing in one row, which
-- PostgreSQL compresses, since a row for each would cost as much as the outcome.
-- Guarantees: a success and what it leaves are recorded together; in the order of the ids, so that two of these never
-- wait for each other in a circle. Recorded twice, a text is there twice.
-- Touches no index of the messages (heap-only update). Indexes: primary keys.
WITH outcome AS (
  SELECT * FROM unnest(%(ids)s::bigint[], %(sent_at)s::float8[], %(provider_ids)s::text[])
    AS o (id, sent_at, provider_id)
), named AS (
  INSERT INTO mailings_providermessage (gateway_id, provider_id, message_id)
  SELECT %(gateway_id)s, provider_id, id FROM outcome
  WHERE %(is_named_in_receipts)s AND provider_id <> '' ORDER BY provider_id
  ON CONFLICT DO NOTHING
), kept AS (
  INSERT INTO mailings_senttexts (mailing_id, first_id, last_id, message_ids, texts)
  SELECT mailing_id, first_id, last_id, message_ids, texts
  FROM json_to_recordset(%(texts)s::json) AS of_mailing (
    mailing_id bigint, first_id bigint, last_id bigint, message_ids bigint[], texts text[]
  )
)
UPDATE mailings_message AS message SET
  status = 'sent', sent_at = to_timestamp(outcome.sent_at), next_attempt_at = NULL,
  reason = '', reason_number = NULL, gateway_id = %(gateway_id)s, provider_id = outcome.provider_id
FROM outcome
WHERE message.partition = %(partition)s AND message.id = outcome.id AND message.status <> 'sent'
