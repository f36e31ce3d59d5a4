-- The rows of one layer of a chunk, as an import stages them.
-- Made by each transaction that finds none: a pooler may give every transaction another session.
CREATE TEMP TABLE IF NOT EXISTS client_import (
  phone varchar(11), operator_code varchar(3), tag varchar(255), timezone varchar(64), attributes jsonb
) ON COMMIT DELETE ROWS
