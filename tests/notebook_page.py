"""A notebook in JupyterLab in a browser, and what a person does there."""

from waiting import until

CSS, XPATH = "css selector", "xpath"  # WebDriver's names of them


class NotebookPage:
    """The page with the notebook.

    Attributes:
        driver: Chromium's.
    """

    def __init__(self, driver):
        self.driver = driver

    def prompts(self):
        """``[3]:`` and the like beside the code cells."""
        elements = self.driver.find_elements(CSS, ".jp-CodeCell .jp-InputPrompt")
        return [element.text for element in elements]

    def errors(self):
        """What is red in the notebook, and JupyterLab's words where a widget failed to load."""
        red = self.driver.find_elements(
            CSS,
            "[data-mime-type$='.stderr'], [data-mime-type$='.error'], "
            ".jupyter-widgets-error-widget",
        )
        return [element.text for element in red]

    def cell(self, number):
        """A code cell, scrolled into view."""
        cell = self.driver.find_elements(CSS, ".jp-CodeCell")[number - 1]
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'start'})", cell)
        return cell

    def within(self, number, selector):
        """The first element of that sort in the cell's output, once it is there."""
        cell = self.cell(number)
        return until(lambda: cell.find_elements(CSS, f".jp-OutputArea {selector}"))[0]

    def click_menu(self, path):
        """Clicks the first element of that XPath that is displayed, once there is one."""
        until(
            lambda: [
                entry for entry in self.driver.find_elements(XPATH, path) if entry.is_displayed()
            ]
        )[0].click()

    def drag(self, on, start, end):
        """Draws with the left button between two places, pixels from the top left of ``on``."""
        left, top = self._corner(on)
        chain = self._actions(duration=30)
        mouse = chain.w3c_actions.pointer_action
        places = [start, [(a + b) / 2 for a, b in zip(start, end)], end]
        for step, (across, down) in enumerate(places):
            mouse.move_to_location(round(left + across), round(top + down))
            if step == 0:
                mouse.pointer_down()
        mouse.pointer_up()
        chain.perform()

    def run(self, number):
        """Runs a cell again, and waits until it has ended."""
        before = self.prompts()[number - 1]
        self.cell(number).find_element(CSS, ".jp-InputArea-editor").click()
        self.press("\ue007", held=["\ue008"])  # Enter, Shift
        until(lambda: self.prompts()[number - 1] not in (before, "[*]:"))

    def replace(self, number, code):
        """Writes something else into a cell."""
        self.driver.execute_script(
            "arguments[0].querySelector('.CodeMirror').CodeMirror.setValue(arguments[1])",
            self.cell(number),
            code,
        )

    def gesture(self, on, start, end, button=0, held=""):
        """As :meth:`drag`, with another button or with keys held."""
        left, top = self._corner(on)
        chain = self._actions(duration=30)
        for key in held:
            chain.key_down(key)
        mouse, keys = chain.w3c_actions.pointer_action, chain.w3c_actions.key_action
        mouse.move_to_location(round(left + start[0]), round(top + start[1]))
        mouse.pointer_down(button=button)
        mouse.move_to_location(round(left + end[0]), round(top + end[1]))
        mouse.pointer_up(button=button)
        for _ in range(4):  # what the mouse does meanwhile
            keys.pause()
        for key in held:
            chain.key_up(key)
        chain.perform()

    def turn_wheel(self, on, at, by):
        """Turns the wheel over a place, pixels; up is negative."""
        from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

        left, top = self._corner(on)
        origin = ScrollOrigin.from_viewport(round(left + at[0]), round(top + at[1]))
        self._actions().scroll_from_origin(origin, 0, by).perform()

    def _corner(self, on):
        return self.driver.execute_script(
            "const box = arguments[0].getBoundingClientRect(); return [box.left, box.top]", on
        )

    def press(self, key, held=""):
        """Presses a key, while others are held."""
        chain = self._actions()
        for other in held:
            chain.key_down(other)
        chain.send_keys(key)
        for other in held:
            chain.key_up(other)
        chain.perform()

    def _actions(self, **options):
        from selenium.webdriver.common.action_chains import ActionChains

        return ActionChains(self.driver, **options)
