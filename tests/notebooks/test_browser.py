"""Notebook 1 in JupyterLab in a real Chromium: widgets that fail to load are seen nowhere else."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "01_annotate_inspect.ipynb"
PROGRAMS = [shutil.which(name) for name in ("chromium", "chromedriver")]
CELLS = sum(cell["cell_type"] == "code" for cell in json.loads(NOTEBOOK.read_text())["cells"])
DRAW, GLANCE, BROWSE, GALLERY = (3, 4, 7, 8)  # numbers of the cells that show widgets
TOKEN, PATIENCE = "none-but-this-test", 120  # seconds

pytestmark = pytest.mark.skipif(
    not all(PROGRAMS), reason="no Chromium here; sudo apt-get install -y chromium chromium-driver"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, sample_folder):
    """A copy of the notebook, and of the sample: two images without XML, one with a finding."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(str(NOTEBOOK), str(folder))
    for name in ("img", "annotations"):
        shutil.copytree(str(sample_folder / name), str(folder / name))
    places = sorted((folder / "annotations").iterdir())
    for place in places[4:6]:
        place.unlink()
    twice = re.sub(
        r"(<object>.*?</object>)", r"\1\1", places[1].read_text(), count=1, flags=re.DOTALL
    )
    places[1].write_text(twice)
    return folder


@pytest.fixture(scope="module")
def address(folder):
    """The notebook in a JupyterLab of its own, which knows nothing of this user's settings."""
    own = folder / "jupyter"
    environment = dict(
        os.environ,
        HOME=str(own),
        JUPYTER_CONFIG_DIR=str(own / "config"),
        JUPYTER_DATA_DIR=str(own / "data"),
        JUPYTER_RUNTIME_DIR=str(own / "runtime"),
        JUPYTER_PREFER_ENV_PATH="1",
        WORK=str(folder / "work"),
        IMG=str(folder / "img"),
        ANNOTATIONS=str(folder / "annotations"),
    )
    with open(str(folder / "lab.log"), "w") as log:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyterlab",
                "--no-browser",
                "--allow-root",
                f"--ServerApp.port={free_port()}",
                f"--ServerApp.token={TOKEN}",
                f"--ServerApp.root_dir={folder}",
                f"--LabApp.app_settings_dir={ROOT / 'notebooks' / '.jupyter'}",
            ],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        told = until(
            lambda: (
                server.poll() is not None
                or [
                    text
                    for text in map(Path.read_text, (own / "runtime").glob("jpserver-*.json"))
                    if text.rstrip().endswith("}")
                ]
            )
        )
        assert server.poll() is None, (folder / "lab.log").read_text()[-3000:]
        yield f"{json.loads(told[0])['url']}lab/tree/{NOTEBOOK.name}?token={TOKEN}"
    finally:
        stop(server)


@pytest.fixture(scope="module")
def page(address, folder):
    """Chromium with the notebook, all of whose cells have run."""
    options = webdriver.ChromeOptions()
    options.binary_location = PROGRAMS[0]
    for flag in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-background-networking",
        "no-first-run",
        "window-size=1400,1000",
        f"user-data-dir={folder / 'chromium'}",
    ):
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(service=Service(PROGRAMS[1]), options=options)
    try:
        driver.get(address)
        until(
            lambda: driver.find_elements(
                By.CSS_SELECTOR, ".jp-Notebook-ExecutionIndicator[data-status=idle]"
            )
        )
        until(lambda: len(prompts(driver)) == CELLS)
        # Until somebody has clicked into it, JupyterLab has no notebook that its menu is about.
        cell(driver, 1).find_element(By.CSS_SELECTOR, ".jp-InputArea-editor").click()
        for menu in (
            "//li[contains(@class, 'MenuBar-item')]/div[text()='Run']",
            "//li[not(contains(@class, 'mod-disabled'))]/div[text()='Run All Cells']",
        ):
            until(
                lambda path=menu: [
                    one for one in driver.find_elements(By.XPATH, path) if one.is_displayed()
                ]
            )[0].click()
        until(lambda: errors(driver) or prompts(driver) == [f"[{n + 1}]:" for n in range(CELLS)])
        yield driver
    finally:
        driver.quit()


