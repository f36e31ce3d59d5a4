-- Count the failed or unknown messages of a mailing by reason, most first. Index: failure_count_of_reason.
SELECT reason, reason_number, sum(messages)::bigint AS messages
FROM mailings_failurecount WHERE mailing_id = %(id)s
GROUP BY reason, reason_number HAVING sum(messages) <> 0 ORDER BY messages DESC, reason, reason_number
