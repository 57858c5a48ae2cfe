"""The data folder: usable, or a message that says why and what to do."""

import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from hub.storage import embedded
from hub.storage.embedded import DataFolderError


@pytest.fixture
def private(tmp_path):
    """A folder that only its owner may enter."""
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def as_root(monkeypatch, tmp_path):
    """Started by root, whoever runs the tests."""
    shared = tmp_path / "shared"
    monkeypatch.setattr(embedded, "_is_root", lambda: True)
    monkeypatch.setattr(embedded, "SHARED", shared)
    return shared


def test_a_database_that_cannot_be_reached_lies_apart(private, as_root) -> None:
    data = embedded.data_folder(private / "data")
    first = embedded.database_folder(data)
    again = embedded.database_folder(data)

    assert data == private / "data"
    assert first == again
    assert first.parent.parent == as_root
    assert first.parent.is_dir()


def test_where_it_can_be_reached_it_lies_in_the_data_folder(
    tmp_path, as_root, monkeypatch
) -> None:
    monkeypatch.setattr(embedded, "_blocker", lambda _: None)

    assert embedded.database_folder(tmp_path) == tmp_path / "postgres"


def test_a_database_that_can_be_nowhere_is_refused_with_three_ways_out(
    private, as_root
) -> None:
    as_root.write_text("a file in the way")

    with pytest.raises(DataFolderError) as refused:
        embedded.database_folder(private)

    for said in (
        "pgserver",
        "ordinary user",
        "ROZMOVA_DATA_DIR",
        "ROZMOVA_DATABASE_URL",
    ):
        assert said in str(refused.value)


def test_no_folder_of_somebody_elses_is_opened(private, as_root) -> None:
    embedded.database_folder(embedded.data_folder(private / "data"))

    assert private.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_an_error_that_says_so(tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(DataFolderError, match="ROZMOVA_DATA_DIR"):
        embedded.data_folder(tmp_path / "file" / "data")


class _Lock:
    def __init__(self, path):
        self.path = Path(path)


def test_users_of_one_machine_do_not_share_a_lock(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    paths = []
    for user in (0, 1000):
        monkeypatch.setattr(embedded.os, "geteuid", lambda user=user: user)
        server = SimpleNamespace(runtime_path=tmp_path, _lock=_Lock("shared"))
        embedded.lock_apart(server)
        paths.append(server._lock.path)

    assert len(set(paths)) == 2
    assert {one.parent for one in paths} == {tmp_path}


def test_a_folder_of_the_users_own_keeps_its_lock(tmp_path) -> None:
    lock = _Lock(tmp_path / ".lockfile")
    server = SimpleNamespace(runtime_path=tmp_path, _lock=lock)

    embedded.lock_apart(server)

    assert server._lock is lock
