class GatewayUnusable(Exception):  # noqa: N818
    """Nothing can be sent through the gateway as it is configured; `reason` is for the administrator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
