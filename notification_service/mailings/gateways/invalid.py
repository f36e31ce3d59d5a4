"""A value that no gateway may have, and where it is."""

from collections.abc import Iterable

from notification_service.mailings.gateways.http.faults import Place
from notification_service.mailings.gateways.unusable import GatewayFault


class InvalidGateway(ValueError):  # noqa: N818
    """The value of `field` is not acceptable; `problem` and, to a person, `detail` say why.

    `place` is where in the field, if it has parts. `others` are the problems of other fields and places, so
    that a person mends all of them at once.
    """

    def __init__(self, field: str, problem: GatewayFault, detail: str, place: Place = ()) -> None:
        super().__init__(detail)
        self.field = field
        self.problem = problem
        self.detail = detail
        self.place = place
        self.others: list[InvalidGateway] = []

    @property
    def path(self) -> str:
        """Return it as a person reads it: `config/accepted/0/status`."""
        return "/".join(map(str, (self.field, *self.place)))


def refuse(problems: list[InvalidGateway]) -> None:
    if found := one_a_place(problems):
        found[0].others = found[1:]
        raise found[0]


def one_a_place(problems: Iterable[InvalidGateway]) -> list[InvalidGateway]:
    of_place: dict[str, InvalidGateway] = {}
    for problem in problems:
        of_place.setdefault(problem.path, problem)
    return [*of_place.values()]
