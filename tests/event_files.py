"""Event files as TensorFlow writes them, without TensorFlow; and waiting for who reads them."""

from helpers.tfrecords import framing

PREFIX = "events.out.tfevents.17957"
MAP = "DetectionBoxes_Precision/mAP"


def encoded(rows):
    """Serialized events: ``(step, tag, value)``, the value a number or the bytes of an image."""
    from tensorboard.compat.proto import event_pb2

    yield event_pb2.Event(wall_time=1.0, file_version="brain.Event:2").SerializeToString()
    for step, tag, value in rows:
        event = event_pb2.Event(wall_time=1.0 + step, step=step)
        one = event.summary.value.add(tag=tag)
        if isinstance(value, bytes):
            one.image.encoded_image_string = value
        else:
            one.simple_value = value
        yield event.SerializeToString()


def write(folder, rows, number=1):
    """Writes one event file, the ``number``-th of its folder; gives back its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{PREFIX}{number:05d}.host"
    with open(str(path), "wb") as stream:
        framing.write_frames(stream, encoded(rows))
    return path


def append(path, rows):
    """Appends events to a file that is there, as a job does that still trains."""
    with open(str(path), "ab") as stream:
        framing.write_frames(stream, list(encoded(rows))[1:])


def losses(steps, tag="loss_1", scale=1.0):
    """Rows of a loss that falls."""
    return [(step, tag, scale * 10 / (1 + step)) for step in steps]


def job(folder, steps=range(10, 60, 10), scale=1.0):
    """Event files of a job: a loss while training, and mAP of one evaluation."""
    write(folder / "checkpoints", losses(steps, scale=scale))
    last = list(steps)[-1]
    write(folder / "checkpoints" / "eval_0", [(last, MAP, 0.5 * scale), (last, "loss", scale)])
    return folder
