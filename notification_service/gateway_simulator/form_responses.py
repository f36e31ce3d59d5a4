"""The form API's own words: HTTP 200 whatever became of the message, and a number for each error. Pure."""

from typing import Final

from aiohttp import web

from .responses import Words
from .written_responses import Written, json_bytes

_UNKNOWN_ERROR: Final = 99


def error(code: int, reason: str) -> web.Response:
    return web.json_response({"error": reason, "error_code": code})


def words(msg_id: int) -> Words:
    success = {"id": msg_id, "cnt": 1}
    return Words(success, Written(json_bytes(success)), error, unknown_code=_UNKNOWN_ERROR)
