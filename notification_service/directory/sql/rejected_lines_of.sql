-- The rejected lines that contain the phone's last ten digits, in whatever way they are written.
-- Reads all rejected lines; they are kept for some days only, and a person's data is seldom asked for.
SELECT upload_id, line, content, reason FROM directory_rejectedline
WHERE position(%(digits)s IN translate(content, %(between)s, '')) > 0 ORDER BY id
