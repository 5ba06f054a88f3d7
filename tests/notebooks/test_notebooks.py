"""The six notebooks: their form, and one run of all of them from top to bottom under nbval."""

import ast
import json
import statistics
from pathlib import Path

import nbformat
import notebook_run
import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = [
    "01_annotate_inspect",
    "02_tfrecords",
    "03_build_push",
    "04_train",
    "05_tensorboard",
    "06_evaluate",
]
PATHS = [ROOT / "notebooks" / f"{name}.ipynb" for name in NAMES]
ALLOWED = {"helpers", "IPython", "matplotlib"}


def code_cells(path):
    return [
        cell for cell in nbformat.read(str(path), as_version=4).cells if cell.cell_type == "code"
    ]


def test_names_are_those_the_user_fixed():
    assert sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_cells_are_thin(path):
    lengths = [
        len([line for line in cell.source.splitlines() if line.strip()])
        for cell in code_cells(path)
        if "parameters" not in cell.metadata.get("tags", [])
    ]
    parameters = [
        cell for cell in code_cells(path) if "parameters" in cell.metadata.get("tags", [])
    ]
    assert len(parameters) == 1
    for line in parameters[0].source.splitlines():
        assert line.count(" = parameter(") == 1 and "  # " in line, line
    assert max(lengths) <= 8
    assert statistics.median(lengths) <= 3


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_cells_only_call(path):
    for cell in code_cells(path):
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Try)), cell.source
            if isinstance(node, ast.Import):
                assert {name.name.split(".")[0] for name in node.names} <= ALLOWED, cell.source
            if isinstance(node, ast.ImportFrom):
                assert node.module.split(".")[0] in ALLOWED, cell.source


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_no_path_below_the_parameters(path):
    cells = code_cells(path)
    first = next(
        number for number, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", [])
    )
    texts = [
        node.s
        for cell in cells[first + 1 :]
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Str)
    ]
    assert not [text for text in texts if text.startswith(("/", "s3:", "~")) or "../" in text]


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_outputs_are_true_or_absent(path):
    cells = code_cells(path)
    if any(cell.outputs for cell in cells):
        assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    else:
        assert all(cell.execution_count is None for cell in cells)


@pytest.mark.training
def test_all_six_run_top_to_bottom(work_root):
    work = work_root / "notebooks"
    notebook_run.run(NAMES, work, COUNT=60, STEPS=30, BATCH_SIZE=8, PHOTOS=3)
    metrics = json.loads((work / "evaluation" / "metrics.json").read_text())
    assert metrics["images"] == 12
    assert list(metrics["backends"]) == ["tensorflow", "opencv", "tflite"]
    assert json.loads((work / "model" / "graph" / "export.json").read_text())["passed"]
    assert len(list((work / "evaluation" / "pi").iterdir())) == 3
    assert (work / "evaluation" / "report.html").is_file()
    assert (work / "bundle" / "model.json").is_file()
    card = (work / "bundle" / "MODEL_CARD.md").read_text()
    assert "12 images: mAP 0." in card and "not examined" not in card
