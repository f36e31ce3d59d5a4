from notification_service.directory.models.client import Client
from notification_service.directory.models.client_upload import ClientUpload, RejectedLine, UploadPart

__all__ = ["Client", "ClientUpload", "RejectedLine", "UploadPart"]
