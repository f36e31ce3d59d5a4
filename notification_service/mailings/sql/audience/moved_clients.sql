-- On some pages of the session's audience table: the clients who are no longer in the zone that was listed.
SELECT client.id FROM pg_temp.audience AS listed JOIN directory_client AS client ON client.id = listed.id
WHERE listed.ctid >= %(first)s::tid AND listed.ctid < %(end)s::tid AND client.timezone <> listed.timezone
