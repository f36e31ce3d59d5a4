-- List the latest minutes of a mailing in which anything happened, latest first. Index: minute_count_slot.
SELECT minute, sum(sent)::bigint, sum(failed)::bigint, sum(retried)::bigint, sum(delivered)::bigint,
  sum(undelivered)::bigint
FROM mailings_minutecount WHERE mailing_id = %(id)s GROUP BY minute ORDER BY minute DESC LIMIT %(minutes)s
