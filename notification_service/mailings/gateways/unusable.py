# ruff: noqa: S105 (names of problems, not secrets)

from enum import StrEnum


class GatewayFault(StrEnum):
    """What is wrong with a gateway, in a form or as it is configured."""

    NAME_TAKEN = "name_taken"  # another gateway has it
    NAME_MALFORMED = "name_malformed"  # not lower-case letters, digits, _ and -, 64 at most
    OF_ENVIRONMENT = "of_environment"  # the gateway `main` takes it from there
    KIND_UNKNOWN = "kind_unknown"  # none of Gateway.Kind
    OUT_OF_RANGE = "out_of_range"  # a limit, a time limit or the priority
    URL_MISSING = "url_missing"  # it has none, and is not `main`
    URL_OF_CONFIG = "url_of_config"  # of kind `http`, the settings have it
    URL_MALFORMED = "url_malformed"  # not an http(s) URL, or one with credentials or a query
    PORT_OUT_OF_RANGE = "port_out_of_range"  # not 1 to 65535
    NOT_AN_ADDRESS = "not_an_address"  # a number that two parsers may read differently
    PRIVATE_ADDRESS = "private_address"  # only GATEWAY_ALLOW_PRIVATE_ADDRESSES allows it
    NAME_NOT_RESOLVED = "name_not_resolved"  # DNS knows no address of it
    TOKEN_TWICE = "token_twice"  # both a token and a variable's name
    TOKEN_MALFORMED = "token_malformed"  # too long, or not what a header can carry
    TOKEN_OF_ANOTHER_SERVER = "token_of_another_server"  # it was given for the former address
    TOKEN_UNREADABLE = "token_unreadable"  # encrypted under another SECRET_KEY
    SECRET_KEY_MISSING = "secret_key_missing"  # so no worker could read the token
    TOKEN_MISSING = "token_missing"  # its settings have a place for one
    TOKEN_NOT_LOGIN = "token_not_login"  # its settings need `login:password`
    CONFIG_OF_ANOTHER_KIND = "config_of_another_kind"  # only `http` has settings
    CONFIG_MISSING = "config_missing"  # and `http` has nothing else
    CONFIG_TOO_LARGE = "config_too_large"  # more than anybody writes
    CONFIG_WRONG = "config_wrong"  # a value of another type, a field that is unknown or missing
    PLACEHOLDER_UNKNOWN = "placeholder_unknown"  # or where none can be
    PLACEHOLDER_MISSING = "placeholder_missing"  # neither phone nor text would be sent
    HEADER_UNSENDABLE = "header_unsendable"  # such as one with a line break
    POINTER_MALFORMED = "pointer_malformed"  # not a JSON Pointer
    RULES_OVERLAP = "rules_overlap"  # an earlier rule takes an answer that a later one names
    CERTIFICATE_UNREADABLE = "certificate_unreadable"  # not PEM, or not what it should be
    CERTIFICATE_EXPIRED = "certificate_expired"  # or not valid yet
    CERTIFICATE_MISSING = "certificate_missing"  # there is a key without one
    KEY_MISSING = "key_missing"  # there is a certificate without one
    KEY_MISFIT = "key_misfit"  # it is another certificate's
    VARIABLE_MALFORMED = "variable_malformed"  # not GATEWAY_TOKEN…
    VARIABLE_MISSING = "variable_missing"  # it is not set for this process
    FILE_UNREADABLE = "file_unreadable"  # the file that the variable's _FILE names
    SETTING_UNUSABLE = "setting_unusable"  # some other setting, which the detail names


class GatewayUnusable(Exception):  # noqa: N818
    """Nothing can be sent through the gateway as it is configured; `reason` is for the administrator."""

    def __init__(self, problem: GatewayFault, reason: str) -> None:
        super().__init__(reason)
        self.problem = problem
        self.reason = reason
