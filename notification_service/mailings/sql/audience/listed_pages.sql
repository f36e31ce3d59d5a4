-- How many pages the session's audience table has.
SELECT pg_relation_size('pg_temp.audience') / current_setting('block_size')::int
