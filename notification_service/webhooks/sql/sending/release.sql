-- Leave a webhook to whoever comes next. Index: primary key.
UPDATE webhooks_webhook SET claimed_by = '', claimed_until = NULL
WHERE id = %(webhook_id)s AND claimed_by = %(worker)s
