"""The table of everything that can be found."""

import re

import pytest

from helpers.structures.finding_kinds import ERROR, KINDS, WARNING


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_has_a_code_a_title_and_a_remedy(code):
    kind = KINDS[code]
    assert re.fullmatch("(annotation|image|box|class|split)(-[a-z]+)+", code)
    assert kind.severity in (ERROR, WARNING) and kind.remedy.endswith(".")
    assert 0 < len(kind.title) < 50 and not kind.title.endswith(".")
    assert not kind.fix.endswith(".")


def test_titles_are_as_distinct_as_codes():
    assert len({kind.title for kind in KINDS.values()}) == len(KINDS)
