"""From a folder of photos to an object detector on a Raspberry Pi, step by step.

Exit 0 on success, 1 on bad input with a message on standard error, 2 on wrong usage.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from argparse import Namespace
from typing import List, Optional

from helpers import __version__
from helpers.cli import dataset, doctor, evaluation, model, pipeline, tfrecords
from helpers.cli.parser import add_verb
from helpers.structures.errors import HelpersError
from helpers.system import files, logging_setup


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs one verb and returns its exit code.

    Args:
        arguments: of the command line; ``None`` means those of this process.
    """
    logging_setup.quiet()
    options = _parser().parse_args(arguments)
    try:
        code = options.run(options) or 0
        sys.stdout.flush()
        return code
    except HelpersError as error:
        print(f"error: {error}", file=sys.stderr)
    except BrokenPipeError:  # whoever read the output has seen enough, as in `... | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(f"error: {files.unwritable(error.filename or '', error)}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\ninterrupted; started again it goes on where it can", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    program = os.path.basename(sys.argv[0])
    parser = argparse.ArgumentParser(
        prog="python -m helpers" if program == "__main__.py" else program,
        description=(__doc__ or "").split("\n")[0],
    )
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    verbs.required = True
    for add in (*dataset.VERBS, *tfrecords.VERBS, *pipeline.VERBS, *model.VERBS, *evaluation.VERBS):
        add(verbs)
    checker = add_verb(
        verbs, "doctor", _doctor, "check this machine: what is installed, missing or in conflict"
    )
    checker.add_argument("--json", action="store_true", help="print the checks as JSON")
    return parser


def _doctor(options: Namespace) -> int:
    checks = doctor.inspect()
    if options.json:
        print(json.dumps([check._asdict() for check in checks]))
    else:
        print(doctor.table(checks))
    return 0 if doctor.healthy(checks) else 1
