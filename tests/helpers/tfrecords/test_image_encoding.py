"""What training sees of an image, by the Object Detection API's decoder."""

import io

import numpy as np
import pytest
from builders import spoilt_jpeg
from PIL import Image

from helpers.structures.errors import BadInput
from helpers.tfrecords import image_encoding, tfrecord


@pytest.fixture()
def decode_record(decoded, three_labels):
    """Writes one record and decodes it."""

    def decode(record, images, out, **options):
        (example,) = decoded(
            tfrecord.write(
                [record], three_labels, images, out, tfrecord.RecordOptions(**options)
            ).paths
        )
        return example

    return decode


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


def corner_colours(image):
    """Which corner is which, roughly: grey levels in steps of 255."""
    return [np.rint(image[y, x] / 255).astype(int).tolist() for y in (1, -2) for x in (1, -2)]


PAINTED = [[0, 0, 1], [1, 0, 0], [0, 1, 1], [1, 1, 0]]
UPSIDE_DOWN = PAINTED[::-1]
MIRRORED = [PAINTED[corner] for corner in (1, 0, 3, 2)]
TURNED_RIGHT = [PAINTED[corner] for corner in (2, 0, 3, 1)]
TURNED_LEFT = [PAINTED[corner] for corner in (1, 3, 0, 2)]


def test_a_good_jpeg_is_passed_on_byte_for_byte(tmp_path, paint, record):
    path = paint(tmp_path / "a.jpg")
    for verified in (False, True):
        assert image_encoding.encode(record("a.jpg"), tmp_path, verified=verified) == (
            path.read_bytes(),
            40,
            30,
        )


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"progressive": True}, id="progressive"),
        pytest.param({"quality": 30}, id="low quality"),
        pytest.param({"optimize": True}, id="optimized"),
        pytest.param({"subsampling": 0}, id="no subsampling"),
    ],
)
def test_common_kinds_of_jpeg_are_passed_on(tmp_path, record, options):
    Image.radial_gradient("L").convert("RGB").save(str(tmp_path / "a.jpg"), **options)
    encoded = image_encoding.encode(record("a.jpg", size=(256, 256)), tmp_path)
    assert encoded.content == (tmp_path / "a.jpg").read_bytes()


@pytest.mark.parametrize(
    "name, mode, kind, colours",
    [
        pytest.param("a.jpg", "RGB", "JPEG", PAINTED, id="JPEG"),
        pytest.param("a.png", "RGB", None, PAINTED, id="PNG"),
        pytest.param("png.jpg", "RGB", "PNG", PAINTED, id="PNG named jpg"),
        pytest.param("a.jpg", "CMYK", "JPEG", PAINTED, id="CMYK"),
        pytest.param("a.png", "P", "PNG", PAINTED, id="palette"),
        pytest.param("a.bmp", "RGB", "BMP", PAINTED, id="BMP"),
        pytest.param("a.webp", "RGB", "WEBP", PAINTED, id="WebP"),
        pytest.param("a.tif", "RGB", "TIFF", PAINTED, id="TIFF"),
        pytest.param("a.gif", "RGB", "GIF", PAINTED, id="GIF"),
        pytest.param("a.png", "I;16", "PNG", [[0] * 3, [1] * 3] * 2, id="16-bit PNG"),
        pytest.param("a.tif", "I;16", "TIFF", [[0] * 3, [1] * 3] * 2, id="16-bit TIFF"),
    ],
)
@pytest.mark.parametrize("max_side", [0, 40])
def test_training_sees_every_kind_of_image_as_people_do(
    tmp_path, paint, record, decode_record, name, mode, kind, colours, max_side
):
    paint(tmp_path / name, (80, 60), mode, kind)
    example = decode_record(
        record(name, size=(80, 60)), tmp_path, tmp_path / "a.record", max_side=max_side
    )
    assert example["image"].shape == ((30, 40, 3) if max_side else (60, 80, 3))
    assert corner_colours(example["image"]) == colours


def test_sixteen_bits_keep_their_middle_greys(tmp_path, paint, record, decode_record):
    paint(tmp_path / "a.png", (64, 32), "I;16")
    image = decode_record(record("a.png", size=(64, 32)), tmp_path, tmp_path / "a.record")["image"]
    assert abs(image.mean() - 127.5) < 1
    assert 55 < image[:, 16].mean() < 75


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_stays_grey(tmp_path, paint, record, decode_record, mode):
    paint(tmp_path / "a.png", (64, 32), mode)
    image = decode_record(record("a.png", size=(64, 32)), tmp_path, tmp_path / "a.record")["image"]
    expected = np.asarray(Image.open(str(tmp_path / "a.png")).convert("RGB")).astype(int)
    assert abs(image.astype(int) - expected).mean() < 8
    assert np.ptp(image, axis=2).max() <= 2


@pytest.mark.parametrize("transparent", ["alpha", "colour"])
def test_what_is_transparent_becomes_white(tmp_path, record, decode_record, transparent):
    if transparent == "alpha":
        Image.new("RGBA", (40, 30), (255, 0, 0, 0)).save(str(tmp_path / "a.png"))
    else:
        Image.new("RGB", (40, 30), (255, 0, 0)).save(
            str(tmp_path / "a.png"), transparency=(255, 0, 0)
        )
    assert decode_record(record("a.png"), tmp_path, tmp_path / "a.record")["image"].min() >= 253


