-- Read a number that is another one after each change of an opt-out or a consent.
SELECT coalesce(sum(changes), 0)::bigint FROM directory_preferencechange
