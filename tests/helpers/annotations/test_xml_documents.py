"""XML files of one format; broken ones among them are findings."""

import pytest

from helpers.annotations import xml_documents
from helpers.structures.errors import BadInput

ENTITY = "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"


def documents(source, findings):
    return list(xml_documents.documents(source, "a", "letters", findings))


def test_the_files_of_a_folder_are_read_and_others_are_findings(tmp_path):
    contents = {"1": "<a/>", "2": "<b/>", "3": "<a>", "4": ENTITY, "5": "<a><c/></a>"}
    for name, content in contents.items():
        (tmp_path / f"{name}.xml").write_text(content)
    findings = []
    read = documents(tmp_path, findings)
    assert [(path.stem, len(root)) for path, root in read] == [("1", 0), ("5", 1)]
    assert [finding.code for finding in findings] == [
        "annotation-other-format",
        "annotation-broken-file",
        "annotation-broken-file",
    ]


@pytest.mark.parametrize(
    "content",
    ["<b/>", "<a>", "", ENTITY, "version https://git-lfs.github.com/spec/v1\n"],
    ids=["another", "broken", "empty", "entities", "pointer"],
)
def test_a_source_without_any_is_refused(tmp_path, content):
    (tmp_path / "x.xml").write_text(content)
    for source in (tmp_path, tmp_path / "x.xml"):
        with pytest.raises(BadInput, match="x.xml"):
            documents(source, [])
