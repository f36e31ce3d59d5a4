-- Count all messages by status, in the order of Message.Status, and by delivery as `message_counts` does; then the
-- single messages, under 0, and those of each mailing that is being deleted: in one statement, so that they are of
-- one moment.
-- Indexes: message_count_slot, mailing_deleted.
SELECT mailing_id, sum(pending)::bigint, sum(sending)::bigint, sum(sent)::bigint, sum(failed)::bigint,
  sum(expired)::bigint, sum(cancelled)::bigint, sum(unknown)::bigint,
  sum(delivered)::bigint, sum(undelivered)::bigint, sum(sent - answered)::bigint
FROM mailings_messagecount WHERE mailing_id IS NULL OR mailing_id = 0 GROUP BY mailing_id
UNION ALL
SELECT mailing_id, sum(pending)::bigint, sum(sending)::bigint, sum(sent)::bigint, sum(failed)::bigint,
  sum(expired)::bigint, sum(cancelled)::bigint, sum(unknown)::bigint,
  sum(delivered)::bigint, sum(undelivered)::bigint, sum(sent - answered)::bigint
FROM mailings_messagecount
WHERE mailing_id IN (SELECT id FROM mailings_mailing WHERE deleted_at IS NOT NULL) GROUP BY mailing_id
