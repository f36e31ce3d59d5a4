"""Tags offered while a person types, in upper or lower case; those of most clients first."""

from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from notification_service.console.parts.tag_list import last_entry, read_tags, written_tag, written_tags
from notification_service.directory.in_use import tag_counts

MOST_SHOWN = 8
MOST_KNOWN = 1_000
MOST_CHIPS = 100
KEPT_SECONDS = 60
COMMON_TAGS = "console-common-tags"


@dataclass(frozen=True, slots=True)
class Suggestion:
    tag: str
    clients: int
    field: str  # what the field says once this is taken


def suggest(request: HttpRequest) -> HttpResponse:
    found = suggestions(request.GET.get("tags", "").replace("\0", "")[:10_000])
    return render(request, "console/filters/tags.html", {"suggestions": found})


def suggestions(text: str) -> list[Suggestion]:
    before, typed = last_entry(text)
    chosen, part = read_tags(before), typed.casefold()
    alike = [(tag, clients) for tag, clients in common_tags() if part in tag.casefold() and tag not in chosen]
    alike.sort(key=lambda entry: not entry[0].casefold().startswith(part))
    begun = f"{written_tags(chosen)}, " if chosen else ""
    return [Suggestion(tag, clients, f"{begun}{written_tag(tag)}, ") for tag, clients in alike[:MOST_SHOWN]]


@dataclass(frozen=True, slots=True)
class Chip:
    tag: str
    clients: int | None  # None: it is none of the common tags
    without: str  # what the field says once this is removed


def chips(text: str) -> list[Chip]:
    """Return the tags that a field names, one by one."""
    chosen = read_tags(text)
    counts = dict(common_tags()) if chosen else {}
    return [
        Chip(tag, counts.get(tag), written_tags(other for other in chosen if other != tag))
        for tag in chosen[:MOST_CHIPS]
    ]


def common_tags() -> list[tuple[str, int]]:
    """At most KEPT_SECONDS old: counting reads an index entry of every client."""
    found: list[tuple[str, int]] | None = cache.get(COMMON_TAGS)
    if found is None:
        found = tag_counts(most=MOST_KNOWN)
        cache.set(COMMON_TAGS, found, KEPT_SECONDS)
    return found
