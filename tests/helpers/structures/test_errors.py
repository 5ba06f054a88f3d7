"""Messages for people: the file, what was found, what was expected, and what to do."""

import pytest

from helpers.structures.errors import BadInput, HelpersError, JobFailed, MissingPart, ParityFailed


def test_a_message_has_its_four_parts():
    error = BadInput.of("a.jpg, object 1", "3 numbers", "4", "Draw the box again.")
    assert str(error) == "a.jpg, object 1: found 3 numbers, expected 4. Draw the box again."


@pytest.mark.parametrize(
    "message, cause",
    [
        ("a.jpg: found 3, expected 4. Draw it again.", "a.jpg: found 3, expected 4"),
        ("a.b: found 1.5. Correct it. Or remove it.", "a.b: found 1.5. Correct it"),
        ("No remedy", "No remedy"),
        ("No remedy.", "No remedy"),
    ],
    ids=["remedy", "last sentence", "none", "full stop"],
)
def test_the_cause_is_the_message_without_the_remedy(message, cause):
    assert BadInput(message).cause == cause


@pytest.mark.parametrize(
    "count, shown, lines, first, last",
    [
        (1, 20, 1, "bad files: p0", "bad files: p0"),
        (3, 20, 3, "3 bad files: p0", "  p2"),
        (5, 2, 3, "5 bad files: p0", "  ... and 3 more"),
    ],
    ids=["single", "three", "more than are shown"],
)
def test_several_problems_become_one_message(count, shown, lines, first, last):
    problems = [BadInput(f"p{number}") for number in range(count)]
    output = str(BadInput.several("bad files", problems, shown)).split("\n")
    assert (len(output), output[0], output[-1]) == (lines, first, last)


@pytest.mark.parametrize("kind", [BadInput, MissingPart, JobFailed, ParityFailed])
def test_all_errors_have_one_base(kind):
    assert issubclass(kind, HelpersError)
