"""The page about an evaluation: self-contained, escaped, and its slider in a real Chromium."""

import io
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from helpers.ui import report_page, thumbnails
from helpers.ui.outcome_boxes import CROWD, FOUND, MISSED, SPURIOUS, OutcomeBox
from helpers.ui.report_page import Report, ReportImage, Section

EVIL = '<script>document.title = "evil"</script>"\'&'
BOX = np.array([10.0, 20, 60, 90])
CSS = "css selector"  # WebDriver's name of it


def jpeg(colour="#336699"):
    return thumbnails.as_jpeg(Image.new("RGB", (80, 60), colour))


def png():
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "#aaaaaa").save(stream, "PNG")
    return stream.getvalue()


def image(name, *boxes):
    return ReportImage(name, jpeg(), (160, 120), boxes)


FOUND_TRUTH = OutcomeBox(BOX, "cat", None, 0.8, MISSED)
FINDER = OutcomeBox(BOX + 2, "cat", 0.8, None, FOUND)
MISSED_TRUTH = OutcomeBox(BOX + 5, "dog", None, None, MISSED)
GHOST = OutcomeBox(BOX - 5, "dog", 0.6, None, SPURIOUS)
FAINT = OutcomeBox(BOX, "dog", 0.01, None, SPURIOUS)
GROUP = OutcomeBox(BOX, "cat", None, None, CROWD)
REPORT = Report(
    f"Evaluation {EVIL}",
    "2 images: mAP 0.5",
    0.3,
    ["2 images", EVIL],
    [
        Section("Classes", "what to see", [{EVIL: EVIL, "AP": 0.25, "boxes": None}], [png()]),
        Section("Nothing", "no table"),
    ],
    [image(EVIL, FOUND_TRUTH, FINDER, FAINT), image("b.jpg", MISSED_TRUTH, GHOST)],
    "The two worst.",
)


def test_every_name_is_escaped():
    page = report_page.render(REPORT)
    assert page.count("<script>") == 1  # our own
    assert page.count("&lt;script&gt;") == 7
    assert 'aria-label="&lt;script&gt;document.title = &#34;evil&#34;' in page


def test_nothing_is_loaded_from_elsewhere():
    page = report_page.render(REPORT)
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert {source[:5] for source in sources} == {"data:", "#sect", "#imag"}
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize(
    "boxes, counts, classes",
    [
        ([FOUND_TRUTH, FINDER], "no error", ["annotated found", "found"]),
        ([MISSED_TRUTH, GHOST], "1 missed, 1 spurious", ["annotated missed", "spurious"]),
        ([GROUP], "no error", ["annotated crowd"]),
        ([], "no error", []),
    ],
    ids=["found", "errors", "a group", "no box"],
)
def test_outcomes_stand_in_the_page_without_its_script(boxes, counts, classes):
    page = report_page.render(Report("", "", 0.3, images=[image("a.jpg", *boxes)]))
    assert re.findall(r'<span class="counts">([^<]*)<', page) == [counts]
    assert sorted(re.findall(r'<g class="box ([^"]*)"', page)) == sorted(classes)
    assert ("which counts neither" in page) == (boxes == [GROUP])


def test_a_table_says_what_cannot_be_measured():
    rows = [
        {"class": "cat", "AP": None},
        {"class": "dog", "AP": 0.12345},
        {"class": "", "AP": 74.07},
    ]
    page = report_page.render(Report("", "", 0.3, sections=[Section("Classes", "", rows)]))
    cells = re.findall(r'<td class="(\w+)">([^<]*)<', page)
    assert cells == [("text", "cat"), ("number", "–"), ("text", "dog"), ("number", "0.123")] + [
        ("text", ""),
        ("number", "74.1"),
    ]


@pytest.mark.parametrize("report", [Report("t", "s", 0.3)], ids=["nothing"])
def test_a_page_without_images_has_no_slider(report):
    page = report_page.render(report)
    assert "<script>" not in page and 'type="range"' not in page


def test_the_page_replaces_an_older_one_whole(tmp_path):
    path = report_page.save(REPORT, tmp_path / "new" / "report.html")
    assert report_page.save(REPORT, path).read_text("utf-8") == report_page.render(REPORT)
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    """Chromium that keeps its console and its network requests."""
    webdriver = pytest.importorskip("selenium.webdriver")
    from selenium.webdriver.chrome.service import Service

    if not all(map(shutil.which, ("chromium", "chromedriver"))):
        pytest.skip("no Chromium here; sudo apt-get install -y chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    folder = tmp_path_factory.mktemp("chromium")
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-background-networking"):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={folder}")
    driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
    try:
        yield driver
    finally:
        driver.quit()


def requests_of(driver):
    """Addresses of what the page asked for, but for what it holds itself."""
    messages = [entry["message"] for entry in driver.get_log("performance")]
    sent = [text for text in messages if '"Network.requestWillBeSent"' in text]
    found = [re.search(r'"request":\{.*?"url":"([^"]*)"', text).group(1) for text in sent]
    return [address for address in found if not address.startswith("data:")]


def test_the_slider_moves_in_a_browser_that_asks_for_nothing(tmp_path, driver):
    path = report_page.save(REPORT, tmp_path / "report.html")
    driver.get("about:blank")
    driver.get_log("performance")  # of the page that Chromium starts with
    driver.get(path.as_uri())

    def state():
        return [
            (
                figure.find_element(CSS, "b").text[:5],
                figure.find_element(CSS, ".counts").text,
                sorted(box.get_attribute("class") for box in figure.find_elements(CSS, ".box")),
            )
            for figure in driver.find_elements(CSS, "figure")
        ]

    def move(value, event):
        driver.execute_script(
            "const slider = document.getElementById('threshold'); slider.value = arguments[0];"
            "slider.dispatchEvent(new Event(arguments[1]))",
            value,
            event,
        )

    first = ["box annotated found", "box found"]
    assert state() == [
        ("<scri", "no error", first),
        ("b.jpg", "1 missed, 1 spurious", ["box annotated missed", "box spurious"]),
    ]
    move(0.7, "input")
    assert state()[1] == ("b.jpg", "1 missed", ["box annotated missed", "box hidden"])
    move(0.9, "input")
    assert state()[0] == ("<scri", "1 missed", ["box annotated missed", "box hidden"])
    move(0.3, "input")
    move(0.3, "change")
    assert [row[0] for row in state()] == ["b.jpg", "<scri"]  # the worst is first
    assert driver.title.startswith("Evaluation <script>")
    loaded = driver.execute_script(
        "return Array.from(document.images).map((image) => image.naturalWidth)"
    )
    assert loaded == [40]
    assert driver.get_log("browser") == []
    assert requests_of(driver) == [path.as_uri()]
