-- Count the clients of each time zone, without deleted ones, from the rows that triggers keep.
-- Index: none; there are a few rows for each zone.
SELECT timezone, sum(clients)::bigint FROM directory_zonecount GROUP BY timezone HAVING sum(clients) > 0
