import socket
from pathlib import Path

from notification_service.api.unread_downloads import bound_unread_downloads


def test_connections_of_callers_are_bounded_and_no_others() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as caller,
        server.accept()[0] as called,
    ):
        bound_unread_downloads(7)
        bounds = [
            each.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) for each in (server, called, caller)
        ]
    assert bounds == [7000, 7000, 0]


def test_looking_for_connections_leaves_no_descriptor_open() -> None:
    before = list(Path("/proc/self/fd").iterdir())
    for _ in range(3):
        bound_unread_downloads(7)
    assert len(list(Path("/proc/self/fd").iterdir())) == len(before)
