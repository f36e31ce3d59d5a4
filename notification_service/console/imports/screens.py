"""What can be imported from files, with the names and texts of each screen."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from notification_service.console.imports import labels
from notification_service.directory.models import ClientUpload

Kind = ClientUpload.Kind


@dataclass(frozen=True, slots=True)
class UploadScreen:
    """`list_name` and `action` are names of addresses: that of the list, and that a file is sent to."""

    kind: str
    section: str
    title: Promise
    help: Promise
    action: str
    list_name: str
    back: str
    back_words: Promise

    @property
    def fields(self) -> Mapping[str, Promise]:
        return labels.FIELDS[self.kind]

    @property
    def has_more(self) -> bool:
        """Whether there is more to choose than columns: time zones, tags, attributes."""
        return self.kind == Kind.CLIENTS


SCREENS: Mapping[str, UploadScreen] = {
    Kind.CLIENTS: UploadScreen(
        kind=Kind.CLIENTS,
        section="clients",
        title=gettext_lazy("Import clients"),
        help=gettext_lazy(
            "The first line of a CSV names the columns. Only the phone is required, written in any usual "
            "way; a time zone can be chosen for the whole file. Operator code, tags and attributes are "
            "optional; several tags stand in one cell with bars between, vip|new. You see what is "
            "recognised before anything is imported."
        ),
        action="console:import-upload",
        list_name="console:imports",
        back="console:clients",
        back_words=gettext_lazy("To the clients"),
    ),
    Kind.OPT_OUTS: UploadScreen(
        kind=Kind.OPT_OUTS,
        section="opt-outs",
        title=gettext_lazy("Import opt-outs"),
        help=gettext_lazy(
            "The first line of a CSV names the columns: phone, topic, reason, source. Only the phone is "
            "required; without a topic the phone gets nothing at all any more. What waits for it is "
            "cancelled. You see what is recognised before anything is imported."
        ),
        action="console:opt-outs-import",
        list_name="console:opt-outs-import",
        back="console:opt-outs",
        back_words=gettext_lazy("To the opt-outs"),
    ),
    Kind.CONSENTS: UploadScreen(
        kind=Kind.CONSENTS,
        section="consents",
        title=gettext_lazy("Import consents"),
        help=gettext_lazy(
            "The first line of a CSV names the columns: phone, topic, date, evidence. Only the phone is "
            "required; without a topic the consent is to everything, without a date it is given now. You see "
            "what is recognised before anything is imported."
        ),
        action="console:consents-import",
        list_name="console:consents-import",
        back="console:consents",
        back_words=gettext_lazy("To the consents"),
    ),
}


def screen_of(upload: ClientUpload) -> UploadScreen:
    return SCREENS[upload.kind]
