-- How many seconds ago the oldest lease ended that nobody has rescued. Index: mailings_batch (lease_expires_at).
SELECT coalesce(greatest(extract(epoch FROM now() - min(lease_expires_at)), 0), 0)::float8 FROM mailings_batch
