-- Forget when a chunk of a mailing's messages were due, which are gone with their partition. Index: due_of_mailing.
DELETE FROM mailings_duemessage WHERE message_id IN (
  SELECT message_id FROM mailings_duemessage WHERE mailing_id = %(mailing_id)s LIMIT %(limit)s
)
