-- Wait for whoever writes a message, and hold it; the caller holds no other message, so nobody waits in a circle.
-- Index: primary key.
SELECT id FROM mailings_message WHERE partition = %(partition)s AND id = %(id)s FOR NO KEY UPDATE
