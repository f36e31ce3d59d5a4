"""The statements of webhooks; `schema/` has the triggers that keep the outbox."""

from pathlib import Path

from notification_service.directory.statements import Statements

sql = Statements(Path(__file__).parent)
