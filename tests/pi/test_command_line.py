"""The options of detect.py, its messages and its exit codes."""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from detection import command_line
from detection.device.signals import Stopped
from detection.errors import InputError, UsageError


@pytest.mark.parametrize(
    "arguments, values",
    [
        pytest.param([], ["SOURCE"], id="no source"),
        pytest.param(["a", "--self-test"], ["SOURCE", "--self-test"], id="self-test of a source"),
        pytest.param(["one.png", "folder", "c.png"], ["c.png", "folder"], id="several to image"),
        pytest.param(["one.png", "0"], ["0", "camera", "--output"], id="camera beside an image"),
        pytest.param(["a", "--threshold", "2"], ["--threshold", "0 to 1"], id="threshold above 1"),
        pytest.param(["a", "--threshold", "high"], ["--threshold"], id="threshold not a number"),
        pytest.param(["a", "--threshold", "nan"], ["--threshold", "0 to 1"], id="NaN threshold"),
        pytest.param(["a", "--backend", "cuda"], ["--backend", "'cuda'"], id="unknown backend"),
        pytest.param(["one.png", "out.mp4"], ["out.mp4", "video", "image"], id="image to video"),
        pytest.param(["one.png", "out.xyz"], ["OUTPUT", " .xyz"], id="unknown suffix"),
        pytest.param(["one.png", "--output", "http://a"], ["OUTPUT", "folder"], id="URL"),
        pytest.param(["folder", "out.png"], ["out.png", "image", "folder"], id="folder to image"),
        pytest.param(["clip.avi", "out.png"], ["out.png", "image", "video"], id="video to image"),
    ],
)
def test_wrong_usage(run_detect, tmp_path, make_image, make_video, arguments, values):
    make_image(tmp_path / "one.png")
    make_image(tmp_path / "folder" / "one.png")
    make_video(tmp_path / "clip.avi", frames=2)
    before = sorted(tmp_path.rglob("*"))
    result = run_detect(*arguments)
    assert result.returncode == 2
    # argparse prints the usage, which names every option, on the lines before.
    error = result.stderr.splitlines()[-1]
    assert [value for value in values if value not in error] == []
    assert "Traceback" not in result.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_help(run_detect):
    result = run_detect("--help")
    assert result.returncode == 0
    for word in (
        "SOURCE",
        "OUTPUT",
        "--output",
        "--force",
        "--headless",
        "--model",
        "--backend",
        "--threshold",
        "--json",
    ):
        assert word in result.stdout


def test_defaults():
    """Of a plain start; the parts' own are tested beside their options."""
    options = command_line.make_parser("description", Path("model")).parse_args(["photo.jpg"])
    assert options.source == ["photo.jpg"]
    assert (options.model, options.backend, options.threshold) == (Path("model"), "auto", None)
    assert not any([options.output, options.force, options.headless, options.json])
    assert not any([options.self_test, options.check, options.track, options.watch])


@pytest.mark.parametrize(
    "error, code, start",
    [
        pytest.param(InputError("a.jpg: bad"), 1, "detect.py: a.jpg: bad\n", id="bad input"),
        pytest.param(OSError(28, "disk\nfull", "a"), 1, "detect.py: a: ", id="OSError"),
        pytest.param(MemoryError(), 1, "detect.py: out of memory", id="memory"),
        pytest.param(
            cv2.error("alloc.cpp"), 1, "detect.py: out of memory (alloc.cpp)", id="OpenCV's memory"
        ),
        pytest.param(Stopped(2), 130, "detect.py: stopped\n", id="Ctrl-C"),
        pytest.param(Stopped(15), 143, "detect.py: stopped by SIGTERM\n", id="SIGTERM"),
    ],
)
def test_errors_become_exit_codes(capsys, error, code, start):
    if isinstance(error, cv2.error):
        error.code = cv2.Error.StsNoMem

    def run(options):
        raise error

    assert command_line.main(run, None, Path("model"), ["photo.jpg"]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(start)
    assert printed.err.count("\n") == 1


def test_a_usage_error_is_that_of_argparse(capsys):
    def run(options):
        raise UsageError("OUTPUT: .xyz")

    with pytest.raises(SystemExit) as ended:
        command_line.main(run, None, Path("model"), ["photo.jpg"])
    assert ended.value.code == 2
    assert "detect.py: error: OUTPUT: .xyz" in capsys.readouterr().err


def test_the_program_gets_the_options_and_gives_the_exit_code():
    def run(options):
        assert isinstance(options, argparse.Namespace)
        return 7 if options.threshold == 0.25 else 0

    arguments = ["photo.jpg", "--threshold", "0.25"]
    assert command_line.main(run, None, Path("model"), arguments) == 7


def test_an_image_that_was_reported_makes_the_exit_code_1(capsys):
    errors = command_line.ErrorLog()
    assert errors.exit_code == 0
    errors.report(InputError("a.jpg: empty"))
    assert errors.exit_code == 1
    assert capsys.readouterr().err == "detect.py: a.jpg: empty\n"


def test_a_reader_that_leaves_early(run_detect, photos, random_model):
    """As ``detect.py ... | head -0`` does."""
    reader, writer = os.pipe()
    os.close(reader)
    result = run_detect("photos", "--model", random_model, "--json", stdout=writer)
    os.close(writer)
    assert result.returncode == 1
    assert result.stderr == ""


def test_ctrl_c_leaves_no_half_video(random_model, tmp_path, pi_folder, make_video):
    make_video(tmp_path / "long.avi", frames=3000, width=320, height=240)
    (tmp_path / "out.avi").write_text("old")
    process = subprocess.Popen(
        [
            sys.executable,
            str(pi_folder / "detect.py"),
            "long.avi",
            "--output",
            "out.avi",
            "--force",
            "--json",
            "--model",
            str(random_model),
        ],
        cwd=str(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        # What a shell starts in the background ignores Ctrl-C, and so do all its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert error.splitlines()[-1] == "detect.py: stopped"
    assert (tmp_path / "out.avi").read_text() == "old"
    assert not list(tmp_path.glob(".*"))


def test_other_errors_of_opencv_are_defects_of_ours():
    def run(options):
        raise cv2.error("anything")

    with pytest.raises(cv2.error):
        command_line.main(run, None, Path("model"), ["photo.jpg"])
