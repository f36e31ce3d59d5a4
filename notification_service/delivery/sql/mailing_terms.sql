-- Read what the dispatcher must know about mailings just before a request, with the contact hours that it is held to
-- beside its own, whether all of its messages are written, and how many are left to send.
-- Guarantees: none is left too early, because the audience and the counters are read from one snapshot.
-- Indexes: primary key, message_count_slot; contact hours have one row at most.
SELECT mailing.id, text, end_at,
  mailing.window_from, mailing.window_to, mailing.window_days, mailing.window_holidays,
  contact.window_from, contact.window_to, contact.window_days, contact.window_holidays, hours_version,
  on_unknown = 'give_up', status = 'running' AND deleted_at IS NULL,
  trace_parent, audience_built_at IS NOT NULL, coalesce((
    SELECT sum(count.pending + count.sending) FROM mailings_messagecount AS count WHERE count.mailing_id = mailing.id
  ), 0)::bigint, first_text IS NOT NULL
FROM mailings_mailing AS mailing
LEFT JOIN mailings_contacthours AS contact ON NOT mailing.ignores_contact_hours
WHERE mailing.id = ANY(%(ids)s)
