-- In how many seconds something is next to be done, by the call that does it; none where nothing will be, as things
-- are. What is to be done already, or is being done by somebody, is due now.
-- Reads one due message of each mailing that has begun and not ended, ten thousand at most of the single messages that
-- wait (where a gateway is away and there are more, the calls at intervals find the rest), and a row or two of
-- everything else.
-- Indexes: mailing_unsettled, mailing_deleted, due_of_mailing, primary key of single messages, mailings_batch
-- (lease_expires_at), upload_unfinished, bulk_action_unfinished, delivery_due.
WITH mailing AS MATERIALIZED (
  SELECT open.*, first.at AS due_at, status IN ('running', 'paused') AS is_active
  FROM mailings_mailing AS open
  LEFT JOIN LATERAL (
    SELECT at FROM mailings_duemessage WHERE mailing_id = open.id ORDER BY at LIMIT 1
  ) AS first ON open.status <> 'scheduled'
  WHERE open.finished_at IS NULL
), moment (call, at) AS (
  SELECT 'start', CASE WHEN is_active THEN now() ELSE start_at END FROM mailing
  WHERE status = 'scheduled' OR is_active AND audience_built_at IS NULL
  UNION ALL
  SELECT 'settle', CASE
    WHEN status = 'cancelled' OR window_changed_at IS NOT NULL THEN now()
    WHEN audience_built_at IS NOT NULL AND due_at IS NULL THEN now()
    ELSE end_at
  END
  FROM mailing WHERE status <> 'scheduled'
  UNION ALL
  SELECT 'settle', now() FROM mailings_mailing WHERE deleted_at IS NOT NULL
  UNION ALL
  SELECT 'send', due_at FROM mailing WHERE status = 'running' AND now() < end_at
  UNION ALL
  SELECT 'send', at FROM mailings_duemessage WHERE mailing_id <= 0
  UNION ALL
  SELECT 'settle', single.end_at FROM mailings_singlemessage AS single JOIN (
    SELECT message_id FROM mailings_duemessage WHERE mailing_id <= 0 LIMIT 10000
  ) AS due USING (message_id)
  UNION ALL
  SELECT 'rescue', min(lease_expires_at) FROM mailings_batch
  UNION ALL
  SELECT 'test_sends', CASE status WHEN 'waiting' THEN now() ELSE lease_expires_at END
  FROM mailings_testsend WHERE status IN ('waiting', 'sending')
  UNION ALL
  SELECT 'webhooks', greatest(due.at, webhook.claimed_until, CASE WHEN due.queue <> -1 THEN webhook.retry_at END)
  FROM webhooks_webhook AS webhook CROSS JOIN LATERAL (
    SELECT next_attempt_at AS at, queue FROM webhooks_webhookdelivery AS delivery
    WHERE delivery.webhook_id = webhook.id AND delivery.ended_at IS NULL AND (webhook.enabled OR delivery.queue = -1)
    ORDER BY next_attempt_at LIMIT 1
  ) AS due
  WHERE webhook.deleted_at IS NULL
  UNION ALL
  SELECT 'import', now() FROM directory_clientupload
  WHERE finished_at IS NULL AND status IN ('waiting', 'running')
  UNION ALL
  SELECT 'import', now() FROM directory_bulkaction WHERE finished_at IS NULL
)
SELECT call, extract(epoch FROM min(at) - now())::float8 FROM moment WHERE at IS NOT NULL GROUP BY call
