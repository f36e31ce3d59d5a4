"""What an upload is a file of: its columns, those that it must have, and what a line of it may say."""

from collections.abc import Mapping
from dataclasses import dataclass

from notification_service.directory.importing.choices import REQUIRED
from notification_service.directory.importing.columns import OF_CLIENTS, Columns
from notification_service.directory.importing.preference_rows import CONSENTS, OPT_OUTS, PreferenceKind
from notification_service.directory.models import ClientUpload

Kind = ClientUpload.Kind


@dataclass(frozen=True, slots=True)
class UploadKind:
    """Without `said` it is a file of clients, about which a person has more to choose."""

    columns: Columns
    required: tuple[str, ...]
    said: PreferenceKind | None = None


KINDS: Mapping[str, UploadKind] = {
    Kind.CLIENTS: UploadKind(OF_CLIENTS, tuple(REQUIRED)),
    Kind.OPT_OUTS: UploadKind(OPT_OUTS.columns, ("phone",), OPT_OUTS),
    Kind.CONSENTS: UploadKind(CONSENTS.columns, ("phone",), CONSENTS),
}


def kind_of(upload: ClientUpload) -> UploadKind:
    return KINDS[upload.kind]
