"""Errors of ``detect.py``, each with an exit code of its own."""


class InputError(Exception):
    """The model, the source or a file is bad: exit 1.

    The message is one line that names the file, says what is wrong with it, and what to do.
    """


class UsageError(Exception):
    """The arguments do not go together: exit 2, as ``argparse`` does for a wrong option."""


def one_line(error: BaseException) -> str:
    """Returns an error's text without its line breaks, as OpenCV's messages have them.

    Args:
        error: Any exception.

    Returns:
        The text on one line; the name of the exception's class where it has no text.
    """
    return " ".join(str(error).split()) or type(error).__name__
