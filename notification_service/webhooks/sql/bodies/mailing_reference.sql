-- The id of a mailing in another system; no row: it is gone. Index: primary key.
SELECT reference FROM mailings_mailing WHERE id = %(mailing_id)s
