"""Near-duplicates, compared with what comparing each image with every other finds."""

import itertools
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers.validation import image_probe, near_duplicates
from helpers.validation.image_probe import ImageProbe


def probes(*images):
    """Probes with a digest and a hash each; ``None`` for an image that was not decoded."""
    return {
        f"{number:03d}.jpg": ImageProbe(None)
        if image is None
        else ImageProbe(None, "", True, *image)
        for number, image in enumerate(images)
    }


def together(groups):
    """The sets of two and more, sorted."""
    members = {}
    for path in sorted(groups):
        members.setdefault(groups[path], []).append(int(path[:3]))
    assert all(f"{numbers[0]:03d}.jpg" == first for first, numbers in members.items())
    return sorted(numbers for numbers in members.values() if len(numbers) > 1)


FAR, BASE = 0xF0F0F0F0F0F0F0F0, 0x0123456789ABCDEF


@pytest.mark.parametrize(
    "images, expected",
    [
        ([], []),
        ([("a", BASE), ("b", FAR)], []),
        ([("a", BASE), ("b", FAR), ("a", BASE)], [[0, 2]]),
        ([("a", BASE), ("b", BASE ^ 0x1), ("c", BASE ^ 0x8000000100000001)], [[0, 1, 2]]),
        ([("a", BASE), ("b", BASE ^ 0x1000100010001)], []),
        # The last is like both of the others, which are not like each other.
        ([("a", BASE), ("b", BASE ^ 0x3F), ("c", BASE ^ 0x7)], [[0, 1, 2]]),
        ([("a", 0), ("b", 0), ("c", 2**64 - 1), ("d", 2**64 - 1)], []),
        ([("a", 0), ("b", 1), ("a", 0)], [[0, 2]]),
        ([None, ("a", BASE), None, ("b", BASE)], [[1, 3]]),
    ],
    ids=[
        "none",
        "different",
        "same file",
        "same hash",
        "four bits",
        "chain",
        "flat",
        "flat file",
        "undecoded",
    ],
)
def test_groups(images, expected):
    groups = near_duplicates.groups(probes(*images))
    assert together(groups) == expected and sorted(groups) == sorted(probes(*images))


def by_comparing(hashes):
    """The same by comparing each hash with every other, for as long as sets grow together."""
    sets = [{number} for number in range(len(hashes))]
    for first, second in itertools.combinations(range(len(hashes)), 2):
        distance = bin(hashes[first] ^ hashes[second]).count("1")
        if distance <= 3 and sets[first] is not sets[second]:
            joined = sets[first] | sets[second]
            for number in joined:
                sets[number] = joined
    return sorted({tuple(sorted(group)) for group in sets if len(group) > 1})


@pytest.mark.parametrize("seed", range(20))
def test_no_pair_is_missed_in_bursts(seed):
    random, hashes = Random(seed), []
    for _ in range(6):
        scene = random.getrandbits(64)
        for _ in range(8):
            frame = scene
            for _ in range(random.randrange(5)):
                frame ^= 1 << random.randrange(64)
            hashes.append(frame)
            scene = random.choice([scene, frame])
    random.shuffle(hashes)
    images = [(str(number), dhash) for number, dhash in enumerate(hashes)]
    groups = together(near_duplicates.groups(probes(*images)))
    assert list(map(tuple, groups)) == by_comparing(hashes)


def test_photos_saved_again_belong_together(tmp_path):
    rough = np.random.RandomState(0).randint(0, 256, (2, 6, 8, 3)).astype(np.uint8)
    for name, pixels in zip("ab", rough):
        photo = Image.fromarray(pixels).resize((320, 240), Image.BICUBIC)
        photo.save(str(tmp_path / f"{name}1.jpg"), quality=95)
        photo.resize((160, 120), Image.BILINEAR).save(str(tmp_path / f"{name}2.png"))
    names = ["a1.jpg", "a2.png", "b1.jpg", "b2.png"]
    groups = near_duplicates.groups(image_probe.probe_images(names, tmp_path))
    assert [groups[name] for name in names] == ["a1.jpg", "a1.jpg", "b1.jpg", "b1.jpg"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.lists(st.integers(0, 63), max_size=3)), max_size=30)
)
def test_partners_are_those_of_the_plain_search(changes):
    """Four images, copies of which differ in up to three bits each, so by up to six."""
    originals = [int(value) for value in np.random.RandomState(7).randint(0, 2**62, 4)]
    hashes = []
    for which, bits in changes:
        value = originals[which]
        for bit in bits:
            value ^= 1 << bit
        hashes.append(value)
    partners = near_duplicates.partners(np.array(hashes, np.uint64))
    for later, partner in enumerate(partners):
        near = [
            other for other in range(later) if bin(hashes[other] ^ hashes[later]).count("1") <= 3
        ]
        assert partner in near if near else partner == -1
