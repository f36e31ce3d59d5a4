from typing import Any

from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer


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
