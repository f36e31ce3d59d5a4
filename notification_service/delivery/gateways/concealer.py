"""Keeps a gateway's token out of what is kept of its responses: some quote the whole request."""

from typing import TypeVar
from urllib.parse import quote, quote_plus

from notification_service.delivery.outcome import NoResponse, Response
from notification_service.mailings.gateways.http.secrets import secrets_of
from notification_service.mailings.gateways.http.templates import RequestPlaceholder, json_escaped

MASK = "***"
FORMS = (str, quote_plus, quote, json_escaped)

Answer = TypeVar("Answer", bound=Response | NoResponse)


class Concealer:
    def __init__(self, token: str) -> None:
        secrets = secrets_of(token)
        del secrets[RequestPlaceholder.LOGIN]  # a name, which proves nothing
        written = {form(secret).encode() for secret in secrets.values() if secret for form in FORMS}
        self._written = sorted(written, key=len, reverse=True)

    def conceal(self, answer: Answer) -> Answer:
        """Return the response without the token. To be judged it must be as it came."""
        if not isinstance(answer, Response):
            return answer
        body = answer.body
        for secret in self._written:
            body = body.replace(secret, MASK.encode())
        return answer._replace(body=body)
