-- Count the messages of mailings by status, in the order of Message.Status, and then by delivery: delivered,
-- undelivered, and sent without a receipt. Index: message_count_slot.
SELECT mailing_id, sum(pending)::bigint, sum(sending)::bigint, sum(sent)::bigint, sum(failed)::bigint,
  sum(expired)::bigint, sum(cancelled)::bigint, sum(unknown)::bigint,
  sum(delivered)::bigint, sum(undelivered)::bigint, sum(sent - answered)::bigint
FROM mailings_messagecount WHERE mailing_id = ANY(%(ids)s) GROUP BY mailing_id
