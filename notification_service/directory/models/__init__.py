from notification_service.directory.models.bulk_action import BulkAction, BulkStep
from notification_service.directory.models.client import Client, ClientMove
from notification_service.directory.models.client_upload import ClientUpload, RejectedLine, UploadPart
from notification_service.directory.models.preferences import EVERYTHING, Consent, OptOut, PreferenceChange
from notification_service.directory.models.segment import Segment
from notification_service.directory.models.zone_count import ZoneCount

__all__ = [
    "EVERYTHING",
    "BulkAction",
    "BulkStep",
    "Client",
    "ClientMove",
    "ClientUpload",
    "Consent",
    "OptOut",
    "PreferenceChange",
    "RejectedLine",
    "Segment",
    "UploadPart",
    "ZoneCount",
]
