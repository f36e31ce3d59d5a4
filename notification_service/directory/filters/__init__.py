"""Filters of clients: their grammar, its limits, segments in segments. Pure; the query is `filter_query`."""

from notification_service.directory.filters.conditions import Comparison, Condition, Group, Not
from notification_service.directory.filters.faults import InvalidFilter, Place
from notification_service.directory.filters.filter import ClientFilter, OutcomeOf, read_filter

__all__ = [
    "ClientFilter",
    "Comparison",
    "Condition",
    "Group",
    "InvalidFilter",
    "Not",
    "OutcomeOf",
    "Place",
    "read_filter",
]
