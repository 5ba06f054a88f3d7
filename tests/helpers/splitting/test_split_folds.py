"""Folds: each image is in eval in one of them, and the test split is the same in all."""

import pytest
from builders import all_match, data_sets, of_labels, paths, splits_of
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.splitting.split import fold_names, folds
from helpers.structures.errors import BadInput


@settings(max_examples=60, deadline=None)
@given(data_sets(), st.integers(2, 4), st.sampled_from([0, 0.25]), st.integers(0, 9))
def test_each_image_is_in_eval_in_one_fold_and_in_training_in_the_others(data, count, test, seed):
    records, groups = data
    try:
        result = folds(records, count, seed, test, groups)
    except BadInput as error:
        assert "nothing for" in str(error)
        return
    tested = paths(result[0].test)
    assert sorted(tested + [path for fold in result for path in paths(fold.eval)]) == paths(records)
    for fold in result:
        assert sorted(splits_of(fold)) == paths(records) and paths(fold.test) == tested
        splits = splits_of(fold)
        assert len({(group, splits[path]) for path, group in groups.items()}) == len(
            set(groups.values())
        )
    earlier = {
        path: name for name, fold in zip(fold_names(count), result) for path in paths(fold.eval)
    }
    second = folds(
        records, count, seed + 1, test, groups, {**earlier, **dict.fromkeys(tested, "test")}
    )
    assert list(map(splits_of, second)) == list(map(splits_of, result))


def test_what_a_fold_lacks_is_a_finding_and_no_error():
    result = folds(of_labels(["cat"] * 8 + ["lynx"]), 3)
    findings = [finding for fold in result for finding in fold.findings]
    holder = next(
        number for number, fold in enumerate(result, start=1) if "008.jpg" in paths(fold.eval)
    )
    assert {finding.code for finding in findings} == {"split-missing-class"}
    assert all_match(
        [
            f"'lynx' in {'train' if number == holder else 'eval'} of fold_{number}, "
            for number in (1, 2, 3)
        ],
        [finding.message for finding in findings],
    )


@pytest.mark.parametrize("count", [-1, 0, 1])
def test_fewer_than_two_folds_are_refused(count):
    with pytest.raises(BadInput, match=f" {count} folds, .*two"):
        folds(of_labels(["cat"] * 10), count)
