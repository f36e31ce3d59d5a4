-- Record that the gateway took the messages of a partition, as record_sent does, and keep the texts that it took: of
-- personal texts, and of a mailing whose text has changed since its start. All of a mailing in one row, which
-- PostgreSQL compresses: a row for each would cost as much as the outcome.
-- Guarantees: a success and its text are recorded together. Recorded twice, the text is there twice.
-- Index: primary key.
WITH kept AS (
  INSERT INTO mailings_senttexts (mailing_id, first_id, last_id, message_ids, texts)
  SELECT mailing_id, first_id, last_id, message_ids, texts
  FROM json_to_recordset(%(texts)s::json) AS of_mailing (
    mailing_id bigint, first_id bigint, last_id bigint, message_ids bigint[], texts text[]
  )
)
UPDATE mailings_message AS message SET
  status = 'sent', sent_at = to_timestamp(outcome.sent_at), next_attempt_at = NULL,
  reason = '', reason_number = NULL, gateway_id = %(gateway_id)s
FROM unnest(%(ids)s::bigint[], %(sent_at)s::float8[]) AS outcome (id, sent_at)
WHERE message.partition = %(partition)s AND message.id = outcome.id AND message.status <> 'sent'
