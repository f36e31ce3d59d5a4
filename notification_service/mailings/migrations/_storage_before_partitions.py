"""Storage as it was set before there were partitions (docs/decisions/0028), for the migration that set it."""

# ruff: noqa: E501

STORAGE = r"""-- How full pages are, and how soon they are vacuumed.
-- Half-empty pages let an outcome be recorded on the page of its message without touching an index (heap-only
-- update): 36,000 claims and records a second against 28,000 on full pages, on 2 cores. 44 in place of 50 leaves
-- room for the gateway that took a message.
-- Due messages are like a queue's: their rows live for as long as a message waits.
ALTER TABLE mailings_message SET (
  fillfactor = 44, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0
);
ALTER TABLE mailings_duemessage SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE mailings_messagecount SET (fillfactor = 20);
ALTER TABLE mailings_minutecount SET (fillfactor = 20);
ALTER TABLE mailings_failurecount SET (fillfactor = 20);
ALTER TABLE mailings_quarterfailure SET (fillfactor = 20);
"""
