-- Count the pages of the session's audience table.
SELECT pg_relation_size('pg_temp.audience') / current_setting('block_size')::int
