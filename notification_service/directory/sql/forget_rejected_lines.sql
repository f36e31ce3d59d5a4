-- Forget what lines of uploads say that have the phone's last ten digits in them, however they are written.
-- Guarantees: nothing of such a line is left but that it was rejected. Reads all that are kept, which the days
-- that they are kept for bound; a client is seldom deleted.
UPDATE directory_rejectedline SET content = '', reason = CASE
  WHEN position(%(digits)s IN regexp_replace(reason, '[^0-9]', '', 'g')) > 0 THEN '' ELSE reason END
WHERE position(%(digits)s IN translate(content, %(between)s, '')) > 0
