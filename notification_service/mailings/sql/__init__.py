"""The domain's statements, in a folder for each module that runs them.

`schema/` has what the database does by itself, as it is now.
"""

from pathlib import Path

from notification_service.directory.statements import Statements

sql = Statements(Path(__file__).parent)
