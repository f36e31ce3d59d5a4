"""Django's backend for PostgreSQL where no DATABASE_URL names one."""
