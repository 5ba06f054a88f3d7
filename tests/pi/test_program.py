"""What the options choose is what runs."""

import json


def test_a_folder_is_read_and_written(run_detect, random_model, photos):
    ran = run_detect(photos, "out", "--model", random_model, "--json", "--headless")
    assert ran.returncode == 0, ran.stderr
    names = sorted(path.name for path in photos.iterdir())
    assert [json.loads(line)["source"] for line in ran.stdout.splitlines()] == names
    assert sorted(path.name for path in (photos.parent / "out").iterdir()) == names
