"""The floors of ``helpers/``: a module imports only what stands before it in this list."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HELPERS = ROOT / "helpers"
# Floors with a folder of their own are rooms; the modules of the others lie in none.
FLOORS = {
    "ground": "errors files logs settings boxes findings records labelmap progress parallel "
    "workers memory",
    "formats": "pictures figures reading carried class_lists outlines columns gathering voc_file "
    "voc table via coco yolo groundtruth registry",
    "checking": "looks corners box_checks picture_checks checks repair alike",
    "samples": "sample_light sample_scenery sample_shapes sample",
    "splitting": "amounts balance stratify shares split sides",
    "tfrecords": "jpeg png encoding example recordfile record_checks inspection shards staging "
    "shard_writer tfrecord manifest record_ends",
    "configs": "augmentation other_fields schedule pipeline differences anchors anchor_fit "
    "channel restore download unpack zoo",
    "exporting": "frozen_ssd cvgraph resize quantisation export freeze agreement backend predict "
    "metrics events gate bundle",
    "cloud": "surroundings doctor commands aws storage jobs image container prices launch "
    "processing",
    "screen": "draw views keys widgets gallery summary drawing canvas annotator notebook",
    "road": "evaluation road runs demo",
    "shell": "verbs verbs.data verbs.config verbs.model __main__",
}


def named(floor):
    """The full names of its modules, in order."""
    names = FLOORS[floor].split()
    return [floor, *(f"{floor}.{name}" for name in names)] if (HELPERS / floor).is_dir() else names


ORDER = [module for floor in FLOORS for module in named(floor)]
# What a floor may load as soon as it is imported; anything heavier waits inside a function.
EAGER = {
    "ground": {"numpy", "tqdm"},
    "formats": {"numpy", "pandas", "defusedxml"},
    "checking": {"numpy", "PIL"},
    "samples": {"numpy", "PIL"},
    "splitting": {"numpy"},
    "tfrecords": {"numpy", "google"},
    "configs": {"numpy", "tensorflow", "object_detection"},
    "exporting": {"numpy", "tensorflow", "object_detection"},
    "cloud": {"numpy", "tqdm"},
    "screen": {"numpy", "matplotlib", "pandas", "IPython", "ipywidgets", "anywidget", "traitlets"},
    "road": {"tqdm"},
    "shell": set(),
}
OUR_THIRD_PARTIES = {
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
    "tensorboard",
    "docker",
}


def modules():
    names = [
        path.relative_to(HELPERS).with_suffix("").as_posix().replace("/", ".")
        for path in sorted(HELPERS.glob("**/*.py"))
    ]
    return [
        name[: -len(".__init__")] if name.endswith(".__init__") else name
        for name in names
        if name != "__init__"
    ]


def source(module):
    path = HELPERS / Path(*module.split("."))
    return (path / "__init__.py") if path.is_dir() else path.with_suffix(".py")


def imports(nodes):
    """Full names of what these nodes import, ``from a import b`` as ``a.b`` and ``a``."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield node.module


def ours(module):
    names = {
        name[len("helpers.") :]
        for name in imports(ast.walk(ast.parse(source(module).read_text())))
        if name.startswith("helpers.")
    }
    return sorted(name for name in names if name in ORDER and name != module)


def test_every_module_has_its_place():
    assert sorted(modules()) == sorted(ORDER)


@pytest.mark.parametrize("module", ORDER)
def test_imports_run_down_the_stairs(module):
    above = [name for name in ours(module) if ORDER.index(name) > ORDER.index(module)]
    assert not above, f"{module} imports {above} from above"


@pytest.mark.parametrize("floor", FLOORS)
def test_heavy_packages_wait_where_they_may_not_be_eager(floor):
    for module in named(floor):
        body = ast.parse(source(module).read_text()).body
        eager = {name.split(".")[0] for name in imports(body)} & OUR_THIRD_PARTIES
        assert eager <= EAGER[floor], f"{module} loads {sorted(eager - EAGER[floor])} at once"


def test_package_itself_imports_nothing():
    assert not list(imports(ast.walk(ast.parse((HELPERS / "__init__.py").read_text()))))


def test_light_floors_run_without_the_heavy_packages():
    floors = ("ground", "formats", "checking", "samples", "splitting")
    light = [f"helpers.{name}" for floor in floors for name in named(floor)]
    code = (
        "import sys, importlib\n"
        "for name in ('tensorflow', 'object_detection', 'cv2', 'boto3', 'matplotlib'):\n"
        "    sys.modules[name] = None\n"
        f"for name in {light!r}: importlib.import_module(name)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=str(ROOT), check=True)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docker").glob("**/*.py")), ids=lambda path: path.name
)
def test_docker_imports_helpers_and_its_own(path):
    names = {name.split(".")[0] for name in imports(ast.walk(ast.parse(path.read_text())))}
    assert not names & {"pi", "tests", "notebooks", "boto3", "sagemaker"}
    assert {
        name
        for name in imports(ast.walk(ast.parse(path.read_text())))
        if name.startswith("helpers.")
    }.isdisjoint(
        f"helpers.{name}" for floor in ("screen", "road", "shell") for name in named(floor)
    )
