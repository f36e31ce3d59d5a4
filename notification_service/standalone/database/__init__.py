"""Django's backend for PostgreSQL without a DATABASE_URL."""
