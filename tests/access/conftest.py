from tests.api.conftest import admin, api, read_key, reader, stranger, write_key
from tests.console.conftest import logged_in, operator

__all__ = ["admin", "api", "logged_in", "operator", "read_key", "reader", "stranger", "write_key"]
