-- Of messages that a worker holds, find those whose mailing may not go to the phone any more, and why. For changes that
-- came after the claim, which has the same rule.
-- Indexes: primary key of mailings, opt_out_in_force, consent_in_force.
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
  JOIN mailings_mailing AS mailing ON mailing.id = held.mailing_id
) AS judged WHERE exclusion IS NOT NULL
