-- Name the transaction as a count, give its statements so long and so much memory; return the session's own name. A
-- hash of a million consents fits into the memory, or they would be looked up client by client.
SELECT current_setting('application_name') AS before, set_config('application_name', %(name)s, true),
  set_config('statement_timeout', %(limit)s, true), set_config('work_mem', %(memory)s, true)
