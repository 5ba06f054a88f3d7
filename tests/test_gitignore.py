"""What git ignores: environments, caches, and all that ``make`` leaves behind."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "name",
    [
        ".venv/bin/python",
        ".venv.log",
        ".venv.unfinished",
        "work",  # may be a symbolic link to a larger disk
        "work/state.json",
        "pi/model/labels.txt",
        "pi/.model.part/labels.txt",
        "pi.zip",
        "helpers/__pycache__/a.pyc",
        "notebooks/.ipynb_checkpoints/a.ipynb",
        ".pytest_cache/x",
        ".ruff_cache/x",
        ".mypy_cache/x",
        ".coverage.host.12.345",
        "htmlcov/index.html",
        "photos_to_pi.egg-info/PKG-INFO",
        "build/lib/x",
    ],
)
def test_git_ignores_what_make_leaves(tmp_path, name):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    shutil.copy(str(ROOT / ".gitignore"), str(tmp_path))
    subprocess.run(["git", "-C", str(tmp_path), "check-ignore", "-q", name], check=True)


@pytest.mark.parametrize("name", ["work", "pi/model", ".venv"])
def test_git_ignores_symbolic_links_to_folders(tmp_path, name):
    project = tmp_path / "project"
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    shutil.copy(str(ROOT / ".gitignore"), str(project))
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).symlink_to(tmp_path)
    subprocess.run(["git", "-C", str(project), "check-ignore", "-q", name], check=True)
