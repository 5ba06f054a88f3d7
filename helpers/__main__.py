"""``python -m helpers VERB``: every step of the notebooks, for the shell.

Exit 0 on success, 1 on bad input with a message on standard error, 2 on wrong usage.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import List, Optional

from helpers import __version__
from helpers.cli import config, data, model
from helpers.structures.errors import HelpersError
from helpers.system import files, logging_setup


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs one verb and returns its exit code."""
    logging_setup.quiet()
    parser = argparse.ArgumentParser(prog="python -m helpers", description=__doc__.split("\n")[0])
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    verbs.required = True
    for room in (data, config, model):
        room.add_verbs(verbs)
    options = parser.parse_args(arguments)
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


if __name__ == "__main__":
    sys.exit(main())
