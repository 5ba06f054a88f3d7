"""Machines for the set-up to run on: folders on a PATH of their own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = "helpers/environment.sh"
TOOLS = [
    "awk",
    "bash",
    "cat",
    "cksum",
    "date",
    "dirname",
    "env",
    "grep",
    "head",
    "ls",
    "make",
    "ps",
    "rm",
    "sed",
    "sh",
    "tail",
    "tr",
    "uname",
]
PYTHON37 = Path(sys.base_prefix, "bin", "python3.7")
REFUSES = "echo 'pyenv: python3.7: command not found' >&2; exit 127"

only_37 = pytest.mark.skipif(sys.version_info[:2] != (3, 7), reason="needs a Python 3.7 to find")


def program(path, script):
    """Writes an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


class Machine:
    """A copy of the project with a home folder and a PATH that hold what a test puts there."""

    def __init__(self, folder):
        self.project, self.home = folder / "pro ject", folder / "home"
        self.path = [folder / "first folder", folder / "second"]
        self.environment = {}
        for name in ("Makefile", "environment.yml", "pyproject.toml", "requirements.lock", SCRIPT):
            (self.project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(str(ROOT / name), str(self.project / name))
        tools = folder / "tools"
        tools.mkdir()
        for name in TOOLS:
            (tools / name).symlink_to(shutil.which(name))
        self.tools = tools

    def link(self, path, target=PYTHON37):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)

    def run(self, *command):
        settings = {"PATH": ":".join(map(str, [*self.path, self.tools])), "HOME": str(self.home)}
        settings.update({name: str(value) for name, value in self.environment.items()})
        return subprocess.run(
            command,
            cwd=str(self.project),
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            timeout=60,
        )

    def set_up(self, *verb):
        return self.run("sh", SCRIPT, *verb)

    def finish(self):
        """Leaves behind what a finished set-up leaves."""
        subprocess.run(
            [str(PYTHON37), "-m", "venv", "--without-pip", str(self.project / ".venv")], check=True
        )
        made_from = b"".join(
            (self.project / name).read_bytes()
            for name in ("requirements.lock", "environment.yml", "pyproject.toml")
        )
        checksum = subprocess.run(["cksum"], input=made_from, stdout=subprocess.PIPE).stdout
        stamp = f"{self.project.resolve()}\n{checksum.decode()}"
        (self.project / ".venv" / "stamp").write_text(stamp)
