-- What the dispatcher must know of mailings just before a request, and the database's clock.
-- Index: primary key.
SELECT id, text, end_at, window_from, window_to, on_unknown = 'give_up', status = 'running' AND deleted_at IS NULL,
  trace_parent
FROM mailings_mailing WHERE id = ANY(%(ids)s)
