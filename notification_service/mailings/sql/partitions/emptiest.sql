-- The partition with the fewest mailings, but for the shared one. Index: mailing_partition.
SELECT number FROM mailings_partition_numbers() AS number
WHERE number > 0
ORDER BY (SELECT count(*) FROM mailings_mailing WHERE partition = number AND partition <> 0), number
LIMIT 1
