-- Write single messages and their terms, and return the ids in the order in which they were given.
-- Guarantees: all or none; the two halves of each in one statement, so that no claim sees one without the other. Of a
-- client who is being deleted it keeps no text: the deletion waits for this, or this for the deletion.
-- Indexes: primary key of clients.
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
), client AS MATERIALIZED (
  SELECT id FROM directory_client WHERE id = ANY(%(clients)s::bigint[]) AND deleted_at IS NULL
  ORDER BY id FOR KEY SHARE
), terms AS (
  INSERT INTO mailings_singlemessage (message_id, phone, text, end_at, window_from, window_to, window_days,
    window_holidays, gateway_id, topic, ignores_opt_outs, reference)
  SELECT given.id, phone, CASE WHEN client_id IS NULL OR client.id IS NOT NULL THEN text ELSE %(forgotten)s END,
    end_at, window_from, window_to, string_to_array(window_days, ','), window_holidays,
    gateway_id, topic, ignores_opt_outs, reference
  FROM given LEFT JOIN client ON client.id = given.client_id
), message AS (
  INSERT INTO mailings_message (id, partition, queue, client_id, status, attempts, created_at, next_attempt_at)
  SELECT id, 0, queue, client_id, 'pending', 0, now(), coalesce(due_at, now()) FROM given
)
SELECT id FROM given ORDER BY place
