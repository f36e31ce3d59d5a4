-- How the unsent messages of mailings are divided among time zones: of each, all of them where its ids span no more
-- than its sample, else those with a random id in each equal part of that span.
-- Guarantees: reads no more messages than the samples. Indexes: message_of_mailing, primary keys.
WITH wanted AS MATERIALIZED (
  SELECT mailing_id, partition, sample,
    (SELECT id FROM mailings_message AS message
      WHERE message.partition = given.partition AND message.mailing_id = given.mailing_id ORDER BY id LIMIT 1
    ) AS first,
    (SELECT id FROM mailings_message AS message
      WHERE message.partition = given.partition AND message.mailing_id = given.mailing_id ORDER BY id DESC LIMIT 1
    ) AS last
  FROM unnest(%(mailing_ids)s::bigint[], %(partitions)s::smallint[], %(samples)s::int[])
    AS given (mailing_id, partition, sample)
), picked AS MATERIALIZED (
  SELECT mailing_id, partition, CASE WHEN last - first < sample THEN first + n
    ELSE first + floor((n + random()) * (last - first + 1) / sample)::bigint END AS id
  FROM wanted CROSS JOIN LATERAL generate_series(0, least(last - first, sample - 1)) AS n
)
SELECT picked.mailing_id, client.timezone, count(*)
FROM picked
CROSS JOIN LATERAL (
  SELECT client_id FROM mailings_message AS message
  WHERE message.id = picked.id AND message.partition = picked.partition
    AND message.mailing_id = picked.mailing_id AND message.status IN ('pending', 'sending')
  OFFSET 0
) AS unsent
CROSS JOIN LATERAL (
  SELECT timezone FROM directory_client WHERE id = unsent.client_id AND deleted_at IS NULL OFFSET 0
) AS client
GROUP BY picked.mailing_id, client.timezone
