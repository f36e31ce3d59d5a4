-- By the gateway that running mailings name (null: the default one), how many of their messages wait for sending
-- hours: these open at a whole second, a retry comes at any microsecond. Index: due_of_mailing, of which it reads
-- what waits.
SELECT mailing.gateway_id, count(*)
FROM mailings_mailing AS mailing JOIN mailings_duemessage AS due ON due.mailing_id = mailing.id
WHERE mailing.status = 'running' AND mailing.deleted_at IS NULL
  AND (
    mailing.window_from IS NOT NULL OR mailing.window_days <> '{}' OR mailing.window_holidays <> ''
    OR NOT mailing.ignores_contact_hours AND EXISTS (SELECT FROM mailings_contacthours)
  )
  AND due.at > now() AND due.at = date_trunc('second', due.at)
GROUP BY mailing.gateway_id
