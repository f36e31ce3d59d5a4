"""What a provider tells of a message after it has taken it: whether it arrived."""

from notification_service.mailings.receipts.reading import (
    MOST_RECEIPTS,
    InvalidReceipts,
    Receipt,
    ReceiptReader,
    reader_of,
)
from notification_service.mailings.receipts.recording import (
    ReceiptTally,
    forget_provider_ids,
    forget_unknown,
    record_early_receipts,
    record_receipts,
)

__all__ = [
    "MOST_RECEIPTS",
    "InvalidReceipts",
    "Receipt",
    "ReceiptReader",
    "ReceiptTally",
    "forget_provider_ids",
    "forget_unknown",
    "reader_of",
    "record_early_receipts",
    "record_receipts",
]
