-- Count the clients of each tag, the most frequent tags first.
-- Guarantees: a client counts for each of its tags. Of clients with one tag, only the index client_reach is read.
-- Index: client_reach, client_tags.
SELECT tag, sum(clients)::bigint AS clients FROM (
  SELECT tag, count(*) AS clients FROM directory_client WHERE deleted_at IS NULL AND tag <> '' GROUP BY tag
  UNION ALL
  SELECT another, count(*) FROM directory_client, unnest(tags[2:]) AS another
  WHERE deleted_at IS NULL AND tags[2] IS NOT NULL GROUP BY another
) AS counted
GROUP BY tag ORDER BY clients DESC, tag LIMIT %(most)s
