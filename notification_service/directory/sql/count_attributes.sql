-- The names of attributes, how many clients have each, and with which types of values; the most frequent first.
-- Guarantees: exact for 100 percent; of fewer, a part of the table's pages is read, and the numbers are of that part.
SELECT name, count(*), count(*) FILTER (WHERE kind = 'string'), count(*) FILTER (WHERE kind = 'number'),
  count(*) FILTER (WHERE kind = 'boolean')
FROM directory_client TABLESAMPLE SYSTEM (%(percent)s), jsonb_each(attributes) AS entry (name, value), jsonb_typeof(value) AS kind
WHERE deleted_at IS NULL AND kind <> 'null'
GROUP BY name ORDER BY count(*) DESC, name COLLATE "C" LIMIT %(limit)s
