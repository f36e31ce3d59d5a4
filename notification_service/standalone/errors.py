class StandaloneError(Exception):
    """Says in one line, for the person at the terminal, why the service cannot start."""


class FolderInUseError(StandaloneError):
    """Another process works on this folder."""
