-- Name the tables of messages that are not empty, although they were when they were last vacuumed or analysed, or
-- never were. PostgreSQL goes on taking them for empty, however they grow. Then any index seems as good as any
-- other, and a record read all of one for each message.
SELECT oid::regclass::text FROM pg_class
WHERE oid IN (SELECT 'mailings_message'::regclass UNION SELECT relid FROM pg_partition_tree('mailings_message'))
  AND relkind = 'r' AND reltuples <= 0 AND pg_relation_size(oid) > 0
