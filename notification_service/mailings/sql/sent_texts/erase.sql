-- Erase the texts that were sent to clients. Each row is written once, whatever number of its texts are theirs.
-- Those of a single message are kept under minus its id.
-- Indexes: message_of_client, sent_texts_of_mailing.
UPDATE mailings_senttexts AS kept SET texts = ARRAY(
  SELECT CASE WHEN id <> ALL(theirs.ids) THEN text END
  FROM unnest(kept.message_ids, kept.texts) WITH ORDINALITY AS one (id, text, place) ORDER BY place
)
FROM (
  SELECT coalesce(mailing_id, -id) AS mailing_id, array_agg(id) AS ids, min(id) AS first_id, max(id) AS last_id
  FROM mailings_message WHERE client_id = ANY(%(client_ids)s) GROUP BY 1
) AS theirs
WHERE kept.mailing_id = theirs.mailing_id AND kept.last_id >= theirs.first_id AND kept.first_id <= theirs.last_id
  AND EXISTS (
    SELECT FROM unnest(kept.message_ids, kept.texts) AS one (id, text)
    WHERE id = ANY(theirs.ids) AND text IS NOT NULL
  )
