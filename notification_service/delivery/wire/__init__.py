"""HTTP/1.1 to a gateway; with the name look-up, the only place that opens a socket to one.

It knows whether a byte of a request can have been read, on which rule 8 of delivery rests. It follows no
redirect, repeats no request that may have been read, and keeps no connection whose state is in doubt.
"""

from notification_service.delivery.wire.client import Wire
from notification_service.delivery.wire.settings import Proxy, WireSettings
from notification_service.delivery.wire.target import Target

__all__ = ["Proxy", "Target", "Wire", "WireSettings"]
