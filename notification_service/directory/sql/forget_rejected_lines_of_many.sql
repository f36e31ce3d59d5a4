-- Clear the text of rejected lines that contain the last ten digits of any of the phones, however they are written.
-- Guarantees: of such a line, only the fact is left that it was rejected. Reads all rejected lines once, however many
-- phones there are: each ten digits in a row are looked up among them.
UPDATE directory_rejectedline SET content = '', reason = CASE WHEN EXISTS (
  SELECT FROM unnest(%(digits)s::text[]) AS phone
  WHERE position(phone IN regexp_replace(reason, '[^0-9]', '', 'g')) > 0
) THEN '' ELSE reason END
WHERE EXISTS (
  SELECT FROM regexp_matches(translate(content, %(between)s, ''), '[0-9]{10,}', 'g') AS run (digits),
    generate_series(1, length(run.digits[1]) - 9) AS place
  WHERE substr(run.digits[1], place, 10) = ANY (%(digits)s::text[])
)
