"""What starts at once on data that are known waits on data that are not."""

from pathlib import Path

import pytest

from notification_service.standalone.preparation import Preparation


@pytest.fixture
def code(tmp_path: Path) -> Path:
    for folder in ("run", "mailings/migrations", "django-5.2.1.dist-info"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "mailings/migrations/0001_models.py").touch()
    return tmp_path


def preparation(code: Path) -> Preparation:
    return Preparation(code, package_folder=code, libraries=code)


def test_data_are_prepared_once_that_has_been_noted(code: Path) -> None:
    assert not preparation(code).is_done
    preparation(code).note_end()
    assert preparation(code).is_done


@pytest.mark.parametrize("name", ["mailings/migrations/0002_more.py", "django-5.2.2.dist-info"])
def test_data_are_to_be_prepared_anew_for_other_code(code: Path, name: str) -> None:
    preparation(code).note_end()
    (code / name).touch()
    assert not preparation(code).is_done
