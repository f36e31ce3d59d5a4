"""The directory's statements."""

from pathlib import Path

from notification_service.directory.statements import Statements

sql = Statements(Path(__file__).parent)
