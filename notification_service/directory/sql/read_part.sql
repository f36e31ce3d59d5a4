-- Read one part of an upload's file. Index: upload_part_once.
SELECT content FROM directory_uploadpart WHERE upload_id = %(upload_id)s AND number = %(number)s
