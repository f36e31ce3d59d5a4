"""What the kernel knows about a connection's bytes; only Linux says so."""

import socket
import struct
import sys
from typing import NamedTuple

_INFO_BYTES = 208  # of struct tcp_info, up to tcpi_bytes_sent (Linux 4.19)
_BYTES_ACKED, _BYTES_SENT = 120, 200


class TcpBytes(NamedTuple):
    sent: int
    acknowledged: int  # by the other side's kernel: if the other side has closed, nobody has read the rest


def tcp_bytes(sock: socket.socket) -> TcpBytes | None:
    """For a connection that we opened. None if it is not known: on another system, or an older kernel.

    It takes 2 us, so it is called when a connection has broken, not for every request.
    """
    if sys.platform != "linux":
        return None
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
    except OSError:
        return None
    if len(info) < _INFO_BYTES:
        return None
    [acknowledged] = struct.unpack_from("=Q", info, _BYTES_ACKED)
    [sent] = struct.unpack_from("=Q", info, _BYTES_SENT)
    return TcpBytes(sent, max(acknowledged - 1, 0))  # the start of the connection itself counts as one
