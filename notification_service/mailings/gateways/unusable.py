# ruff: noqa: S105 (names of what is wrong, and no secrets)

from enum import StrEnum


class Problem(StrEnum):
    """What is wrong with a gateway as somebody wants it, or as it is configured."""

    NAME_TAKEN = "name_taken"  # another gateway has it
    NAME_MALFORMED = "name_malformed"  # small letters, digits, _ and -, 64 at most
    OF_ENVIRONMENT = "of_environment"  # the gateway `main` has it from there
    KIND_UNKNOWN = "kind_unknown"  # none of Gateway.Kind
    OUT_OF_RANGE = "out_of_range"  # a limit, a time limit or the priority
    URL_MISSING = "url_missing"  # it has none, and is not `main`
    URL_MALFORMED = "url_malformed"  # no http(s) URL, or one with credentials or a query
    PORT_OUT_OF_RANGE = "port_out_of_range"  # 1 to 65535
    NOT_AN_ADDRESS = "not_an_address"  # a number that two parsers could read differently
    PRIVATE_ADDRESS = "private_address"  # GATEWAY_ALLOW_PRIVATE_ADDRESSES allows it
    NAME_NOT_RESOLVED = "name_not_resolved"  # DNS knows no address of it
    TOKEN_TWICE = "token_twice"  # itself and a variable's name
    TOKEN_MALFORMED = "token_malformed"  # too long, or not what a header can carry
    TOKEN_OF_ANOTHER_SERVER = "token_of_another_server"  # it was given for the address of before
    TOKEN_UNREADABLE = "token_unreadable"  # kept under another SECRET_KEY
    SECRET_KEY_MISSING = "secret_key_missing"  # so no worker could read the token
    VARIABLE_MALFORMED = "variable_malformed"  # not GATEWAY_TOKEN…
    VARIABLE_MISSING = "variable_missing"  # it is not set for this process
    FILE_UNREADABLE = "file_unreadable"  # that the variable's _FILE names
    SETTING_UNUSABLE = "setting_unusable"  # another, which the detail names


class GatewayUnusable(Exception):  # noqa: N818
    """Nothing can be sent through the gateway as it is configured; `reason` is for the administrator."""

    def __init__(self, problem: Problem, reason: str) -> None:
        super().__init__(reason)
        self.problem = problem
        self.reason = reason
