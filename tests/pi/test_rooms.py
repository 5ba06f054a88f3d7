"""The rooms of ``pi/detection``: imports run one way, each room to those named before it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "pi" / "detection"
# A room, or a module outside them, may import itself and those on the lines before its own; those
# on one line know nothing of each other. What is not named stands at the top, as the program does.
LEVELS = (
    {"errors", "structures"},
    {"device", "jpeg", "output_marker"},
    {"media_kind"},
    {"images"},
    {"backends", "sources"},
    {"detector"},
    {"watch", "text_tags", "tile_merging"},
    {"overlay", "tiling"},
    {"drawing"},
    {"sinks"},
)
LEVEL_OF = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
TOP = len(LEVELS)
PATHS = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")


def name_of(path):
    """``sinks.lines`` of ``sinks/lines.py``."""
    return path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")


NAMES = {name_of(path) for path in PATHS}


def imported(path):
    """Modules of the package that a module imports, at its head or inside a function."""
    package = ("detection", *path.relative_to(PACKAGE).parent.parts)
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".", 1)[1] for name in names if name.startswith("detection.")} & NAMES


def level(name):
    return LEVEL_OF.get(name.split(".")[0], TOP)


def allowed(importer, name):
    same_room = importer.split(".")[0] == name.split(".")[0]
    return same_room or level(name) < level(importer) or level(importer) == TOP


IMPORTS = {name_of(path): imported(path) for path in PATHS}


def test_imports_are_found():
    assert {"errors", "sinks.sink"} <= IMPORTS["sinks.image_sinks"]
    assert {"pipeline", "self_test", "sources.opening"} <= IMPORTS["program"]


@pytest.mark.parametrize("room", sorted({name.split(".")[0] for name in NAMES}))
def test_a_room_imports_only_rooms_before_it(room):
    wrong = {
        importer: sorted(name for name in names if not allowed(importer, name))
        for importer, names in IMPORTS.items()
        if importer.split(".")[0] == room
    }
    assert {importer: names for importer, names in wrong.items() if names} == {}


def test_modules_import_each_other_without_circles():
    left = {importer: names - {importer} for importer, names in IMPORTS.items()}
    while left:
        free = {importer for importer, names in left.items() if not names & set(left)}
        assert free, f"a circle among {sorted(left)}"
        left = {importer: names for importer, names in left.items() if importer not in free}
