-- Delete some of the providers' ids that are older than a month: no receipt comes so late.
-- Guarantees: at most so many at once. Index: provider_message_at.
DELETE FROM mailings_providermessage WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM mailings_providermessage WHERE at < now() - interval '30 days' LIMIT %(limit)s
))
