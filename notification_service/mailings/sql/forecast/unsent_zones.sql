-- How the unsent messages of a mailing are divided among time zones: all of them where its ids span no more than the
-- sample, else those with a random id in each equal part of that span.
-- Guarantees: reads no more messages than the sample. Indexes: message_of_mailing, primary keys.
WITH span AS MATERIALIZED (
  SELECT
    (SELECT id FROM mailings_message
      WHERE partition = %(partition)s AND mailing_id = %(mailing_id)s ORDER BY id LIMIT 1) AS first,
    (SELECT id FROM mailings_message
      WHERE partition = %(partition)s AND mailing_id = %(mailing_id)s ORDER BY id DESC LIMIT 1) AS last
), picked AS MATERIALIZED (
  SELECT CASE WHEN last - first < %(sample)s THEN first + n
    ELSE first + floor((n + random()) * (last - first + 1) / %(sample)s)::bigint END AS id
  FROM span, generate_series(0, least(last - first, %(sample)s - 1)) AS n
)
SELECT client.timezone, count(*)
FROM picked
CROSS JOIN LATERAL (
  SELECT client_id FROM mailings_message AS message
  WHERE message.id = picked.id AND message.partition = %(partition)s
    AND message.mailing_id = %(mailing_id)s AND message.status IN ('pending', 'sending')
  OFFSET 0
) AS unsent
CROSS JOIN LATERAL (
  SELECT timezone FROM directory_client WHERE id = unsent.client_id AND deleted_at IS NULL OFFSET 0
) AS client
GROUP BY client.timezone
