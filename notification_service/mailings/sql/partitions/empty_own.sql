-- Empty the partition of a deleted mailing that is alone there; whether it was. See schema/partitions.sql.
SELECT mailings_empty_partition(%(mailing_id)s)
