"""Memory of a page's renderer process, which holds the page and all its workers."""

import re
import time
from collections import deque
from pathlib import Path
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser, Page

#: Chromium collects a quiet page's garbage after some seconds: that of starting Python is a hundred megabytes.
QUIET_MS = 10_000
#: It has settled when so many samples in a row lie within so many bytes.
SAMPLES, INTERVAL_MS, WITHIN, LONGEST_S = 8, 500, 1e6, 20
#: A linear memory has at least 16 MiB here, and Chromium reserves gigabytes of addresses for it to grow into.
LEAST_LINEAR, LEAST_RESERVED = 2**24, 2**32

_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) ")


class Resident(NamedTuple):
    """Bytes of PSS, shared pages by their share, as Linux counts them.

    process: all of it. linear: of it WebAssembly's linear memories, MuJoCo's and Python's of each rank.
    """

    process: float
    linear: float


def resident(page: Page) -> Resident:
    """When it has settled: medians of the last samples."""
    browser = page.context.browser
    assert browser is not None
    page.wait_for_timeout(QUIET_MS)
    end = time.monotonic() + LONGEST_S
    samples: deque[Resident] = deque(maxlen=SAMPLES)
    while len(samples) < SAMPLES or (_spread(samples) > WITHIN and time.monotonic() < end):
        page.wait_for_timeout(INTERVAL_MS)
        # Chromium keeps a spare renderer too; it has little.
        samples.append(max(map(_resident, _renderers(browser))))
    return Resident(median(s.process for s in samples), median(s.linear for s in samples))


def _spread(samples: deque[Resident]) -> float:
    processes = [sample.process for sample in samples]
    return max(processes) - min(processes)


def _renderers(browser: Browser) -> list[int]:
    """Ids of the renderer processes."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return [process["id"] for process in processes if process["type"] == "renderer"]


def _resident(process: int) -> Resident:
    """From the process's mappings: begin, end, permissions, then lines of figures."""
    mappings: list[tuple[int, int, str]] = []
    pss: list[int] = []
    for line in Path(f"/proc/{process}/smaps").read_text().splitlines():
        if mapping := _MAPPING.match(line):
            mappings.append((int(mapping[1], 16), int(mapping[2], 16), mapping[3]))
        elif line.startswith("Pss:"):
            pss.append(1024 * int(line.split()[1]))
    linear = 0
    for (begin, end, permissions), after, size in zip(mappings, mappings[1:], pss, strict=False):
        reserved = after[1] - after[0] if after[0] == end and after[2] == "---p" else 0
        if permissions == "rw-p" and end - begin >= LEAST_LINEAR and reserved >= LEAST_RESERVED:
            linear += size
    return Resident(sum(pss), linear)
