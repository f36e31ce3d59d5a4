-- Why messages of a mailing are failed or unknown, most first. Index: failure_count_slot.
SELECT reason, sum(messages)::bigint AS messages
FROM mailings_failurecount WHERE mailing_id = %(id)s
GROUP BY reason HAVING sum(messages) <> 0 ORDER BY messages DESC, reason
