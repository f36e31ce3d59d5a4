-- Of messages that a worker holds, find those whose mailing may not go to the phone any more, and why. For changes that
-- came after the claim, which has the same rule. A single message has its own terms, and minus its id for a mailing's.
-- Indexes: primary keys of mailings and single messages, opt_out_in_force, consent_in_force.
SELECT id, exclusion FROM (
  SELECT held.id, CASE
      WHEN NOT mailing.ignores_opt_outs AND EXISTS (
        SELECT FROM directory_optout AS said
        WHERE said.phone = held.phone AND (said.topic || '') IN ('', mailing.topic) AND said.withdrawn_at IS NULL
      ) THEN 'opted_out'
      WHEN mailing.requires_consent AND NOT EXISTS (
        SELECT FROM directory_consent AS said
        WHERE said.phone = held.phone AND (said.topic || '') IN ('', mailing.topic) AND said.revoked_at IS NULL
      ) THEN 'no_consent'
    END AS exclusion
  FROM unnest(%(ids)s::bigint[], %(mailing_ids)s::bigint[], %(phones)s::text[]) AS held (id, mailing_id, phone)
  CROSS JOIN LATERAL (
    SELECT topic, requires_consent, ignores_opt_outs FROM mailings_mailing WHERE id = held.mailing_id
    UNION ALL
    SELECT topic, false, ignores_opt_outs FROM mailings_singlemessage WHERE message_id = -held.mailing_id
  ) AS mailing
) AS judged WHERE exclusion IS NOT NULL
