-- Make the table in which an import stages a chunk of consents.
CREATE TEMP TABLE IF NOT EXISTS consents_import (
  phone varchar(11), topic varchar(64), given_at timestamptz, evidence text
) ON COMMIT DELETE ROWS
