"""Notebook 5 in a real Chromium: plots, TensorBoard in its frame, the button that ends it."""

import contextlib
import io
import shutil
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import event_files
import pytest
from PIL import Image

from helpers.system.notebook_server import NotebookServer
from helpers.training.tensorboard import TensorBoard

pytest.importorskip("selenium.webdriver")

CSS = "css selector"  # WebDriver's name of it
NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "05_tensorboard.ipynb"
PLOT, IMAGES, BOARD, STOP = (4, 7, 8, 9)  # numbers of the cells
# TensorBoard's elements lie in each other's shadows, where no selector reaches.
LINES = """
function within(node) {
  const shadow = node.shadowRoot ? [...node.shadowRoot.children] : [];
  return [node, ...[...shadow, ...node.children].flatMap(within)];
}
return within(document.body).filter(node => node.tagName == 'VZ-LINE-CHART2')
  .flatMap(chart => [...chart.shadowRoot.querySelectorAll('.main path[d]')]).length;
"""

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("chromium", "chromedriver"))),
    reason="no Chromium here; sudo apt-get install -y chromium chromium-driver",
)


@pytest.fixture(scope="module")
def watched(folder, open_in_tab):
    """The notebook on two jobs, one of which was evaluated twice, with an image."""
    jobs = folder / "work" / "jobs"
    for number in (1, 2):
        event_files.job(jobs / f"job-{number}", scale=0.7 * number)
    stream = io.BytesIO()
    Image.new("RGB", (600, 300)).save(stream, "PNG")
    rows = [(60, "Detections/0/0", stream.getvalue()), (60, event_files.MAP, 0.8)]
    event_files.write(jobs / "job-1" / "checkpoints" / "eval_0", rows, number=2)
    with open_in_tab(NOTEBOOK) as page:
        yield page


def require_runs_and_charts(driver, until):
    """Waits for the runs by their names, and for lines in the charts."""
    until(lambda: "job-2/eval_0" in driver.find_element(CSS, "body").text)
    until(lambda: driver.execute_script(LINES))


def test_every_cell_runs_and_plots_arrive(watched, until):
    assert watched.errors() == []
    for number in (PLOT, IMAGES):
        image = watched.within(number, "img")
        assert until(lambda image=image: image.get_property("naturalWidth")) > 300


def test_tensorboard_is_in_its_frame_and_ends_by_the_button(watched, until):
    frame = watched.within(BOARD, "iframe")
    address = watched.within(BOARD, "a").get_attribute("href")
    assert frame.get_attribute("src") == address and frame.size["height"] >= 800
    watched.driver.switch_to.frame(frame)
    try:
        require_runs_and_charts(watched.driver, until)
    finally:
        watched.driver.switch_to.parent_frame()
    watched.within(STOP, "button").click()
    until(lambda: not watched.within(STOP, "button").is_enabled())
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=5)


@contextlib.contextmanager
def proxy(target, prefix):
    """The URL of a server that passes on what begins with a prefix, as jupyter-server-proxy."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            if not self.path.startswith(prefix):
                self.send_error(404)
                return
            with urllib.request.urlopen(target + self.path[len(prefix) :]) as answer:
                content = answer.read()
                self.send_response(answer.status)
                for name in ("Content-Type", "Content-Encoding"):
                    if answer.headers[name]:
                        self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_behind_studios_proxy(watched, folder, until):
    logdir = folder / "work" / "tensorboard" / "logdir"
    board = TensorBoard(".", logdir, folder / "board.log")
    path = NotebookServer("/jupyter/default/", True).address(board.port)
    try:
        with proxy(board.url, path) as server:
            watched.driver.get(server + path)
            require_runs_and_charts(watched.driver, until)
    finally:
        board.stop()
