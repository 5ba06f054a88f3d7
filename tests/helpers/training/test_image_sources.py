"""The files of the image: which they are, what changes their digest, and their ZIP."""

import io
import os
import zipfile

import pytest

from helpers.structures.errors import MissingPart
from helpers.training import image_sources


@pytest.fixture
def root(tmp_path):
    """A repository of few files."""
    for name in ("docker/Dockerfile", "docker/train", "helpers/a.py", "README.md", "pi/b.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    (tmp_path / "docker" / "train").chmod(0o755)
    return tmp_path


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    "change, same",
    [
        pytest.param(lambda root: write(root / "helpers" / "a.py", "2"), False, id="content"),
        pytest.param(lambda root: write(root / "helpers" / "b.py", ""), False, id="new file"),
        pytest.param(lambda root: (root / "README.md").unlink(), False, id="file gone"),
        pytest.param(lambda root: write(root / "docker" / "Dockerfile", "2"), False, id="recipe"),
        pytest.param(lambda root: (root / "docker" / "train").chmod(0o644), False, id="mode"),
        pytest.param(
            lambda root: (root / "helpers" / "a.py").rename(root / "helpers" / "c.py"),
            False,
            id="name",
        ),
        pytest.param(lambda root: write(root / "pi" / "b.py", "2"), True, id="another room"),
        pytest.param(lambda root: write(root / "helpers" / ".env", "2"), True, id="hidden"),
        pytest.param(
            lambda root: write(root / "helpers" / "__pycache__" / "a.pyc", "2"), True, id="compiled"
        ),
        pytest.param(lambda root: write(root / "docker" / "README.md", "2"), True, id="left out"),
        pytest.param(lambda root: write(root / "work" / "a", "2"), True, id="work folder"),
        pytest.param(
            lambda root: os.utime(str(root / "helpers" / "a.py"), (0, 0)), True, id="time"
        ),
        pytest.param(lambda root: None, True, id="nothing"),
    ],
)
def test_what_changes_the_digest_changes_the_zip(root, change, same):
    before = image_sources.digest(root), image_sources.packed(root)
    change(root)
    after = image_sources.digest(root), image_sources.packed(root)
    assert (before[0] == after[0], before[1] == after[1]) == (same, same)


def test_the_place_of_the_repository_does_not_count(root, tmp_path_factory):
    moved = tmp_path_factory.mktemp("moved") / "elsewhere"
    before = image_sources.digest(root)
    root.rename(moved)
    assert image_sources.digest(moved) == before


def test_a_zip_holds_the_files_and_who_may_run_them(root):
    with zipfile.ZipFile(io.BytesIO(image_sources.packed(root))) as archive:
        modes = {one.filename: one.external_attr >> 16 & 0o111 for one in archive.infolist()}
        assert archive.read("helpers/a.py") == b"helpers/a.py"
    assert modes == {
        "README.md": 0,
        "docker/Dockerfile": 0,
        "docker/train": 0o111,
        "helpers/a.py": 0,
    }


def test_outside_a_clone_nothing_is_built(tmp_path):
    with pytest.raises(MissingPart, match="Dockerfile"):
        image_sources.digest(tmp_path)