def stop(server):
    """Ends JupyterLab, also where it hangs because a kernel was just starting."""
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def free_port():
    """One that is free now; should it be taken a moment later, the server takes the next."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def until(condition):
    """Looks again and again until a condition holds; gives back what it came to."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"still {found!r} after {PATIENCE} s"
        time.sleep(0.1)


def prompts(page):
    return [one.text for one in page.find_elements(By.CSS_SELECTOR, ".jp-CodeCell .jp-InputPrompt")]


def errors(page):
    """What is red in the notebook, and what JupyterLab says where a widget failed to load."""
    red = page.find_elements(
        By.CSS_SELECTOR,
        "[data-mime-type$='.stderr'], [data-mime-type$='.error'], .jupyter-widgets-error-widget",
    )
    return [one.text for one in red]


def cell(page, number):
    found = page.find_elements(By.CSS_SELECTOR, ".jp-CodeCell")[number - 1]
    page.execute_script("arguments[0].scrollIntoView({block: 'start'})", found)
    return found


def within(page, number, selector):
    """The first element of that sort in the cell's output, once it is there."""
    found = cell(page, number)
    return until(lambda: found.find_elements(By.CSS_SELECTOR, f".jp-OutputArea {selector}"))[0]


def number_shown(page, cell_number):
    return within(page, cell_number, "input[type=number]").get_attribute("value")


def drag(page, on, start, end):
    """Draws with the left button from one place to another, pixels from the top left of ``on``."""
    left, top = page.execute_script(
        "const box = arguments[0].getBoundingClientRect(); return [box.left, box.top]", on
    )
    chain = ActionChains(page, duration=30)
    mouse = chain.w3c_actions.pointer_action
    places = [start, [(a + b) / 2 for a, b in zip(start, end)], end]
    for step, (across, down) in enumerate(places):
        mouse.move_to_location(round(left + across), round(top + down))
        if step == 0:
            mouse.pointer_down()
    mouse.pointer_up()
    chain.perform()


def press(page, key):
    ActionChains(page).send_keys(key).perform()


def boxes(place):
    """Class and corners of every object, read with the standard library alone."""
    if not place.exists():
        return []
    return [
        (
            one.findtext("name"),
            [
                float(one.findtext(f"bndbox/{corner}"))
                for corner in ("xmin", "ymin", "xmax", "ymax")
            ],
        )
        for one in ElementTree.parse(str(place)).getroot().iter("object")
    ]


def test_every_cell_runs_and_nothing_is_red(page):
    assert errors(page) == []
    assert not page.find_elements(By.CSS_SELECTOR, ".jp-toast, .Toastify__toast")


@pytest.mark.parametrize(
    "number, selector",
    [
        (DRAW, ".widget-hprogress .progress-bar-success"),  # tqdm: reading the annotations
        (DRAW, ".wrapper svg"),
        (DRAW, "input[type=number]"),
        (GLANCE, ".widget-hprogress .progress-bar-success"),
        (BROWSE, "select"),
        (BROWSE, "button"),
        (BROWSE, "img"),
    ],
)
def test_bars_and_widgets_are_really_there(page, number, selector):
    assert within(page, number, selector).size["height"] > 0


def test_images_of_browser_and_gallery_have_arrived(page):
    for number in (BROWSE, GALLERY):
        image = within(page, number, "img")
        assert until(lambda one=image: one.get_property("naturalWidth")) > 100


def test_the_browser_turns_by_buttons_and_by_keys(page):
    image = within(page, BROWSE, "img")
    seen = [image.get_attribute("src")]

    def turned(number):
        """Waits for another image and its number."""
        until(lambda: image.get_attribute("src") != seen[-1])
        seen.append(image.get_attribute("src"))
        return number_shown(page, BROWSE) == number

    assert number_shown(page, BROWSE) == "1"
    cell(page, BROWSE).find_elements(By.CSS_SELECTOR, ".jp-OutputArea button")[1].click()
    assert turned("2")
    image.click()
    press(page, Keys.ARROW_RIGHT)
    assert turned("3")
    press(page, Keys.ARROW_LEFT)
    press(page, Keys.ARROW_LEFT)
    until(lambda: number_shown(page, BROWSE) == "1")
    assert len(set(seen)) == 3


