-- Delete a worker that ends, and those that were killed more than a day ago.
DELETE FROM mailings_worker WHERE name = %(name)s OR seen_at < now() - interval '1 day'
