"""What Celery needs around it: `beat`, `broker`, `schema_check` below the service, the rest on top."""