def test_the_browser_filters(page):
    kinds = cell(page, BROWSE).find_elements(By.CSS_SELECTOR, ".jp-OutputArea select")[1]
    kinds.find_element(By.XPATH, "option[starts-with(., 'duplicate')]").click()
    until(lambda: "of 1 " in cell(page, BROWSE).text)
    assert "duplicate box: " in cell(page, BROWSE).text


def near(found, expected, scale):
    """Compares boxes of an XML with those drawn on the page, within two pixels of the photo."""
    assert [label for label, _ in found] == [label for label, _ in expected]
    for (_, corners), (_, drawn) in zip(found, expected):
        assert corners == pytest.approx([side * scale for side in drawn], abs=2)


def test_boxes_drawn_with_the_mouse_are_in_the_xml(page, folder):
    """The first image without annotation: draw, move, resize, relabel, delete, go on."""
    place, following = (folder / "annotations" / f"sample-{n:04d}.xml" for n in (5, 6))
    assert "sample-0005.jpg" in cell(page, DRAW).text and not place.exists()
    sheet, image = within(page, DRAW, ".wrapper svg"), within(page, DRAW, ".wrapper img")
    names = [
        one.text.split()[0]
        for one in cell(page, DRAW).find_elements(By.CSS_SELECTOR, ".class-label")
    ]
    with Image.open(str(folder / "img" / "sample-0005.jpg")) as photo:
        scale = photo.width / image.size["width"]
    assert scale < 1  # a small photo is shown larger

    def saved(*expected):
        """Waits until the XML has these boxes, then measures them."""
        expected = [(names[number], corners) for number, corners in expected]
        until(lambda: [label for label, _ in boxes(place)] == [label for label, _ in expected])
        until(
            lambda: (
                boxes(place)[-1][1]
                == pytest.approx([side * scale for side in expected[-1][1]], abs=2)
                if expected
                else True
            )
        )
        near(boxes(place), expected, scale)

    drag(page, sheet, (60, 50), (180, 150))
    saved((0, (60, 50, 180, 150)))
    press(page, "2")
    drag(page, sheet, (220, 200), (300, 290))
    saved((0, (60, 50, 180, 150)), (1, (220, 200, 300, 290)))
    drag(page, sheet, (260, 245), (280, 225))
    saved((0, (60, 50, 180, 150)), (1, (240, 180, 320, 270)))
    drag(page, sheet, (320, 270), (340, 300))
    saved((0, (60, 50, 180, 150)), (1, (240, 180, 340, 300)))
    press(page, "3")
    press(page, "c")
    saved((0, (60, 50, 180, 150)), (2, (240, 180, 340, 300)))
    drag(page, sheet, (175, 42), (175, 42))  # the cross at the first one's corner
    saved((2, (240, 180, 340, 300)))
    within(page, DRAW, ".widget-toggle-button").click()
    until(lambda: page.find_elements(By.CSS_SELECTOR, ".draws-over-boxes"))
    drag(page, sheet, (260, 200), (310, 250))  # inside the other one
    saved((2, (240, 180, 340, 300)), (2, (260, 200, 310, 250)))
    within(page, DRAW, ".wrapper p").click()  # keys count again
    press(page, Keys.ENTER)
    until(lambda: "sample-0006.jpg" in cell(page, DRAW).text)
    assert not following.exists()
    press(page, Keys.ENTER)
    until(following.exists)
    assert boxes(following) == []
    until(lambda: "sample-0007.jpg" in cell(page, DRAW).text)
    saved((2, (240, 180, 340, 300)), (2, (260, 200, 310, 250)))
    assert errors(page) == []
