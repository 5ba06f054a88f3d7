"""What the options choose is what runs."""

import json


def test_a_folder_is_read_and_written(run_detect, random_model, photos):
    ran = run_detect(photos, "out", "--model", random_model, "--json", "--headless")
    assert ran.returncode == 0, ran.stderr
    names = sorted(path.name for path in photos.iterdir())
    assert [json.loads(line)["source"] for line in ran.stdout.splitlines()] == names
    assert sorted(path.name for path in (photos.parent / "out").iterdir()) == names


def test_what_runs_is_said_once(run_detect, random_model, photos):
    arguments = (photos, "--model", random_model, "--json")
    chosen = run_detect(*arguments)
    assert chosen.returncode == 0, chosen.stderr
    (notice,) = chosen.notices
    assert "opencv" in notice and "tflite" in notice and " ms an image" in notice
    assert run_detect(*arguments, "--backend", "opencv").notices == []


def test_tiles_are_looked_at_and_their_cost_is_said(run_detect, random_model, images):
    options = ("--model", random_model, "--backend", "opencv", "--json", "--threshold", "0.2")
    plain, tiled = (run_detect(images[1], *options, *more) for more in ((), ("--tiles", "2x2")))
    assert (plain.returncode, tiled.returncode) == (0, 0), tiled.stderr
    assert json.loads(plain.stdout)["detections"] != json.loads(tiled.stdout)["detections"]
    assert "tiles" in tiled.stderr and "tiles" not in plain.stderr


def test_a_command_runs_for_each_image_with_its_class(run_detect, random_model, photos, tmp_path):
    label = (random_model / "labels.txt").read_text().splitlines()[0]
    options = ("--model", random_model, "--threshold", "0.05", "--json", "--headless")
    ran = run_detect(photos, *options, "--on", label, 'echo "$DETECT_SOURCE" >> names')
    assert ran.returncode == 0, ran.stderr
    seen = [json.loads(line) for line in ran.stdout.splitlines()]
    with_label = [
        one["source"] for one in seen if label in [found["label"] for found in one["detections"]]
    ]
    assert with_label and sorted((tmp_path / "names").read_text().split()) == sorted(with_label)


def test_what_the_model_is_unsure_of_is_collected(run_detect, random_model, photos, tmp_path):
    options = ("--model", random_model, "--json", "--headless", "--collect", "home")
    ran = run_detect(photos, *options, "--collect-limit", "2")
    assert (ran.returncode, ran.stdout.count("\n")) == (0, 3), ran.stderr
    stems = [sorted(path.stem for path in (tmp_path / "home" / part).iterdir()) for part in PARTS]
    assert stems[0] == stems[1] and len(stems[0]) == 2


PARTS = ("img", "drafts")
