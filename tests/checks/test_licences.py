import pytest

from tests.checks.licences import faults, kind_of, page

HERE = {"django": "BSD"}


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ("GPL-3.0-or-later", "GPL"),
        ("GNU Affero General Public License v3", "GPL"),
        ("LGPL-3.0-only", "LGPL-3.0"),
        ("License :: OSI Approved :: MIT License", "MIT"),
        ("Apache-2.0 OR BSD-3-Clause", "Apache-2.0 and MIT or BSD"),
        ("All rights reserved", ""),
    ],
)
def test_a_licence_is_read_from_what_a_package_says(said: str, licence: str) -> None:
    assert kind_of(said) == licence


@pytest.mark.parametrize("licence", ["GPL", ""])
def test_a_package_whose_licence_will_not_do_is_named(licence: str) -> None:
    known = HERE | {"theirs": licence}
    [fault] = faults(known, page(known))
    assert fault.startswith("theirs: ")


def test_a_package_that_the_page_lacks_is_named() -> None:
    [fault] = faults(HERE | {"celery": "BSD"}, page(HERE))
    assert "celery" in fault
