-- How many messages of a mailing came to a status, or left it: what the counters' functions hand on.
CREATE TYPE mailings_status_change AS (mailing_id bigint, status text, messages bigint);
