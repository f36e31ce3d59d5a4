-- The time zones of the clients on some pages of the session's audience table.
SELECT DISTINCT timezone FROM pg_temp.audience WHERE ctid >= %(first)s::tid AND ctid < %(end)s::tid
