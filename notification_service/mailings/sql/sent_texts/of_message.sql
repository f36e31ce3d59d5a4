-- The text that a message was sent with, if it is kept: that of the latest record. Index: sent_texts_of_mailing.
SELECT texts[array_position(message_ids, %(message_id)s)] FROM mailings_senttexts
WHERE mailing_id = %(mailing_id)s AND last_id >= %(message_id)s AND first_id <= %(message_id)s
  AND message_ids @> ARRAY[%(message_id)s::bigint]
ORDER BY id DESC LIMIT 1
