-- Have one worker at a time compute its quota of the gateway.
-- Index: primary key.
SELECT max_concurrency FROM mailings_gateway WHERE id = %(gateway_id)s FOR UPDATE
