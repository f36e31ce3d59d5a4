-- Make the table in which an import stages the rows of one layer of a chunk.
-- Each transaction that finds none makes it: a pooler may give every transaction another session.
CREATE TEMP TABLE IF NOT EXISTS client_import (
  phone varchar(11), operator_code varchar(3), tag varchar(255), tags varchar(255)[], timezone varchar(64), attributes jsonb
) ON COMMIT DELETE ROWS
