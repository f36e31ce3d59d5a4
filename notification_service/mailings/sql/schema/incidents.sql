-- What happens to a gateway's breaker, kept as incidents, for people to read.
-- Guarantees: in the transaction that changes the breaker, whoever does; one for each time that it opens, however
-- many workers open it at once, for they wait for each other's row. Its cause is that of the latest failure. A breaker
-- that opens again within five minutes goes on with its incident: one that flaps makes no more than 288 a day.
-- Costs nothing where messages are sent: no statement there names these columns.
-- Index: incident_of_gateway.

CREATE OR REPLACE FUNCTION mailings_keep_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.held_at IS NULL THEN
    UPDATE mailings_gatewayincident SET ended_at = now() WHERE gateway_id = NEW.id AND ended_at IS NULL;
    RETURN NULL;
  END IF;
  UPDATE mailings_gatewayincident SET
    ended_at = NULL, holds = holds + (OLD.held_at IS NULL)::int,
    reason = NEW.held_reason, reason_number = NEW.held_reason_number, error = NEW.held_text
  WHERE id = (
    SELECT id FROM mailings_gatewayincident WHERE gateway_id = NEW.id ORDER BY began_at DESC, id DESC LIMIT 1
  ) AND (ended_at IS NULL OR ended_at > now() - interval '5 minutes');
  IF NOT FOUND THEN
    INSERT INTO mailings_gatewayincident (gateway_id, began_at, reason, reason_number, error)
    VALUES (NEW.id, NEW.held_at, NEW.held_reason, NEW.held_reason_number, NEW.held_text);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER keep_incident AFTER UPDATE OF held_at, held_reason ON mailings_gateway FOR EACH ROW
  WHEN (
    (OLD.held_at, OLD.held_reason, OLD.held_reason_number, OLD.held_text)
    IS DISTINCT FROM (NEW.held_at, NEW.held_reason, NEW.held_reason_number, NEW.held_text)
  )
  EXECUTE FUNCTION mailings_keep_incident();
