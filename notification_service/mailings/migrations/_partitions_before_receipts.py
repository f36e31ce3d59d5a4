"""Partitions as they were emptied before receipts (docs/decisions/0028), for the migration that made them."""

# ruff: noqa: E501

PARTITIONS_EMPTIED = r"""-- The partitions of the messages and of their attempts, which the migrations make: a list by number, where a mailing
-- is in one (mailings_mailing.partition). Number 0 is shared.
-- Needs: counters.sql.

CREATE OR REPLACE FUNCTION mailings_partition_numbers() RETURNS SETOF smallint LANGUAGE sql STABLE AS $$
  SELECT substring(inhrelid::regclass::text FROM '_p(\d+)$')::smallint
  FROM pg_inherits WHERE inhparent = 'mailings_message'::regclass
$$;

-- Empty the partition of a deleted mailing, in the time that removing a file takes, and return whether it did.
-- Guarantees: the mailing is alone there, by its row and by the rows of the partition, which is locked for that; the
-- counters follow in the same transaction. The rows of due messages stay. Whoever comes while this waits for the lock
-- waits too, so it gives up soon.
-- The application's role needs no right to TRUNCATE for it.
CREATE OR REPLACE FUNCTION mailings_empty_partition(deleted bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET lock_timeout = '50ms' AS $$
DECLARE
  own smallint;
  is_alone boolean;
BEGIN
  SELECT partition INTO own FROM mailings_mailing
  WHERE id = deleted AND deleted_at IS NOT NULL AND partition <> 0;
  IF own IS NULL OR EXISTS (SELECT FROM mailings_mailing WHERE partition = own AND id <> deleted) THEN
    RETURN false;
  END IF;
  EXECUTE format('LOCK TABLE ONLY mailings_message_p%1$s, ONLY mailings_attempt_p%1$s', own);
  EXECUTE format('SELECT min(mailing_id) = $1 AND max(mailing_id) = $1 FROM mailings_message_p%s', own)
    INTO is_alone USING deleted;
  IF is_alone IS NOT TRUE THEN
    RETURN false;
  END IF;
  EXECUTE format('TRUNCATE mailings_message_p%1$s, mailings_attempt_p%1$s', own);
  PERFORM mailings_add_counts(array_agg((deleted, status, -messages)::mailings_status_change))
  FROM (
    SELECT by_status.status, sum(by_status.messages)::bigint AS messages FROM mailings_messagecount AS c
    CROSS JOIN LATERAL (VALUES ('pending', c.pending), ('sending', c.sending), ('sent', c.sent),
      ('failed', c.failed), ('expired', c.expired), ('cancelled', c.cancelled), ('unknown', c.unknown)
    ) AS by_status (status, messages)
    WHERE c.mailing_id = deleted GROUP BY 1
  ) AS counted;
  RETURN true;
EXCEPTION WHEN lock_not_available THEN
  RETURN false;
END $$;

-- It runs with the owner's rights: the caller's temporary tables come last.
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION mailings_empty_partition SET search_path = %I, pg_temp', current_schema());
END $$;
"""
