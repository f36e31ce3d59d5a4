"""A segment: a name, and whom it means."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.console.filters.form import FilterForm
from notification_service.console.filters.written_parts import filter_values
from notification_service.console.parts.fields import CleanText
from notification_service.directory.filters import ClientFilter, read_filter
from notification_service.directory.filters.filter import (
    SEGMENT_NAME_LENGTH,
    clean_segment_name,
    segment_name_fault,
)
from notification_service.directory.models import Segment
from notification_service.mailings.matching import columns_of, filter_of
from notification_service.mailings.models import Mailing


class SegmentForm(FilterForm):
    name = CleanText(
        label=gettext_lazy("Name"), max_length=SEGMENT_NAME_LENGTH, clean_text=clean_segment_name
    )
    field_order = ("name",)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if segment_name_fault(name):
            raise forms.ValidationError(_("A name is one line of text."))
        return name

    def is_ready_to_count(self) -> bool:
        return self.is_valid() or self.errors.keys() == {"name"}

    @property
    def found(self) -> ClientFilter:
        return filter_of(Mailing(**self.filter_columns()))


def values_of(segment: Segment) -> dict[str, Any]:
    of_mailing = Mailing(**columns_of(read_filter(segment.filter)))
    return {"name": segment.name, **filter_values(of_mailing)}
