"""An earlier split is kept: images stay where they were when others come and go."""

from builders import all_match, data_sets, of_labels, paths, splits_of
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.splitting.split import split
from helpers.structures.errors import BadInput


@settings(max_examples=60, deadline=None)
@given(data_sets(), st.sampled_from([0.5, 0.7]), st.sampled_from([0, 0.2]), st.data())
def test_images_stay_where_they_were_when_others_come_and_go(data, fraction, test, choice):
    records, groups = data
    former = choice.draw(st.lists(st.sampled_from(records), min_size=12, unique=True))
    try:
        earlier = splits_of(split(former, fraction, 1, test, groups))
        gone = choice.draw(st.lists(st.sampled_from(former), max_size=3))
        now = [record for record in records if record not in gone]
        result = split(now, fraction, 2, test, groups, earlier)
    except BadInput as error:
        assert any(words in str(error) for words in ("nothing for", "in training", "one image"))
        return
    splits = splits_of(result)
    assert sorted(splits) == paths(now)
    kept = {path: part for path, part in earlier.items() if path in splits}
    assert {path: splits[path] for path in kept} == kept and result.kept == len(kept)
    followed = {groups[path]: part for path, part in kept.items() if path in groups}
    for path in splits:
        assert splits[path] == followed.get(groups.get(path), splits[path])


def test_new_images_fill_up_what_a_split_lacks():
    records = of_labels(["cat"] * 40)
    earlier = {record.path: "train" for record in records[:30]}
    result = split(records, 0.75, earlier=earlier)
    assert paths(result.train) == paths(records[:30]) and result.kept == 30


def test_near_duplicates_that_were_apart_meet_in_the_first_of_their_splits():
    records = of_labels(["cat"] * 8)
    earlier = dict(zip(paths(records), ["train", "eval", "eval", "test"] * 2))
    result = split(
        records,
        0.25,
        test=0.25,
        groups={"000.jpg": 1, "001.jpg": 1, "002.jpg": 2, "003.jpg": 2},
        earlier=earlier,
    )
    splits = splits_of(result)
    assert (splits["001.jpg"], splits["003.jpg"], result.kept) == ("train", "eval", 6)
    assert {path: part for path, part in earlier.items() if path > "004.jpg"} == {
        path: part for path, part in splits.items() if path > "004.jpg"
    }
    moved = [finding for finding in result.findings if finding.code == "split-image-moved"]
    assert [finding.path for finding in moved] == ["001.jpg", "003.jpg"]
    assert all_match(["eval to train", "test to eval"], [finding.message for finding in moved])


def test_names_that_are_no_split_are_ignored():
    records = of_labels(["cat"] * 4)
    result = split(records, 0.5, earlier={"000.jpg": "test", "001.jpg": "fold_1", "z.jpg": "train"})
    assert (len(result.train), result.kept, result.findings) == (2, 0, [])
