-- Write single messages and their terms, and return the ids in the order in which they were given.
-- Guarantees: all or none; the two halves of each in one statement, so that no claim sees one without the other.
WITH given AS MATERIALIZED (
  SELECT nextval(pg_get_serial_sequence('mailings_message', 'id')) AS id, one.* FROM (
    SELECT * FROM unnest(
      %(clients)s::bigint[], %(phones)s::text[], %(texts)s::text[],
      %(end_at)s::timestamptz[], %(due_at)s::timestamptz[],
      %(windows_from)s::time[], %(windows_to)s::time[], %(window_days)s::text[], %(window_holidays)s::text[],
      %(gateways)s::bigint[], %(queues)s::bigint[], %(topics)s::text[], %(ignore_opt_outs)s::boolean[],
      %(references)s::text[]
    ) WITH ORDINALITY AS o (
      client_id, phone, text, end_at, due_at, window_from, window_to, window_days, window_holidays, gateway_id, queue,
      topic, ignores_opt_outs, reference, place
    ) ORDER BY place
  ) AS one
), terms AS (
  INSERT INTO mailings_singlemessage (message_id, phone, text, end_at, window_from, window_to, window_days,
    window_holidays, gateway_id, topic, ignores_opt_outs, reference)
  SELECT id, phone, text, end_at, window_from, window_to, string_to_array(window_days, ','), window_holidays,
    gateway_id, topic, ignores_opt_outs, reference
  FROM given
), message AS (
  INSERT INTO mailings_message (id, partition, queue, client_id, status, attempts, created_at, next_attempt_at)
  SELECT id, 0, queue, client_id, 'pending', 0, now(), coalesce(due_at, now()) FROM given
)
SELECT id FROM given ORDER BY place
