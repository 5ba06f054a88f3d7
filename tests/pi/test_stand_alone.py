"""The folder runs on a Pi with nothing of ours beside it."""

import ast
import os
import subprocess
import sys

import pytest
from pi_environments import installed_pythons

from detection.backends import tflite_model

OPTIONAL = {"tflite_runtime", "ai_edge_litert", "tensorflow"}
# Before 3.10 a Python does not list its own modules; these are the ones a detector may need.
STANDARD = set(getattr(sys, "stdlib_module_names", ())) or {
    "__future__",
    "abc",
    "argparse",
    "array",
    "base64",
    "collections",
    "concurrent",
    "contextlib",
    "csv",
    "ctypes",
    "datetime",
    "difflib",
    "errno",
    "fcntl",
    "functools",
    "hashlib",
    "hmac",
    "http",
    "importlib",
    "io",
    "ipaddress",
    "json",
    "logging",
    "math",
    "mmap",
    "os",
    "pathlib",
    "platform",
    "queue",
    "re",
    "secrets",
    "shutil",
    "signal",
    "socket",
    "ssl",
    "struct",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "types",
    "typing",
    "unicodedata",
    "urllib",
    "zipfile",
    "xml",
    "zlib",
}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


def test_imports_nothing_else(pi_folder):
    paths = sorted((pi_folder / "detection").rglob("*.py"))
    assert len(paths) > 10
    for path in paths:
        foreign = set(imported(path)) - STANDARD - {"cv2", "numpy"}
        assert not foreign, f"{path.name} imports {sorted(foreign)}"
    foreign = set(imported(pi_folder / "detect.py")) - STANDARD
    assert foreign == {"detection"}


def test_one_program_and_one_package_are_copied(pi_folder):
    modules = {path.relative_to(pi_folder).parts[0] for path in pi_folder.rglob("*.py")}
    assert modules == {"detect.py", "detection"}


def test_the_optional_runtimes_are_the_named_ones():
    assert {name.split(".")[0] for name in tflite_model.RUNTIMES} == OPTIONAL
    assert set(tflite_model.SMALL_RUNTIMES) < set(tflite_model.RUNTIMES)


def test_nothing_optional_is_loaded_before_it_is_needed(pi_folder):
    optional = sorted({*OPTIONAL, "picamera2"})
    program = f"import sys, detect; print(sorted(set(sys.modules) & set({optional})))"
    environment = {**os.environ, "PYTHONPATH": str(pi_folder)}
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        stdout=subprocess.PIPE,
        universal_newlines=True,
        check=True,
    )
    assert result.stdout == "[]\n"


def test_compiles_on_every_python_a_pi_has(pi_folder):
    pythons = installed_pythons()
    if not pythons:
        pytest.skip("no Python 3.9 or newer")
    program = (
        "import pathlib, sys\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).rglob('*.py')):\n"
        "    compile(path.read_bytes(), str(path), 'exec', dont_inherit=True)\n"
    )
    for version, python in sorted(pythons.items()):
        result = subprocess.run(
            [python, "-W", "error", "-c", program, str(pi_folder)],
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        assert result.returncode == 0, f"Python {version}: {result.stderr}"
