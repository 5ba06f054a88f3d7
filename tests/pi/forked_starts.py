"""Starts ``detect.py`` many times over, each in a process of its own that is forked from this one.

Only OpenCV, numpy and the modules of the package are loaded once for all, which is nine tenths of a
start. A program: ``python forked_starts.py detect.py < starts.json > ended.json``, both lists.
"""

import codecs
import importlib
import json
import os
import pkgutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path

NOBODY = 65534
SECONDS = 30


def load(program):
    """Returns the compiled program; everything it may import is loaded already."""
    sys.path.insert(0, str(program.parent))
    code = compile(program.read_bytes(), str(program), "exec", dont_inherit=True)
    # As a module it sets what OpenCV reads while it is imported, and runs nothing.
    exec(code, {"__name__": "detect", "__file__": str(program)})
    package = importlib.import_module("detection")
    for module in pkgutil.walk_packages(package.__path__, "detection."):
        importlib.import_module(module.name)
    # Without rights a process cannot even load an encoding.
    codecs.lookup("utf-8-sig")
    return code


def run(code, program):
    """Runs the program in this process, as Python itself would; returns the exit code."""
    try:
        exec(code, {"__name__": "__main__", "__file__": str(program), "__doc__": "detect.py"})
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def prepare(program, start, error):
    """Gives this process the arguments, the files and the rights of a start."""
    signal.alarm(SECONDS)
    sys.argv = [str(program), *start["arguments"]]
    os.chdir(start["folder"])
    os.environ.update(start.get("environment", {}))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(start.get("stdout", os.devnull), os.O_WRONLY), 1)
    os.dup2(error.fileno(), 2)
    if start.get("without_rights") and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def fork(code, program, start):
    """Returns the exit code, negative for a signal, and what a start said on standard error."""
    with tempfile.TemporaryFile() as error:
        child = os.fork()
        if child == 0:
            status = 99
            try:
                prepare(program, start, error)
                status = run(code, program)
            finally:
                os._exit(status)
        status = os.waitpid(child, 0)[1]
        error.seek(0)
        said = error.read().decode("utf-8", "backslashreplace")
    ended = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return {"returncode": ended, "stderr": said}


if __name__ == "__main__":
    detect = Path(sys.argv[1]).resolve()
    starts = json.load(sys.stdin)
    compiled = load(detect)
    json.dump([fork(compiled, detect, start) for start in starts], sys.stdout)
