-- Take the count's name from the transaction: from now on nobody cancels it.
SELECT set_config('application_name', %(before)s, true)
