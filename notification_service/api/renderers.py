from typing import Any

from rest_framework.renderers import BrowsableAPIRenderer


class PageRenderer(BrowsableAPIRenderer):
    """An answer as a page to look at; its address bar is the form for filters."""

    def get_filter_form(self, *_args: Any) -> None:
        return None
