"""Which signature counts where several fit the same XML."""

import pytest
from annotation_files import write_annotations as write

from helpers.annotations.signatures.signature import first_fit
from helpers.annotations.signatures.xml_signatures import XML_SIGNATURES


@pytest.mark.parametrize(
    "content, tool",
    [
        ("<annotations><track/></annotations>", "CVAT XML"),
        ("<annotations/>", "Pascal VOC XML"),
        ("<annotation><images/></annotation>", "Pascal VOC XML"),
        ("<dataset/>", "Pascal VOC XML"),
        ("<sequence><other/></sequence>", "Pascal VOC XML"),
    ],
)
def test_the_outermost_tag_and_what_is_in_it_count(tmp_path, content, tool):
    assert first_fit(XML_SIGNATURES, write(tmp_path, "a.xml", content)).tool == tool


def test_a_file_of_another_suffix_is_known_by_its_tags_alone(tmp_path):
    assert first_fit(XML_SIGNATURES, write(tmp_path, "a.txt", "<annotation/>")) is None
    page = write(tmp_path, "b.txt", "<PcGts/>")
    assert first_fit(XML_SIGNATURES, page).tool == "PAGE XML of a document"
