-- Create a client for each staged row with a new phone. Without an operator code, the phone's is taken.
-- Guarantees: in the order of phones, so that two imports never wait for each other in a circle.
-- Index: directory_client (phone).
INSERT INTO directory_client (phone, operator_code, tag, tags, timezone, attributes, created_at, updated_at)
SELECT phone, coalesce(operator_code, substr(phone, %(code_from)s, %(code_length)s)), coalesce(tag, ''), coalesce(tags, '{}'), timezone,
  coalesce(attributes, '{}'), now(), now()
FROM pg_temp.client_import AS line
WHERE NOT EXISTS (SELECT FROM directory_client AS client WHERE client.phone = line.phone)
ORDER BY phone COLLATE "C"
ON CONFLICT (phone) DO NOTHING
