-- Count the messages of mailings by status, in the order of Message.Status. Index: message_count_slot.
SELECT mailing_id, sum(pending)::bigint, sum(sending)::bigint, sum(sent)::bigint, sum(failed)::bigint,
  sum(expired)::bigint, sum(cancelled)::bigint, sum(unknown)::bigint
FROM mailings_messagecount WHERE mailing_id = ANY(%(ids)s) GROUP BY mailing_id
