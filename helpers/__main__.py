"""``python -m helpers VERB``: the same command as ``photos-to-pi VERB``."""

from __future__ import annotations

import sys

from helpers.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
