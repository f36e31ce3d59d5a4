"""The counters as they were while reasons were sentences (docs/decisions/0028), for the migration that made them."""

# ruff: noqa: E501

COUNTERS = r"""-- Exact counters (rule 9), kept in the transaction that changes a message or records an attempt.
-- Guarantees: at every moment a sum over the slots equals a count over the rows, whoever writes them, SQL by hand
-- included. Every transaction locks its slot's row of the overall count (mailing null) before any other row of the
-- counters, so that two of them never wait for each other in a circle. Each backend has a slot of its own, so that
-- workers do not wait for each other's row. See docs/decisions/0003-counters-by-trigger.md.
-- Indexes: the unique ones of the counters.
-- Needs: status_change.sql.

CREATE OR REPLACE FUNCTION mailings_count_slot() RETURNS smallint LANGUAGE sql AS
$$ SELECT (pg_backend_pid() % 32)::smallint $$;

CREATE OR REPLACE FUNCTION mailings_add_counts(changes mailings_status_change[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO mailings_messagecount AS c
    (mailing_id, slot, pending, sending, sent, failed, expired, cancelled, unknown)
  SELECT mailing_id, mailings_count_slot(),
    coalesce(sum(messages) FILTER (WHERE status = 'pending'), 0),
    coalesce(sum(messages) FILTER (WHERE status = 'sending'), 0),
    coalesce(sum(messages) FILTER (WHERE status = 'sent'), 0),
    coalesce(sum(messages) FILTER (WHERE status = 'failed'), 0),
    coalesce(sum(messages) FILTER (WHERE status = 'expired'), 0),
    coalesce(sum(messages) FILTER (WHERE status = 'cancelled'), 0),
    coalesce(sum(messages) FILTER (WHERE status = 'unknown'), 0)
  FROM unnest(changes) GROUP BY GROUPING SETS ((mailing_id), ())
  HAVING count(*) > 0
  ORDER BY mailing_id NULLS FIRST
  ON CONFLICT (mailing_id, slot) DO UPDATE SET
    pending = c.pending + excluded.pending, sending = c.sending + excluded.sending,
    sent = c.sent + excluded.sent, failed = c.failed + excluded.failed,
    expired = c.expired + excluded.expired, cancelled = c.cancelled + excluded.cancelled,
    unknown = c.unknown + excluded.unknown
$$;

CREATE OR REPLACE FUNCTION mailings_count_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mailings_add_counts(array_agg((mailing_id, status, messages)::mailings_status_change))
  FROM (SELECT mailing_id, status, count(*) AS messages FROM after_rows GROUP BY 1, 2) AS change;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mailings_count_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mailings_add_counts(array_agg((mailing_id, status, -messages)::mailings_status_change))
  FROM (SELECT mailing_id, status, count(*) AS messages FROM before_rows GROUP BY 1, 2) AS change;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mailings_count_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mailings_add_counts(array_agg((mailing_id, status, messages)::mailings_status_change))
  FROM (
    SELECT mailing_id, status, sum(messages)::bigint AS messages FROM (
      SELECT mailing_id, status, count(*) AS messages FROM after_rows GROUP BY 1, 2
      UNION ALL
      SELECT mailing_id, status, -count(*) FROM before_rows GROUP BY 1, 2
    ) AS both_sides GROUP BY 1, 2 HAVING sum(messages) <> 0
  ) AS change;

  INSERT INTO mailings_minutecount AS c
    (mailing_id, minute, slot, sent, failed, expired, cancelled, unknown, retried)
  SELECT mailing_id, date_trunc('minute', now()), mailings_count_slot(),
    coalesce(sum(change) FILTER (WHERE status = 'sent'), 0),
    coalesce(sum(change) FILTER (WHERE status = 'failed'), 0),
    coalesce(sum(change) FILTER (WHERE status = 'expired'), 0),
    coalesce(sum(change) FILTER (WHERE status = 'cancelled'), 0),
    coalesce(sum(change) FILTER (WHERE status = 'unknown'), 0), 0
  FROM (
    SELECT mailing_id, status, sum(change) AS change FROM (
      SELECT mailing_id, status, count(*) AS change FROM after_rows
      WHERE status IN ('sent', 'failed', 'expired', 'cancelled', 'unknown') GROUP BY 1, 2
      UNION ALL
      SELECT mailing_id, status, -count(*) FROM before_rows
      WHERE status IN ('sent', 'failed', 'expired', 'cancelled', 'unknown') GROUP BY 1, 2
    ) AS both_sides GROUP BY 1, 2 HAVING sum(change) <> 0
  ) AS changes GROUP BY 1 ORDER BY 1
  ON CONFLICT (mailing_id, minute, slot) DO UPDATE SET
    sent = c.sent + excluded.sent, failed = c.failed + excluded.failed,
    expired = c.expired + excluded.expired, cancelled = c.cancelled + excluded.cancelled,
    unknown = c.unknown + excluded.unknown;

  INSERT INTO mailings_failurecount AS c (mailing_id, reason, slot, messages)
  SELECT mailing_id, error, mailings_count_slot(), sum(change)
  FROM (
    SELECT mailing_id, error, count(*) AS change FROM after_rows
    WHERE status IN ('failed', 'unknown') GROUP BY 1, 2
    UNION ALL
    SELECT mailing_id, error, -count(*) FROM before_rows
    WHERE status IN ('failed', 'unknown') GROUP BY 1, 2
  ) AS both_sides GROUP BY 1, 2 HAVING sum(change) <> 0 ORDER BY 1, 2
  ON CONFLICT (mailing_id, reason, slot) DO UPDATE SET messages = c.messages + excluded.messages;

  IF FOUND THEN -- of a success, which is nearly every statement, nothing more is asked
    INSERT INTO mailings_quarterfailure AS c (mailing_id, quarter, reason, slot, messages)
    SELECT mailing_id, date_bin('15 minutes', now(), TIMESTAMPTZ '2000-01-01 00:00:00+00'), error,
      mailings_count_slot(), sum(change)
    FROM (
      SELECT mailing_id, error, count(*) AS change FROM after_rows
      WHERE status IN ('failed', 'unknown') GROUP BY 1, 2
      UNION ALL
      SELECT mailing_id, error, -count(*) FROM before_rows
      WHERE status IN ('failed', 'unknown') GROUP BY 1, 2
    ) AS both_sides GROUP BY 1, 3 HAVING sum(change) <> 0 ORDER BY 1, 3
    ON CONFLICT (mailing_id, quarter, reason, slot) DO UPDATE SET messages = c.messages + excluded.messages;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mailings_count_retried() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO mailings_minutecount AS c (mailing_id, minute, slot, sent, failed, retried)
  SELECT mailing_id, date_trunc('minute', now()), mailings_count_slot(), 0, 0, count(*)
  FROM after_rows WHERE outcome IN ('retry', 'lost') GROUP BY 1 ORDER BY 1
  ON CONFLICT (mailing_id, minute, slot) DO UPDATE SET retried = c.retried + excluded.retried;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER count_inserted AFTER INSERT ON mailings_message
  REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION mailings_count_inserted();
CREATE OR REPLACE TRIGGER count_updated AFTER UPDATE ON mailings_message
  REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
  FOR EACH STATEMENT EXECUTE FUNCTION mailings_count_updated();
CREATE OR REPLACE TRIGGER count_deleted AFTER DELETE ON mailings_message
  REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION mailings_count_deleted();
CREATE OR REPLACE TRIGGER count_retried AFTER INSERT ON mailings_attempt
  REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION mailings_count_retried();
"""
