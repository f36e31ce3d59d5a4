-- Make the table in which an import stages a chunk of opt-outs.
CREATE TEMP TABLE IF NOT EXISTS opt_outs_import (
  phone varchar(11), topic varchar(64), reason varchar(255), source varchar(255)
) ON COMMIT DELETE ROWS
