-- Wait for whoever has the due row of a message, if it waits for an attempt, and hold it; before the message itself,
-- as decision 25 asks. Index: primary key.
SELECT message_id FROM mailings_duemessage WHERE message_id = %(id)s FOR UPDATE
