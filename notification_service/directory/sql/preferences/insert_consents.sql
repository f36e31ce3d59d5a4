-- Take the staged consents that are not in force already.
-- Guarantees: those of insert_opt_outs.sql. Index: consent_in_force.
INSERT INTO directory_consent (phone, topic, given_at, evidence)
SELECT phone, topic, given_at, evidence FROM pg_temp.consents_import
ORDER BY phone COLLATE "C", topic COLLATE "C", given_at
ON CONFLICT (phone, topic) WHERE revoked_at IS NULL DO NOTHING
