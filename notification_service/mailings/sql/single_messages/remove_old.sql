-- Remove a chunk of the single messages whose deadline was so many days ago, with their attempts. All have ended: those
-- that still wait, or are being sent, are left.
-- Guarantees: does not wait for locks.
-- Indexes: single_message_end, primary keys of messages and single messages, mailings_attempt (message_id),
-- sent_texts_of_mailing.
WITH old AS MATERIALIZED (
  SELECT single.message_id AS id FROM mailings_singlemessage AS single
  JOIN mailings_message AS message ON message.partition = 0 AND message.id = single.message_id
  WHERE single.end_at < now() - make_interval(days => %(days)s) AND message.status NOT IN ('pending', 'sending')
  ORDER BY single.end_at LIMIT %(limit)s FOR UPDATE OF single, message SKIP LOCKED
), attempts AS (
  DELETE FROM mailings_attempt WHERE partition = 0 AND message_id IN (SELECT id FROM old)
), terms AS (
  DELETE FROM mailings_singlemessage WHERE message_id IN (SELECT id FROM old)
), texts AS (
  DELETE FROM mailings_senttexts WHERE mailing_id IN (SELECT -id FROM old)
)
DELETE FROM mailings_message WHERE partition = 0 AND id IN (SELECT id FROM old)
