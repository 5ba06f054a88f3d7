"""Notebook 1 in JupyterLab in a real Chromium, and what a person does there."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from notebook_page import CSS, NotebookPage
from PIL import Image
from waiting import until

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "01_annotate_inspect.ipynb"
SMALL = (1503, 1207, 1523, 1227)
TOKEN = "none-but-this-test"


@pytest.fixture(scope="session")
def folder(tmp_path_factory, sample_folder):
    """A copy of the notebook, and of the sample: some images without XML, one with a finding.

    And a photo of 12 megapixels, ``wide.png``, with a white object of 20 pixels at ``SMALL``.
    """
    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(str(NOTEBOOK), str(folder))
    for name in ("img", "annotations"):
        shutil.copytree(str(sample_folder / name), str(folder / name))
    photo = Image.new("RGB", (4000, 3000), "#5a6a7a")
    photo.paste("#ffffff", SMALL)
    photo.save(str(folder / "img" / "wide.png"))
    places = sorted((folder / "annotations").iterdir())
    for place in places[4:6] + places[19:]:
        place.unlink()
    twice = re.sub(
        r"(<object>.*?</object>)", r"\1\1", places[1].read_text(), count=1, flags=re.DOTALL
    )
    places[1].write_text(twice)
    return folder


@pytest.fixture(scope="session")
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
        RUNS="all",
    )
    with open(str(folder / "lab.log"), "w") as log:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyterlab",
                "--no-browser",
                "--allow-root",
                f"--ServerApp.port={_free_port()}",
                f"--ServerApp.token={TOKEN}",
                f"--ServerApp.root_dir={folder}",
                f"--LabApp.app_settings_dir={ROOT / 'notebooks' / '.jupyter'}",
            ],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        infos = until(
            lambda: (
                server.poll() is not None
                or [
                    info
                    for info in map(Path.read_text, (own / "runtime").glob("jpserver-*.json"))
                    if info.rstrip().endswith("}")
                ]
            )
        )
        assert server.poll() is None, (folder / "lab.log").read_text()[-3000:]
        yield f"{json.loads(infos[0])['url']}lab/tree/{NOTEBOOK.name}?token={TOKEN}"
    finally:
        _stop(server)


@pytest.fixture(scope="session")
def driver(folder):
    """Chromium."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
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
    driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def page(driver, address):
    """Chromium with notebook 1, all of whose cells have run."""
    driver.get(address)
    return _run_all_cells(NotebookPage(driver), NOTEBOOK)


@pytest.fixture(scope="session")
def open_in_tab(driver, address, folder):
    """``open_in_tab(notebook)``: a tab with another notebook, all of whose cells have run."""

    @contextlib.contextmanager
    def open_it(notebook):
        shutil.copy(str(notebook), str(folder))
        before = driver.current_window_handle
        driver.switch_to.new_window("tab")
        try:
            path = f"lab/workspaces/{notebook.stem}/tree/{notebook.name}"
            driver.get(address.replace(f"lab/tree/{NOTEBOOK.name}", path))
            yield _run_all_cells(NotebookPage(driver), notebook)
        finally:
            driver.close()
            driver.switch_to.window(before)

    return open_it


def _run_all_cells(page, notebook):
    cells = json.loads(notebook.read_text())["cells"]
    count = sum(cell["cell_type"] == "code" for cell in cells)
    idle = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
    until(lambda: page.driver.find_elements(CSS, idle))
    until(lambda: len(page.prompts()) == count)
    # Until somebody has clicked into it, JupyterLab has no notebook that its menu is about.
    page.cell(1).find_element(CSS, ".jp-InputArea-editor").click()
    page.click_menu("//li[contains(@class, 'MenuBar-item')]/div[text()='Run']")
    page.click_menu("//li[not(contains(@class, 'mod-disabled'))]/div[text()='Run All Cells']")
    until(lambda: page.errors() or page.prompts() == [f"[{n + 1}]:" for n in range(count)])
    return page


def _stop(server):
    """Ends JupyterLab, also where it hangs because a kernel was just starting."""
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _free_port():
    """One that is free now; should it be taken a moment later, the server takes the next."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session", name="until")
def until_fixture():
    """Waits: ``until(condition)`` gives back the value of a condition once it holds."""
    return until


@pytest.fixture(scope="session")
def small():
    """Where the object in ``wide.png`` is: ``(x_min, y_min, x_max, y_max)``, pixels."""
    return SMALL
