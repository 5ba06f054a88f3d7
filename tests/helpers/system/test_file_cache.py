"""Unchanged files are not read twice, and a cache that cannot be used only costs time."""

import json
import os

import pytest

from helpers.system import file_cache

calls = []


def length(path):
    calls.append(os.path.basename(path))
    return json.dumps({"length": len(open(path).read()) if os.path.exists(path) else None})


@pytest.fixture()
def files(tmp_path):
    for name in "abc":
        (tmp_path / name).write_text(name * 5)
    calls.clear()
    return [str(tmp_path / name) for name in "abc"]


def ask(files, cache, version=1, description="measuring"):
    calls.clear()
    results = file_cache.map_files(length, files, description, version, cache)
    return [result["length"] for result in results], calls[:]


def test_only_what_has_changed_is_read_again(files, tmp_path):
    cache = tmp_path / "sub" / "cache.sqlite"
    assert ask(files, cache) == ([5, 5, 5], ["a", "b", "c"])
    assert ask(files, cache) == ([5, 5, 5], [])
    with open(files[1], "a") as stream:
        stream.write("more")
    assert ask(files, cache) == ([5, 9, 5], ["b"])
    os.utime(files[2], ns=(1, 1))
    assert ask(files, cache) == ([5, 9, 5], ["c"])
    assert ask(files[::-1], cache) == ([5, 9, 5], [])


def test_another_version_or_description_is_computed_anew(files, tmp_path):
    cache = tmp_path / "cache.sqlite"
    ask(files, cache)
    assert ask(files, cache, version=2)[1] == ["a", "b", "c"]
    assert ask(files, cache, description="weighing")[1] == ["a", "b", "c"]
    assert ask(files, cache)[1] == []


def test_a_file_that_is_not_there_is_never_remembered(files, tmp_path):
    cache, gone = tmp_path / "cache.sqlite", str(tmp_path / "d")
    assert ask([gone], cache) == ([None], ["d"])
    (tmp_path / "d").write_text("now")
    assert ask([gone], cache) == ([3], ["d"])


def test_a_name_need_not_be_text(tmp_path):
    odd, cache = os.fsdecode(bytes(tmp_path) + b"/b\xe4r"), tmp_path / "cache.sqlite"
    with open(odd, "w") as stream:
        stream.write("seven..")
    assert ask([odd], cache) == ([7], [os.path.basename(odd)])
    assert ask([odd], cache) == ([7], [])


def test_nothing_is_kept_without_a_cache(files):
    assert ask(files, None)[1] == ask(files, None)[1] == ["a", "b", "c"]
    assert file_cache.map_files(length, [], "measuring", 1, None) == []


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda cache: cache.write_bytes(b"no database" * 100), id="no database"),
        pytest.param(lambda cache: cache.mkdir(), id="folder"),
    ],
)
def test_a_cache_that_cannot_be_used_is_reported_and_everything_is_read(
    files, tmp_path, caplog, spoil
):
    cache = tmp_path / "cache.sqlite"
    spoil(cache)
    assert ask(files, cache) == ([5, 5, 5], ["a", "b", "c"])
    assert "cache.sqlite: " in caplog.text


def test_cached_results_are_looked_up_without_a_call(files, tmp_path):
    cache = tmp_path / "cache.sqlite"
    ask(files[:2], cache)
    calls.clear()
    results = file_cache.lookup(files, "measuring", 1, cache)
    assert (results, calls) == ([{"length": 5}, {"length": 5}, None], [])
    assert file_cache.lookup(files, "measuring", 2, cache) == [None] * 3
