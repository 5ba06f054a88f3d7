"""The live page in a real Chromium: what a person sees there and clicks, on a desk and a phone."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import cv2
import pytest
from mjpeg_camera import MjpegCamera
from waiting import until

CSS = "css selector"  # WebDriver's name of it
PROGRAM = Path(__file__).resolve().parents[1] / "walking_detection.py"
TOKEN = "Right-token.1"
WATCH = {
    "zones": [{"name": "hall", "polygon": [[0.02, 0.3], [0.98, 0.3], [0.98, 0.9], [0.02, 0.9]]}],
    "lines": [{"name": "door", "from": [0.5, 0.2], "to": [0.5, 0.95]}],
}
DESKTOP, PHONE = (1280, 800), (360, 640)
# A checksum of the image that the browser shows.
SHOWN = """
const image = document.getElementById("image"), canvas = document.createElement("canvas");
canvas.width = 64; canvas.height = 48;
if (!image.naturalWidth) return 0;
const context = canvas.getContext("2d");
context.drawImage(image, 0, 0, 64, 48);
return context.getImageData(0, 0, 64, 48).data.reduce((sum, v, i) => (sum + v * (i % 251)) % 1e9);
"""
OVERFLOWING = """
const width = document.documentElement.clientWidth;
return [...document.querySelectorAll("body *")].filter(one => {
  const box = one.getBoundingClientRect();
  const inline = getComputedStyle(one).display === "inline";
  const within = inline || one.scrollWidth <= one.clientWidth + 1;
  return box.width && (box.right > width + 1 || box.left < -1 || !within);
}).map(one => one.tagName + "#" + one.id);
"""


@pytest.fixture(scope="module")
def address(random_model, tmp_path_factory):
    """Of the page of a running detect.py."""
    watch = tmp_path_factory.mktemp("watch") / "watch.json"
    watch.write_text(json.dumps(WATCH))
    with MjpegCamera() as camera:
        arguments = [camera.address, "--output", "http://127.0.0.1:0", "--token", TOKEN]
        arguments += ["--watch", str(watch), "--model", str(random_model)]
        arguments += ["--track", "--backend", "opencv"]
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), *arguments],
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        for line in process.stderr:
            found = re.search(r"live page: (\S+)", line)
            if found:
                break
        yield found.group(1)
        process.terminate()
        error = process.stderr.read()
        assert process.wait(timeout=20) == 0, error
        process.stderr.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver")
    from selenium.webdriver.chrome.service import Service

    if not all(map(shutil.which, ("chromium", "chromedriver"))):
        pytest.skip("no Chromium here; sudo apt-get install -y chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    folder = tmp_path_factory.mktemp("chromium")
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-background-networking"):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={folder}")
    driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def page(browser, address):
    """The browser with the page, after a wrong token and the right one."""
    browser.get(address)
    for token in ("wrong", TOKEN):
        assert not browser.find_elements(CSS, "#image")
        browser.find_element(CSS, "input").send_keys(token)
        browser.find_element(CSS, "button").click()
    until(lambda: text(browser, "rate") not in ("", "-"))
    return browser


@pytest.fixture()
def sized(page):
    """Makes the page as large as a screen."""

    def make(width, height):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1}
        page.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {**metrics, "mobile": width < 600}
        )
        page.refresh()
        until(lambda: text(page, "rate") not in ("", "-"))
        return page

    yield make
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def text(page, name):
    return page.execute_script(
        "const one = document.getElementById(arguments[0]); return one ? one.innerText : ''", name
    )


def changes(read, times=3):
    """Whether something read from the page takes so many values, one after the other."""
    seen = [read()]
    while len(seen) < times:
        until(lambda: read() not in (None, seen[-1]))
        seen.append(read())
    return True


def counted(page):
    # At once: the page makes its rows anew, twice a second.
    return list(map(int, re.findall(r"\d+$", text(page, "counts"), re.MULTILINE)))


def test_everything_on_it_moves(page):
    assert changes(lambda: page.execute_script(SHOWN) or None, 5)
    assert changes(lambda: text(page, "frame"))
    assert float(text(page, "rate")) > 1
    assert re.fullmatch(r"\S.* #\d+\s+87 %", text(page, "detections"))
    assert "door, in" in text(page, "counts") and "door, out" in text(page, "counts")
    before = sum(counted(page))
    until(lambda: sum(counted(page)) > before + 1)
    assert text(page, "alarm") == ""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_overflows(sized, size):
    page = sized(*size)
    until(lambda: page.execute_script(SHOWN))
    assert page.execute_script(OVERFLOWING) == []
    wide = page.execute_script("return document.documentElement.scrollWidth")
    assert wide <= size[0]
    image = page.find_element(CSS, "#image").rect
    assert image["width"] > 0.5 * size[0] and image["height"] <= size[1]


def test_pause_and_go_on(page):
    button = page.find_element(CSS, "#pause")
    button.click()
    until(lambda: page.execute_script(SHOWN))
    still = (page.execute_script(SHOWN), text(page, "frame"))
    time.sleep(1.5)
    assert (page.execute_script(SHOWN), text(page, "frame")) == still
    button.click()
    assert changes(lambda: page.execute_script(SHOWN) or None)
    assert changes(lambda: text(page, "frame"))


def test_the_frame_is_saved(page, tmp_path):
    behaviour = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.execute_cdp_cmd("Page.setDownloadBehavior", behaviour)
    page.find_element(CSS, "#save").click()
    saved = tmp_path / "frame.jpg"
    until(saved.exists)
    assert cv2.imread(str(saved)).shape == (120, 160, 3)


def test_json_opens_beside_the_page(page):
    first = page.current_window_handle
    page.find_element(CSS, "#json").click()
    until(lambda: len(page.window_handles) == 2)
    page.switch_to.window(page.window_handles[1])
    try:
        state = json.loads(until(lambda: page.find_element(CSS, "pre").text))
    finally:
        page.close()
        page.switch_to.window(first)
    assert state["detections"][0]["zones"] == ["hall"]
    assert set(state["counts"]["door"]) == {"in", "out"}


def frames_in(address, seconds):
    """How many frames are detected in a time."""

    def number():
        request = f"{address}detections.json?token={TOKEN}"
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read().decode())["frame"]

    before = number()
    time.sleep(seconds)
    return number() - before


def test_two_windows_and_clients_that_hang_do_not_slow_detection(page, address):
    port = int(re.search(r":(\d+)/", address).group(1))
    first = page.current_window_handle
    page.get("about:blank")
    alone = frames_in(address, 2)
    hanging = [socket.create_connection(("127.0.0.1", port)) for _ in range(4)]
    for client in hanging:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        client.sendall(f"GET /stream.mjpg?token={TOKEN} HTTP/1.0\r\n\r\n".encode())
    page.get(address)
    page.switch_to.new_window("window")
    second = page.current_window_handle
    page.get(address)
    try:
        until(lambda: page.execute_script(SHOWN))
        assert frames_in(address, 2) > 0.5 * alone
        for window in (first, second):
            page.switch_to.window(window)
            assert changes(lambda: page.execute_script(SHOWN) or None)
    finally:
        for client in hanging:
            client.close()
        page.switch_to.window(second)
        page.close()
        page.switch_to.window(first)


def test_the_console_stays_empty(page):
    messages = [entry["message"] for entry in page.get_log("browser")]
    # Of the wrong token, and of the window with JSON alone, for which Chromium wants an icon.
    expected = re.compile(r"/favicon\.ico |status of 403")
    assert [one for one in messages if not expected.search(one)] == []
