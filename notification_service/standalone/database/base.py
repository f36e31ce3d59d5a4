"""Joins the embedded server at the first connection: commands that need no database start none."""

from typing import Any

from django.db.utils import OperationalError

from notification_service.database import base
from notification_service.environment import database_settings
from notification_service.standalone import joined
from notification_service.standalone.errors import StandaloneError


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        if self.settings_dict["NAME"] == "":
            self._join()
        parameters: dict[str, Any] = super().get_connection_params()
        return parameters

    def _join(self) -> None:
        try:
            url = joined.database_url()
        except StandaloneError as error:
            raise OperationalError(str(error)) from error
        # For all threads, because they share the dictionary.
        self.settings_dict.update(database_settings(url))
