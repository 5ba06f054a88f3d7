"""Bytes counted from several threads."""

from concurrent.futures import ThreadPoolExecutor

from helpers.aws import s3_progress


class SlowBar:
    """A bar that another thread can come between."""

    def __init__(self, **options):
        self.options, self.n, self.closed = options, 0, False

    def update(self, count):
        before = self.n
        for _ in range(100):
            pass
        self.n = before + count

    def close(self):
        self.closed = True


def test_no_byte_is_lost_between_threads(monkeypatch):
    monkeypatch.setattr(s3_progress, "tqdm", SlowBar)
    with s3_progress.ByteBar("fetch", 30000) as bar, ThreadPoolExecutor(8) as pool:
        list(pool.map(bar.add, [2] * 10000))
        list(pool.map(lambda count: bar.on_progress(bytes_transferred=count), [2, -1] * 10000))
        drawn = bar._bar
    assert drawn.n == drawn.options["total"] == 30000
    assert drawn.options["desc"] == "fetch" and drawn.closed
