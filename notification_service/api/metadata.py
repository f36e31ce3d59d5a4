# ruff: noqa: ARG002 (REST framework passes the request to every method)

from typing import TYPE_CHECKING, Any

from rest_framework.metadata import BaseMetadata
from rest_framework.request import Request

if TYPE_CHECKING:  # the settings name this module, and views read the settings as they are imported
    from rest_framework.views import APIView


class WhatItTakes(BaseMetadata):
    """The answer to OPTIONS; `Allow` has the methods, too."""

    def determine_metadata(self, request: Request, view: "APIView") -> dict[str, Any]:
        return {
            "methods": view.allowed_methods,
            "reads": [parser.media_type for parser in view.parser_classes],
            "writes": [renderer.media_type for renderer in view.renderer_classes],
        }
