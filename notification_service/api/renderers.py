from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer, JSONRenderer


class FastJSONRenderer(JSONRenderer):
    """What orjson does not write (an indent, a number of more than 64 bits), REST framework writes."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        has_wishes = ";" in (accepted_media_type or "") or "indent" in (renderer_context or {})
        if data is not None and not has_wishes:
            try:
                return orjson.dumps(data, option=orjson.OPT_UTC_Z)
            except orjson.JSONEncodeError:
                pass
        written: bytes = super().render(data, accepted_media_type, renderer_context)
        return written


class PageRenderer(BrowsableAPIRenderer):
    """A response as a page to look at; filters are typed into the address bar."""

    def get_filter_form(self, *_args: Any) -> None:
        return None


class FileRenderer(BaseRenderer):
    """Tells REST framework what the view writes. The view writes it bit by bit."""

    charset = None

    def render(self, data: Any, *_args: Any, **_kwargs: Any) -> Any:
        return data


class CsvRenderer(FileRenderer):
    media_type = "text/csv"
    format = "csv"


class NdjsonRenderer(FileRenderer):
    media_type = "application/x-ndjson"
    format = "ndjson"
