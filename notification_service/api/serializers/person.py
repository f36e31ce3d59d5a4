from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework import serializers

from notification_service.access.roles import ROLES
from notification_service.api.fields import Flag, Id, Line, Text
from notification_service.api.serializers.strict import StrictSerializer

NAME_LENGTH = 150
USERNAME_PATTERN = "^[-a-zA-Z0-9_]+$"
PASSWORD_LENGTH = 4096  # hashing a longer one would take the time of others


class Password(Text):
    """Whole, as it is typed: no character is taken away."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=PASSWORD_LENGTH, write_only=True, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        password = super().to_internal_value(data)
        try:
            validate_password(password)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from None
        return password


class PersonSerializer(StrictSerializer):
    moving = frozenset({"last_login", "locked_until"})

    id = Id(read_only=True)
    username = Text(
        pattern=USERNAME_PATTERN,
        meaning="letters, digits, `_` and `-`",
        max_length=NAME_LENGTH,
        help_text="Unique among the people, whatever the case of its letters.",
    )
    full_name = Line(source="first_name", max_length=NAME_LENGTH, allow_blank=True, default="")
    role = serializers.ChoiceField(
        choices=ROLES, allow_null=True, help_text="What the person may do; null where all was taken away."
    )
    may_log_in = Flag(source="is_active", default=True)
    password = Password(help_text="Eight characters or more, and not a common one.")
    has_second_factor = serializers.BooleanField(read_only=True)
    locked_until = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="After too many wrong passwords; null where the name is not locked.",
    )
    last_login = serializers.DateTimeField(read_only=True, allow_null=True)


class NewPersonSerializer(PersonSerializer):
    role = serializers.ChoiceField(choices=ROLES)


class PersonChangeSerializer(PersonSerializer):
    username = Text(read_only=True)
    full_name = Line(source="first_name", max_length=NAME_LENGTH, allow_blank=True, required=False)
    role = serializers.ChoiceField(choices=ROLES, required=False, allow_null=True)
    may_log_in = Flag(source="is_active", required=False)
    password = Password(required=False, help_text="A new one; the old one no longer works.")

    def validate_role(self, role: str | None) -> str | None:
        person: Any = self.instance
        if role is None and person.role is not None:
            raise serializers.ValidationError("A role can be changed, but not taken away.")
        return role


def as_saved(values: dict[str, Any]) -> dict[str, Any]:
    """Return them under the names that `access.people` has."""
    names = {"first_name": "full_name"}
    return {names.get(name, name): value for name, value in values.items()}
