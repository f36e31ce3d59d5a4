"""Compresses responses of 1 KB or more for callers who accept it: zstd rather than gzip."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_sequence, compress_string
from zstandard import COMPRESSOBJ_FLUSH_BLOCK, ZstdCompressor

from notification_service.api.addresses import UNVERSIONED

COMPRESSED = (UNVERSIONED, "/openapi.json")
LEAST_BYTES = 1024
LEVEL = 3  # zstd's own: a higher one takes more than the network gives back
RANDOM_BYTES = 100  # as Django's own middleware: they hide how well a secret in a page compresses

GetResponse = Callable[[HttpRequest], HttpResponse]


def zstd(content: bytes) -> bytes:
    return ZstdCompressor(level=LEVEL).compress(content)


def zstd_parts(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each part as soon as it is there: whoever reads a long file sees it grow."""
    compressor = ZstdCompressor(level=LEVEL).compressobj()
    for part in parts:
        yield compressor.compress(part) + compressor.flush(COMPRESSOBJ_FLUSH_BLOCK)
    yield compressor.flush()


def gzip(content: bytes) -> bytes:
    return compress_string(content, max_random_bytes=RANDOM_BYTES)


def gzip_parts(parts: Iterable[bytes]) -> Iterator[bytes]:
    return compress_sequence(parts, max_random_bytes=RANDOM_BYTES)


WHOLE = {"zstd": zstd, "gzip": gzip}  # the first is preferred
IN_PARTS = {"zstd": zstd_parts, "gzip": gzip_parts}


class Compression:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(COMPRESSED) and _is_worth_it(response):
            patch_vary_headers(response, ("Accept-Encoding",))
            if encoding := chosen_encoding(request.META.get("HTTP_ACCEPT_ENCODING", "")):
                _compress(response, encoding)
        return response


def chosen_encoding(header: str) -> str:
    """Return the encoding that the caller prefers among ours; empty if it accepts none of them."""
    weights = dict(map(_weighed, header.lower().split(",")))
    rest = weights.get("*", 0.0)
    best = max(WHOLE, key=lambda name: weights.get(name, rest))  # of equals, the first
    return best if weights.get(best, rest) > 0 else ""


def _weighed(entry: str) -> tuple[str, float]:
    name, _, parameter = entry.partition(";")
    key, _, value = parameter.partition("=")
    try:
        return name.strip(), float(value) if key.strip() == "q" else 1.0
    except ValueError:
        return name.strip(), 0.0


def _is_worth_it(response: Any) -> bool:
    if response.has_header("Content-Encoding"):
        return False
    return response.streaming or len(response.content) >= LEAST_BYTES


def _compress(response: Any, encoding: str) -> None:
    if response.streaming:
        response.streaming_content = IN_PARTS[encoding](response.streaming_content)
        del response.headers["Content-Length"]
    else:
        response.content = WHOLE[encoding](response.content)
        response.headers["Content-Length"] = str(len(response.content))
    tag = response.headers.get("ETag", "")
    if tag.startswith('"'):  # the bytes are no longer those that a strong tag names
        response.headers["ETag"] = f"W/{tag}"
    response.headers["Content-Encoding"] = encoding
