-- Take the staged opt-outs that are not in force already.
-- Guarantees: in the order of phones, so that two imports never wait for each other in a circle; of lines that say the
-- same, one is taken. Index: opt_out_in_force.
INSERT INTO directory_optout (phone, topic, reason, source, created_at)
SELECT phone, topic, reason, source, now() FROM pg_temp.opt_outs_import
ORDER BY phone COLLATE "C", topic COLLATE "C"
ON CONFLICT (phone, topic) WHERE withdrawn_at IS NULL DO NOTHING
