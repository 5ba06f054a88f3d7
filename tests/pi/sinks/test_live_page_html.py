"""The page works without internet, and shows names as text."""

import re

import pytest

from detection.sinks.live_page_html import PAGE, TOKEN_FORM


@pytest.mark.parametrize("text", [PAGE, TOKEN_FORM], ids=["page", "token"])
def test_nothing_is_loaded_from_elsewhere(text):
    assert not re.search(r"https?://|//\w+\.", text)
    assert 'name="viewport"' in text


def test_names_are_no_markup():
    assert "innerHTML" not in PAGE and "document.write" not in PAGE


def test_what_the_script_uses_is_there():
    used = set(re.findall(r'at\("(\w+)"\)', PAGE)) | set(re.findall(r'rows\("(\w+)"', PAGE))
    assert used and used <= set(re.findall(r'id="(\w+)"', PAGE))
