"""Turning pages: with buttons, keys and the number, around both ends."""

import pytest

from helpers.ui.pager import Pager


@pytest.fixture
def turned():
    return []


@pytest.fixture
def pager(turned):
    pager = Pager("image", lambda: turned.append(pager.index))
    pager.reset(3)
    return pager


def press(pager, key):
    """What arrives from the browser's script when a key is pressed."""
    pager.arrow_keys._handle_custom_msg({"key": key}, [])


@pytest.mark.parametrize(
    "act, index",
    [
        (lambda pager: pager.next.click(), 1),
        (lambda pager: pager.previous.click(), 2),
        (lambda pager: press(pager, "ArrowRight"), 1),
        (lambda pager: press(pager, "ArrowLeft"), 2),
        (lambda pager: setattr(pager.number, "value", 3), 2),
        (lambda pager: pager.move(4), 1),
    ],
    ids=["next", "previous", "right arrow", "left arrow", "number", "around"],
)
def test_pages_turn(pager, turned, act, index):
    act(pager)
    assert (pager.index, turned) == (index, [index])


@pytest.mark.parametrize(
    "count, index, most", [(5, 4, 5), (1, 0, 1), (0, 0, 1)], ids=["some", "one", "none"]
)
def test_a_reset_turns_nothing(pager, turned, count, index, most):
    pager.reset(count, index)
    assert (pager.count, pager.index, pager.number.max, turned) == (count, index, most, [])


def test_without_pages_nothing_turns(pager, turned):
    pager.reset(0)
    pager.move(1)
    assert turned == []
