"""The service for somebody at a terminal, without a browser: `manage.py mailing`."""
