"""The form API's own words: HTTP 200 for everything, and a number for each error. Pure."""

from typing import Final

from aiohttp import web

from .responses import ResponseTexts
from .written_responses import WrittenResponse, json_bytes

_UNKNOWN_ERROR: Final = 99


def error(code: int, reason: str) -> web.Response:
    return web.json_response({"error": reason, "error_code": code})


def words(msg_id: int) -> ResponseTexts:
    success = {"id": msg_id, "cnt": 1}
    return ResponseTexts(success, WrittenResponse(json_bytes(success)), error, unknown_code=_UNKNOWN_ERROR)
