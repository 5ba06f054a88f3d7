"""The rooms of ``helpers/``: a module imports only its own room and those before it here."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HELPERS = ROOT / "helpers"
# Each room, lowest first, and the heavy packages that it may load as soon as it is imported;
# anything heavier waits inside a function.
ROOMS = {
    "structures": {"numpy"},
    "system": {"tqdm"},
    "workspace": set(),
    "annotations": {"numpy", "pandas", "defusedxml"},
    "validation": {"numpy", "PIL"},
    "synthetic": {"numpy", "PIL"},
    "splitting": {"numpy"},
    "tfrecords": {"numpy", "google"},
    "pipeline_config": {"numpy", "tensorflow", "object_detection"},
    "pretrained": {"numpy", "tensorflow", "object_detection"},
    "inference": {"numpy"},
    "evaluation": {"numpy"},
    "export": {"numpy", "tensorflow", "object_detection"},
    "training": {"tqdm"},
    "aws": {"tqdm"},
    # matplotlib loads PIL by itself.
    "ui": {
        "numpy",
        "matplotlib",
        "PIL",
        "pandas",
        "IPython",
        "ipywidgets",
        "anywidget",
        "traitlets",
    },
    "steps": {"numpy", "tqdm"},
    "cli": set(),
}
ORDER = list(ROOMS)
LIGHT = ("structures", "system", "workspace", "annotations", "validation", "synthetic", "splitting")
HEAVY = {
    "numpy",
    "tqdm",
    "pandas",
    "defusedxml",
    "PIL",
    "tensorflow",
    "cv2",
    "boto3",
    "botocore",
    "sagemaker",
    "object_detection",
    "google",
    "matplotlib",
    "IPython",
    "ipywidgets",
    "anywidget",
    "traitlets",
    "jupyter_bbox_widget",
    "pycocotools",
    "faster_coco_eval",
    "tensorboard",
    "docker",
}


def modules(room):
    folder = HELPERS / room
    return sorted(folder.glob("**/*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def imports(nodes):
    """Full names of what these nodes import, ``from a import b`` as ``a.b`` and ``a``."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield node.module


def all_imports(path):
    return set(imports(ast.walk(ast.parse(path.read_text("utf-8")))))


def rooms_of(path):
    """The rooms that a module imports from."""
    names = (name.split(".") for name in all_imports(path) if name.startswith("helpers."))
    return {name[1] for name in names} - {"__version__"}


def test_every_module_lies_in_a_room():
    known = {path for room in ROOMS for path in modules(room)}
    rest = set(HELPERS.glob("**/*.py")) - known
    assert rest == {HELPERS / "__init__.py", HELPERS / "__main__.py"}


@pytest.mark.parametrize("room", ORDER)
def test_a_room_imports_only_rooms_before_it(room):
    allowed = ORDER[: ORDER.index(room) + 1]
    wrong = {
        str(path.relative_to(HELPERS)): sorted(rooms_of(path) - set(allowed))
        for path in modules(room)
        if not rooms_of(path) <= set(allowed)
    }
    assert not wrong


@pytest.mark.parametrize("room", ORDER)
def test_modules_of_a_room_import_each_other_without_circles(room):
    def name(path):
        return path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")

    left = {name(path): all_imports(path) - {name(path)} for path in modules(room)}
    while left:
        free = {module for module, names in left.items() if not names & set(left)}
        assert free, f"a circle among {sorted(left)}"
        left = {module: names for module, names in left.items() if module not in free}


@pytest.mark.parametrize("room", ORDER)
def test_heavy_packages_wait_inside_functions(room):
    for path in modules(room):
        body = ast.parse(path.read_text("utf-8")).body
        eager = {name.split(".")[0] for name in imports(body)} & HEAVY
        assert eager <= ROOMS[room], f"{path} loads {sorted(eager - ROOMS[room])} at once"


def test_package_itself_imports_nothing():
    assert not all_imports(HELPERS / "__init__.py")


def test_light_rooms_run_without_the_heavy_packages():
    names = [
        path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        for room in LIGHT
        for path in modules(room)
        if path.name != "__init__.py"
    ]
    code = (
        "import sys, importlib\n"
        "for name in ('tensorflow', 'object_detection', 'cv2', 'boto3', 'matplotlib'):\n"
        "    sys.modules[name] = None\n"
        f"for name in {names!r}: importlib.import_module(name)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=str(ROOT), check=True)


def test_the_command_line_starts_without_the_heavy_packages():
    heavy = ("tensorflow", "object_detection", "cv2", "boto3", "matplotlib", "pandas", "IPython")
    code = (
        f"import sys, helpers.cli.main; print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=str(ROOT), stdout=subprocess.PIPE)
    assert done.stdout == b"[]\n"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docker").glob("**/*.py")), ids=lambda path: path.name
)
def test_docker_imports_only_what_the_image_needs(path):
    names = {name.split(".")[0] for name in all_imports(path)}
    assert not names & {"pi", "tests", "notebooks", "boto3", "sagemaker"}
    assert not rooms_of(path) & {"aws", "ui", "steps", "cli"}
