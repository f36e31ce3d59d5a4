-- The outbox of webhooks: what each of them is to be told, written in the transaction in which it happens.
-- Guarantees: told is what was committed, and all of it, whoever changes the rows. A statement that ends messages
-- or records receipts writes one row for each mailing, status and thousand, and only where a webhook wants it; single
-- messages are told under 0 in place of a mailing. Where none does, it costs a look into a table of a few rows for each
-- kind of event.
-- A worker is called only where none is telling the webhook: whoever does looks by itself.
-- Index: none; the webhooks are few.

CREATE OR REPLACE FUNCTION webhooks_want(wanted text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT FROM webhooks_webhook WHERE enabled AND wanted = ANY(events)) $$;

CREATE OR REPLACE FUNCTION webhooks_tell(said_event text, said_queue bigint, said_told text, said_ids bigint[],
  said_data jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO webhooks_webhookdelivery (webhook_id, event, queue, told, ids, data)
  SELECT id, said_event, said_queue, said_told, said_ids, said_data
  FROM webhooks_webhook WHERE enabled AND said_event = ANY(events);
  IF EXISTS (
    SELECT FROM webhooks_webhook
    WHERE enabled AND said_event = ANY(events) AND coalesce(claimed_until < clock_timestamp(), true)
  ) THEN
    PERFORM pg_notify('notification_service_calls', 'notification_service.webhooks.tasks.tell');
  END IF;
END $$;

CREATE OR REPLACE FUNCTION webhooks_tell_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF webhooks_want('messages.final') THEN
    PERFORM webhooks_tell('messages.final', queue, status, array_agg(id ORDER BY id), NULL)
    FROM (
      SELECT queue, status, id, (row_number() OVER (PARTITION BY queue, status ORDER BY id) - 1) / 1000
      FROM (
        SELECT id, coalesce(mailing_id, 0), status FROM after_rows
        WHERE status IN ('sent', 'failed', 'expired', 'cancelled', 'unknown')
        EXCEPT ALL
        SELECT id, coalesce(mailing_id, 0), status FROM before_rows
        WHERE status IN ('sent', 'failed', 'expired', 'cancelled', 'unknown')
      ) AS ended (id, queue, status)
    ) AS numbered (queue, status, id, thousand)
    GROUP BY queue, status, thousand;
  END IF;
  IF webhooks_want('messages.delivery') THEN
    PERFORM webhooks_tell('messages.delivery', queue, delivery, array_agg(id ORDER BY id), NULL)
    FROM (
      SELECT queue, delivery, id, (row_number() OVER (PARTITION BY queue, delivery ORDER BY id) - 1) / 1000
      FROM (
        SELECT id, coalesce(mailing_id, 0), delivery FROM after_rows WHERE delivery IS NOT NULL
        EXCEPT ALL
        SELECT id, coalesce(mailing_id, 0), delivery FROM before_rows WHERE delivery IS NOT NULL
      ) AS told (id, queue, delivery)
    ) AS numbered (queue, delivery, id, thousand)
    GROUP BY queue, delivery, thousand;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER tell_webhooks AFTER UPDATE ON mailings_message
  REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
  FOR EACH STATEMENT EXECUTE FUNCTION webhooks_tell_messages();

CREATE OR REPLACE FUNCTION webhooks_tell_mailing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  happened text := 'mailing.' || CASE NEW.status
    WHEN 'running' THEN CASE OLD.status WHEN 'paused' THEN 'resumed' ELSE 'started' END ELSE NEW.status
  END;
BEGIN
  IF webhooks_want(happened) THEN
    PERFORM webhooks_tell(happened, NEW.id, NEW.status, NULL, jsonb_build_object(
      'mailing', NEW.id, 'name', NEW.name, 'reference', NEW.reference, 'status', NEW.status,
      'messages', (
        SELECT jsonb_build_object(
          'total', coalesce(sum(pending + sending + sent + failed + expired + cancelled + unknown), 0),
          'pending', coalesce(sum(pending), 0), 'sending', coalesce(sum(sending), 0), 'sent', coalesce(sum(sent), 0),
          'failed', coalesce(sum(failed), 0), 'expired', coalesce(sum(expired), 0),
          'cancelled', coalesce(sum(cancelled), 0), 'unknown', coalesce(sum(unknown), 0)
        ) FROM mailings_messagecount WHERE mailing_id = NEW.id
      )
    ));
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER tell_webhooks AFTER UPDATE OF status ON mailings_mailing FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION webhooks_tell_mailing();

CREATE OR REPLACE FUNCTION webhooks_tell_opted_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF webhooks_want('client.opted_out') THEN
    PERFORM webhooks_tell('client.opted_out', 0, '', array_agg(id ORDER BY id), NULL)
    FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / 1000 FROM after_rows) AS numbered (id, thousand)
    GROUP BY thousand;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER tell_webhooks AFTER INSERT ON directory_optout
  REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION webhooks_tell_opted_out();

CREATE OR REPLACE FUNCTION webhooks_tell_gateway() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  happened text := CASE WHEN NEW.held_at IS NULL THEN 'gateway.released' ELSE 'gateway.held' END;
BEGIN
  IF webhooks_want(happened) THEN
    PERFORM webhooks_tell(happened, 0, '', NULL, jsonb_build_object(
      'gateway', NEW.id, 'name', NEW.name,
      'code', CASE WHEN NEW.held_at IS NOT NULL THEN NEW.held_reason END,
      'code_number', CASE WHEN NEW.held_at IS NOT NULL THEN NEW.held_reason_number END
    ));
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER tell_webhooks AFTER UPDATE OF held_at ON mailings_gateway FOR EACH ROW
  WHEN ((OLD.held_at IS NULL) IS DISTINCT FROM (NEW.held_at IS NULL)) EXECUTE FUNCTION webhooks_tell_gateway();
