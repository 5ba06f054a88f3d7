"""TensorBoard in a process of its own that does not outlive the one that started it.

    python -m helpers.training.tensorboard_server PARENT LOGDIR PORT RELOAD_SECONDS

TensorBoard binds a port itself, any free one for 0, and the first line on standard output is a JSON
object with it: between probing for a port and binding it another program could take it. The process
ends when its standard input ends or when PARENT is no longer its parent, which both happen when the
parent is killed, and works where there is no ``PR_SET_PDEATHSIG``. Either alone would not do: a
process that the parent forked may hold the other end of the pipe.
"""

from __future__ import annotations

import json
import os
import select
import sys
from typing import Any, Dict, List
from urllib.parse import urlparse

HOST = "127.0.0.1"
_POLL_SECONDS = 1.0


def serve(logdir: str, port: int, reload_seconds: float) -> Dict[str, Any]:
    """Starts TensorBoard in a thread of this process.

    Args:
        logdir: a folder, or ``NAME:s3://…`` with commas between several.
        port: 0 takes any free one.
        reload_seconds: between two looks at the event files.

    Returns:
        ``port``, or ``error`` when it could not be bound.
    """
    from tensorboard import program

    board = program.TensorBoard()
    board.configure(logdir=logdir, host=HOST, port=port, reload_interval=reload_seconds)
    try:
        return {"port": urlparse(board.launch()).port}
    except program.TensorBoardServerException as error:
        return {"error": error.msg}
    except SystemExit:  # Werkzeug's way to say it
        return {"error": f"port {port} is in use by another program"}


def wait_for_end_of(parent: int) -> None:
    """Returns when standard input ends, or when this process has another parent."""
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin], [], [], _POLL_SECONDS)
        if readable and not os.read(sys.stdin.fileno(), 1024):
            return


def main(arguments: List[str]) -> int:
    """Serves until the parent ends.

    Args:
        arguments: as above.

    Returns:
        The exit code: 1 when the port could not be bound.
    """
    parent, logdir, port, reload_seconds = arguments
    with os.fdopen(os.dup(1), "w") as told:
        os.dup2(2, 1)  # whatever others print goes to the log; nobody reads the pipe to its end
        answer = serve(logdir, int(port), float(reload_seconds))
        told.write(json.dumps(answer) + "\n")
    if "error" in answer:
        return 1
    wait_for_end_of(int(parent))
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    os._exit(code)  # requests that are still being answered must not keep it
