from pathlib import Path

import pytest

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.postgres.socket_folder import choose_socket_folder
from notification_service.standalone.private_files import (
    kept_secret,
    make_data_folder,
    make_private_folder,
    write_private_file,
)

from .waiting import mode_of

LONG = "long" * 30


def test_a_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    assert kept_secret(path) == kept_secret(path)
    assert mode_of(path) == 0o600


def test_a_replaced_file_stays_private(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    write_private_file(path, "new")
    assert (path.read_text(encoding="utf-8"), mode_of(path)) == ("new", 0o600)


def test_a_link_is_refused_as_a_private_folder(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(StandaloneError, match="another user"):
        make_private_folder(tmp_path / "link")


def test_the_mode_of_a_chosen_data_folder_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_data_folder(tmp_path)
    assert mode_of(tmp_path) == 0o755


def test_a_data_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(StandaloneError, match="other users may write"):
        make_data_folder(tmp_path)


def test_the_short_socket_folder_is_kept(tmp_path: Path) -> None:
    folder = choose_socket_folder(tmp_path / LONG, socket_name="socket")
    assert choose_socket_folder(tmp_path / LONG, socket_name="socket") == folder
    folder.rmdir()


@pytest.mark.parametrize("mode", [0o755, 0o770])
def test_a_socket_folder_that_others_can_enter_is_not_used(tmp_path: Path, mode: int) -> None:
    folder = choose_socket_folder(tmp_path / LONG, socket_name="socket")
    folder.chmod(mode)
    another = choose_socket_folder(tmp_path / LONG, socket_name="socket")
    assert another != folder
    assert mode_of(another) == 0o700
    for path in (folder, another):
        path.rmdir()


def test_a_socket_folder_replaced_by_a_link_is_not_used(tmp_path: Path) -> None:
    folder = choose_socket_folder(tmp_path / LONG, socket_name="socket")
    folder.rmdir()
    folder.symlink_to(tmp_path)
    another = choose_socket_folder(tmp_path / LONG, socket_name="socket")
    assert another != folder
    folder.unlink()
    another.rmdir()
