-- Forget what a chunk of the single messages said and to whom they went, whose deadline was so many days ago, with the
-- gateways' responses; outcomes and times stay.
-- Guarantees: does not wait for locks.
-- Indexes: single_message_end, primary keys of messages and single messages, mailings_attempt (message_id),
-- sent_texts_of_mailing.
WITH old AS MATERIALIZED (
  SELECT single.message_id AS id FROM mailings_singlemessage AS single
  JOIN mailings_message AS message ON message.partition = 0 AND message.id = single.message_id
  WHERE single.end_at < now() - make_interval(days => %(days)s) AND single.anonymised_at IS NULL
    AND message.status NOT IN ('pending', 'sending')
  ORDER BY single.end_at LIMIT %(limit)s FOR UPDATE OF single, message SKIP LOCKED
), responses AS (
  UPDATE mailings_attempt SET response = ''
  WHERE partition = 0 AND message_id IN (SELECT id FROM old) AND response <> ''
), message AS (
  UPDATE mailings_message SET client_id = NULL WHERE partition = 0 AND id IN (SELECT id FROM old)
), texts AS (
  DELETE FROM mailings_senttexts WHERE mailing_id IN (SELECT -id FROM old)
)
UPDATE mailings_singlemessage SET text = %(text)s, phone = '', reference = '', anonymised_at = now()
WHERE message_id IN (SELECT id FROM old)
