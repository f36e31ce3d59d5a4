"""HTTP/1.1 to a gateway, with the look-up of its name. Nothing else opens a socket to a gateway.

It knows whether a byte of a request can have been read; rule 8 of delivery depends on that. It follows no
redirect, repeats no request that may have been read, and keeps no connection whose state is in doubt.
"""

from notification_service.delivery.wire.client import Wire
from notification_service.delivery.wire.dial import Dialer, NotConnected
from notification_service.delivery.wire.settings import Proxy, WireSettings
from notification_service.delivery.wire.target import Target

__all__ = ["Dialer", "NotConnected", "Proxy", "Target", "Wire", "WireSettings"]
