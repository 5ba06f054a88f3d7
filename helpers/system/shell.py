"""Commands of other programs: shown as they are typed in a shell, and run line by line."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from helpers.structures.errors import HelpersError, MissingPart

PATIENCE = 30.0  # seconds that a program which is told to end is given
# Of ``subprocess.Popen``: both output streams as one, read as lines of text.
LINES: Dict[str, Any] = {
    "stdout": subprocess.PIPE,
    "stderr": subprocess.STDOUT,
    "universal_newlines": True,
    "encoding": "utf-8",
    "errors": "replace",
}


def as_text(command: Sequence[str]) -> str:
    """The command as it can be pasted into a shell, one option a line."""
    words = [shlex.quote(word) for word in command]
    return " ".join(
        word if index == 0 or not word.startswith("--") else f"\\\n    {word}"
        for index, word in enumerate(words)
    )


def run(
    command: Sequence[str],
    on_line: Callable[[str], Any] = lambda line: None,
    folder: Optional[Union[str, Path]] = None,
    secret: Optional[str] = None,
    explain: Optional[Callable[[Sequence[str]], str]] = None,
) -> List[str]:
    """Runs a command to its end; each line of either output stream goes to ``on_line`` at once.

    Args:
        command: program and arguments.
        on_line: called with each line, its line end removed.
        folder: to run it in.
        secret: passed on standard input, so that no list of processes shows it.
        explain: extracts the cause of a failure from the lines; by default :func:`cause`.

    Returns:
        All lines.

    Raises:
        MissingPart: there is no such program.
        HelpersError: it failed; the message ends with the cause.
    """
    process = start(
        command, cwd=None if folder is None else str(folder), stdin=subprocess.PIPE, **LINES
    )
    lines: List[str] = []
    try:
        _send_secret(process, secret)
        for line in process.stdout or ():
            lines.append(line.rstrip("\r\n"))
            on_line(lines[-1])
        code = process.wait()
    finally:
        end(process)
    if code:
        raise HelpersError(f"{title(command)} failed (exit {code}): {(explain or cause)(lines)}")
    return lines


def start(command: Sequence[str], **options: Any) -> subprocess.Popen:
    """Starts a command.

    Args:
        command: program and arguments.
        options: of ``subprocess.Popen``.

    Raises:
        MissingPart: there is no such program.
    """
    try:
        return subprocess.Popen(list(command), **options)
    except FileNotFoundError as error:
        raise MissingPart(
            f"{command[0]}: no such program. Install it, or add its folder to the PATH."
        ) from error


def end(process: subprocess.Popen, patience: float = PATIENCE) -> None:
    """Ends a process that still runs: it is asked to, and killed where it does not listen.

    Args:
        process: may have ended.
        patience: seconds before it is killed.
    """
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def title(command: Sequence[str]) -> str:
    """The program and its first argument, without ``env`` and its variables."""
    words = [word for word in command if word != "env" and "=" not in word]
    return " ".join(words[:2])


def _send_secret(process: subprocess.Popen, secret: Optional[str]) -> None:
    assert process.stdin is not None
    try:
        with process.stdin as stream:
            stream.write(secret or "")
    except BrokenPipeError:
        # It ended without reading; its exit code and its output say why.
        process.wait()


def cause(lines: Sequence[str], shown: int = 5) -> str:
    """The lines of an output that mention an error, else its last lines.

    Args:
        lines: of the output.
        shown: most lines to return.
    """
    texts = [line.strip() for line in lines if line.strip()]
    errors = [text for text in texts if "error" in text.lower() or "denied" in text.lower()]
    return "\n".join((errors or texts)[-shown:]) or "no output"
