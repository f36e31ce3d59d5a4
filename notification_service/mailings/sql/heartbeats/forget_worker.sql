-- A worker ends; those that were killed a day ago are forgotten as well.
DELETE FROM mailings_worker WHERE name = %(name)s OR seen_at < now() - interval '1 day'
