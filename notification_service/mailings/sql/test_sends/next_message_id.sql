-- Take an id that no message has or will have.
SELECT nextval(pg_get_serial_sequence('mailings_message', 'id'))