@pytest.mark.parametrize(
    "orientation, size, colours",
    [
        pytest.param(6, (80, 60), PAINTED, id="drawn before rotation"),
        pytest.param(6, (60, 80), TURNED_RIGHT, id="turned right"),
        pytest.param(1, (80, 60), PAINTED, id="upright"),
        pytest.param(3, (80, 60), UPSIDE_DOWN, id="upside down"),
        pytest.param(8, (60, 80), TURNED_LEFT, id="turned left"),
        pytest.param(2, (80, 60), MIRRORED, id="mirrored"),
        pytest.param(4, (80, 60), MIRRORED[::-1], id="mirrored upside down"),
    ],
)
@pytest.mark.parametrize("max_side", [0, 40])
def test_the_pixels_are_in_the_frame_the_boxes_were_drawn_in(
    tmp_path, paint, record, decode_record, orientation, size, colours, max_side
):
    paint(tmp_path / "a.jpg", (80, 60), orientation=orientation)
    example = decode_record(
        record("a.jpg", ("cat", 0, 0, size[0] / 2, size[1] / 4), size=size),
        tmp_path,
        tmp_path / "a.record",
        max_side=max_side,
    )
    factor = max_side / 80 or 1
    assert example["image"].shape == (size[1] * factor, size[0] * factor, 3)
    assert corner_colours(example["image"]) == colours
    np.testing.assert_allclose(example["groundtruth_boxes"], [[0, 0, 0.25, 0.5]])


def test_no_reader_turns_the_pixels_again(tmp_path, paint, record):
    import cv2

    paint(tmp_path / "a.jpg", (80, 60), orientation=6)
    content, width, height = image_encoding.encode(record("a.jpg", size=(80, 60)), tmp_path)
    by_opencv = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert by_opencv.shape == (height, width, 3) == (60, 80, 3)


@pytest.mark.parametrize(
    "size, max_side, expected",
    [
        pytest.param((80, 60), 40, (40, 30), id="landscape"),
        pytest.param((60, 80), 40, (30, 40), id="portrait"),
        pytest.param((80, 60), 80, (80, 60), id="same size"),
        pytest.param((80, 60), 500, (80, 60), id="already smaller"),
        pytest.param((80, 60), 0, (80, 60), id="every pixel"),
        pytest.param((200, 2), 50, (50, 1), id="narrow"),
    ],
)
def test_a_smaller_copy_keeps_relative_boxes(
    tmp_path, paint, record, decode_record, three_labels, size, max_side, expected
):
    paint(tmp_path / "a.jpg", size)
    width, height = size
    annotated = record("a.jpg", ("cat", 0.25 * width, 0, width, 0.5 * height), size=size)
    example = decode_record(annotated, tmp_path, tmp_path / "a.record", max_side=max_side)
    assert example["image"].shape == (expected[1], expected[0], 3)
    np.testing.assert_allclose(example["groundtruth_boxes"], [[0, 0.25, 0.5, 1]])
    (back,) = tfrecord.read([tmp_path / "a.record"], three_labels)
    assert (back.width, back.height) == expected
    np.testing.assert_allclose(
        back.objects.boxes, [[0.25 * expected[0], 0, expected[0], 0.5 * expected[1]]]
    )


def photo(width, height):
    """Soft shapes with grain, as a camera sees them."""
    chosen = np.random.RandomState(0)
    coarse = Image.fromarray(chosen.randint(0, 256, (height // 200, width // 200, 3), np.uint8))
    smooth = np.asarray(coarse.resize((width, height), Image.BICUBIC), float)
    grain = chosen.normal(0, 6, (height, width, 1))
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    "size, max_side",
    [
        pytest.param((2400, 1800), 600, id="a quarter"),
        pytest.param((2400, 1800), 320, id="less than an eighth"),
        pytest.param((1800, 2400), 280, id="portrait"),
        pytest.param((1280, 960), 600, id="about a half"),
    ],
)
def test_decoding_at_a_part_of_the_size_costs_no_quality(tmp_path, record, size, max_side):
    photo(*size).save(str(tmp_path / "a.jpg"), quality=92)
    content, width, height = image_encoding.encode(record("a.jpg", size=size), tmp_path, max_side)
    with Image.open(str(tmp_path / "a.jpg")) as full:
        expected_image = full.resize((width, height), Image.LANCZOS)
    saved = io.BytesIO()
    expected_image.save(saved, "JPEG", quality=95)

    def psnr(content):
        return 10 * np.log10(
            255**2 / np.mean((pixels(content) - np.asarray(expected_image)) ** 2.0)
        )

    # Saving as JPEG costs something as well; what is lost before may hardly add to that.
    assert psnr(content) > psnr(saved.getvalue()) - 1 and psnr(content) > 38


@pytest.mark.parametrize("fault", ["end", "cut", "tables"])
def test_what_does_not_decode_is_named(tmp_path, paint, record, fault):
    path = paint(tmp_path / "a.jpg")
    path.write_bytes(spoilt_jpeg(path.read_bytes(), fault))
    with pytest.raises(BadInput, match="a.jpg: .*decode"):
        image_encoding.encode(record("a.jpg"), tmp_path)


@pytest.mark.parametrize("fault", ["junk", "mark"])
def test_a_jpeg_that_only_pillow_reads_is_saved_again(
    tmp_path, paint, record, decode_record, fault
):
    path = paint(tmp_path / "a.jpg")
    path.write_bytes(spoilt_jpeg(path.read_bytes(), fault))
    example = decode_record(record("a.jpg"), tmp_path, tmp_path / "a.record")
    assert corner_colours(example["image"]) == PAINTED


def test_a_verified_image_is_not_decoded_again(tmp_path, paint, record, monkeypatch):
    paint(tmp_path / "a.jpg")
    decoded_images = []
    monkeypatch.setattr(image_encoding, "decode_coarsely", decoded_images.append)
    image_encoding.encode(record("a.jpg"), tmp_path, verified=True)
    assert not decoded_images
    image_encoding.encode(record("a.jpg"), tmp_path)
    assert len(decoded_images) == 1
