-- Whether the gateway is held, and the database's clock.
SELECT clock_timestamp(), (SELECT held_at IS NOT NULL FROM mailings_gateway WHERE name = %(name)s)
