"""The command line of ``detect.py``: its options, its messages and its exit codes."""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import sys
from pathlib import Path
from typing import Callable, NoReturn, Optional, Sequence

from .device.signals import Stopped, stopped_by_signals
from .errors import InputError, UsageError, is_out_of_memory, one_line, reason_and_remedy
from .options import (
    combinations,
    model_options,
    output_options,
    positional_output,
    sink_options,
    source_options,
    update_options,
    watch_options,
)
from .sources.address import redacted


class ErrorLog:
    """Reports images that cannot be read, while the others are still processed.

    Attributes:
        exit_code: 0 as long as nothing has been reported, then 1.
    """

    def __init__(self) -> None:
        self.exit_code = 0

    def report(self, error: InputError) -> None:
        """Prints an error on standard error."""
        self.exit_code = 1
        print_error(str(error))


class _Parser(argparse.ArgumentParser):
    """Shows no password of an address in its messages."""

    def error(self, message: str) -> NoReturn:
        super().error(redacted(message))


class _Formatter(logging.Formatter):
    """Shows no password of an address in its lines."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def print_error(message: str) -> None:
    """Prints one line on standard error.

    Args:
        message: What is wrong and what to do; line breaks, as a file's name may hold, are escaped.
    """
    line = redacted(message).replace("\r", "\\r").replace("\n", "\\n")
    # After SIGHUP the terminal is gone, and nobody is there to read it.
    with contextlib.suppress(OSError):
        print(f"detect.py: {line}", file=sys.stderr, flush=True)


def print_notice(message: str) -> None:
    """Prints one line on standard error that tells what the program does of itself.

    Args:
        message: What was chosen, and why.
    """
    print(f"detect.py: {message}", file=sys.stderr)


def main(
    run: Callable[[argparse.Namespace], int],
    description: Optional[str],
    model: Path,
    arguments: Optional[Sequence[str]] = None,
) -> int:
    """Parses the command line, runs the program and turns its errors into messages.

    Args:
        run: The program: takes the options, returns the exit code.
        description: Text of ``--help``.
        model: The default model folder.
        arguments: What follows the program's name; None takes the process's own.

    Returns:
        0, also when a signal ended what never ends by itself; 1 when the model, the source or a
        file is bad; 130, 143 or 129 when Ctrl-C, SIGTERM or SIGHUP broke a file off. Wrong usage
        leaves by way of ``SystemExit(2)``.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter("detect.py: %(message)s"))
    logging.basicConfig(handlers=[handler])
    # A class name or file name may hold letters that the terminal's encoding lacks.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    parser = make_parser(description, model)
    options = parser.parse_intermixed_args(arguments)
    problem = combinations.problem(options, parser.get_default)
    if problem is not None:
        parser.error(problem)
    try:
        with stopped_by_signals():
            if not options.output and not options.benchmark:
                options.source, options.output = positional_output.split(options.source)
            return run(options)
    except UsageError as error:
        parser.error(str(error))
    except InputError as error:
        print_error(str(error))
        return 1
    except BrokenPipeError:
        # The reader of our output has left; Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        # A path of forbidden length or in a locked folder, or a full disk behind standard output.
        name = "a file or standard output" if error.filename is None else str(error.filename)
        why = reason_and_remedy(error, "check the path, its rights and the free space")
        print_error(f"{name}: cannot be read or written {why}")
        return 1
    except Stopped as stopped:
        print_error(str(stopped))
        return stopped.exit_code
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        print_error(f"out of memory ({one_line(error)}); end other programs or make it smaller")
        return 1


def make_parser(description: Optional[str], model: Path) -> argparse.ArgumentParser:
    """Defines the options.

    Args:
        description: Text of ``--help``.
        model: The default model folder.

    Returns:
        A parser whose result has ``source``, ``output``, ``force``, ``model``, ``backend``,
        ``threshold``, ``headless``, ``json``, ``self_test``, ``watch``, ``check``, ``track``,
        ``update`` and ``sha256``.
    """
    parser = _Parser(
        prog="detect.py",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    model_options.add(parser, model)
    source_options.add(parser)
    output_options.add(parser)
    sink_options.add(parser)
    watch_options.add(parser)
    update_options.add(parser)
    return parser
