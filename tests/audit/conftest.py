from tests.api.conftest import api, write_key

__all__ = ["api", "write_key"]
