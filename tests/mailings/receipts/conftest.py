from tests.delivery.conftest import conninfo

__all__ = ["conninfo"]
