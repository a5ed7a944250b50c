"""The page, run as a user runs it, in Debian's Chromium."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WAIT = 120_000  # milliseconds, for machines that do other things meanwhile


def missing():
    """What is not installed that a browser test needs; "" where all is there."""
    wanted = [name for name in ("gradio", "playwright") if find_spec(name) is None]
    return ", ".join(wanted if Path(CHROMIUM).exists() else [*wanted, CHROMIUM])


@contextmanager
def served(*arguments):
    """The page in a process of its own; gives the process and the page's address.

    What it says goes to a file: a pipe that nobody reads fills, and then the page stands still.
    No traceback may be in it at the end.
    """
    command = [sys.executable, str(ROOT / "scripts/app.py"), "--no-browser", *arguments]
    with tempfile.NamedTemporaryFile() as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True,
        )  # fmt: skip
        try:
            yield process, _address(process, Path(said.name))
        finally:
            process.terminate()
            process.wait(timeout=60)
        log = Path(said.name).read_text()
        assert "Traceback" not in log, log


def _address(process, said):
    """Where the page is, once it says so."""
    while process.poll() is None:
        if found := re.search(r"(http://\S+) ", said.read_text()):
            return found[1]
        time.sleep(0.02)
    pytest.fail(f"the page did not start:\n{said.read_text()}")


def open_tab(visit, tab, query=""):
    page = visit.open(query)
    page.get_by_role("tab", name=tab, exact=True).click()
    return page


def bring(page, **files):
    """Put files into fields by their ids, each "_" a "-", and wait until they have been looked at."""
    for field, path in files.items():
        name = field.replace("_", "-")
        page.locator(f"#{name} input[type=file]").set_input_files(path)
    page.locator("img.preview").nth(len(files) - 1).wait_for()


def copied(page, part):
    """The text of a code block, by its id."""
    return "\n".join(page.locator(f"#{part} .cm-line").all_inner_texts())


def run_copied(page, part, folder):
    """Run what a code block holds, a command or a program, in a folder; gives what it printed."""
    text, environment = copied(page, part), {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", text]
    if text.startswith("python scripts/"):
        _, script, *arguments = shlex.split(text)
        command = [sys.executable, str(ROOT / script), *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def children(process):
    """Processes that this one started, and those that they started."""
    found = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    parents = dict(map(int, line.split()) for line in found.stdout.splitlines())
    family = {process}
    for _ in range(4):
        family |= {child for child, parent in parents.items() if parent in family}
    return family - {process}


def cpu_seconds(process):
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Visit:
    """A browser window at the page, and what went wrong in it."""

    def __init__(self, browser, address, **looks):
        self.address, self.outside, self.errors = address, [], []
        self.context = browser.new_context(accept_downloads=True, **looks)
        self.context.set_default_timeout(WAIT)
        self.context.route(re.compile(".*"), self._only_ours)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _only_ours(self, route):
        url = route.request.url
        if url.startswith((self.address, "data:", "blob:")):
            route.continue_()
        else:
            self.outside.append(url)
            route.abort()

    def open(self, query=""):
        self.see(query)
        self.page.wait_for_function("window.wasOpened")
        return self.page

    def see(self, query=""):
        """Until the picture is there; `open`: until a link has filled the page, too."""
        self.page.goto(self.address + query)
        self.page.wait_for_selector("#filter-picture img.after", state="attached")

    def close(self):
        self.context.close()
        assert not self.outside, "the page asks other addresses"
        assert not self.errors
