-- Clear the text of rejected lines that contain the phone's last ten digits, in whatever way they are written.
-- Guarantees: of such a line, only the fact is left that it was rejected. Reads all rejected lines; they are kept
-- for some days only, and clients are seldom deleted.
UPDATE directory_rejectedline SET content = '', reason = CASE
  WHEN position(%(digits)s IN regexp_replace(reason, '[^0-9]', '', 'g')) > 0 THEN '' ELSE reason END
WHERE position(%(digits)s IN translate(content, %(between)s, '')) > 0
