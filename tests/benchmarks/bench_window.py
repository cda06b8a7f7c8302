"""What the window costs: `python -m tests.benchmarks.bench_window` prints a table, `--json OUT` writes it.

- start: from the interpreter's first line to a window that has been painted and answers, in a process of its own;
- stutter: the longest time the event loop was held up (a 5 ms timer in it) while admissions are scored, page by page;
- memory: the window's own resident memory before, during and after that run.

Milliseconds are by the clock, which other work on the computer lengthens; processor time is given beside it. For a hold
of the event loop the processor time of the window's thread tells whether it was the window that worked.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.turns import Ticker, turn, until

START = """
import time; wall, cpu = time.perf_counter(), time.process_time()
from lamo_desktop.ui.app import make_application, open_window
app = make_application(["lamo-desktop"]); window = open_window(app)
for _ in range(3): app.processEvents()
print(time.perf_counter() - wall, time.process_time() - cpu)
window.close()
"""
GOAL_START = 1.5  # seconds


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--limit", type=int, default=12, help="admissions to score; default: %(default)s")
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    figures: dict[str, Any] = {"start": measure_start(options.starts)}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LAMO_DATA_DIR"] = folder
        figures |= measure_run(options.limit)
    for name, value in figures.items():
        print(f"{name}: {json.dumps(value)}")
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def measure_start(n: int) -> dict[str, Any]:
    """Seconds from the interpreter's first line to a painted window, over `n` starts with warm files and bytecode."""
    walls, cpus = [], []
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "LAMO_DATA_DIR": folder, "PYTHONPYCACHEPREFIX": f"{folder}/bytecode"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for start in range(n + 1):
            done = subprocess.run([sys.executable, "-c", START], env=environment, capture_output=True, check=True)
            if start == 0:
                continue  # it wrote the bytecode, which an installed program has
            wall, cpu = map(float, done.stdout.split())
            walls.append(wall)
            cpus.append(cpu)
    return {
        "seconds": {"least": round(min(walls), 2), "median": round(statistics.median(walls), 2)},
        "processor seconds": {"least": round(min(cpus), 2), "median": round(statistics.median(cpus), 2)},
        "goal": GOAL_START,
    }


def measure_run(limit: int) -> dict[str, Any]:
    """Score the bundled admissions with the default model while every page is shown in turn."""
    from lamo_desktop.paths import resource
    from lamo_desktop.ui.app import make_application, open_window
    from lamo_desktop.ui.flow import Step

    app = make_application(["lamo-desktop"])
    window = open_window(app)
    window.resize(1280, 800)
    session, ticker = window.session, Ticker()
    faults: list[str] = []
    session.message.connect(lambda sentence, tone: faults.append(sentence) if tone == "bad" else None)

    window.open_path(resource("demo/eicu"))
    until(lambda: session.cohort is not None and not session.reader.running, faults)
    memory = {"before": resident_mb()}
    window.running.limit.setValue(limit)
    window.running.start.click()
    until(lambda: session.last_progress.get("stage") == "scoring", faults)
    steps, shown, samples = list(Step), 0, []
    while session.run.running:
        window.go(steps[shown % len(steps)])
        ticker.start(steps[shown % len(steps)].value)
        turn(1.5, unless=lambda: not session.run.running)
        samples.append(resident_mb())
        shown += 1
    ticker.start("results")
    until(lambda: session.results is not None and session.results.complete and not session.background.running, faults)
    ticker.start("comparing")
    session.start_validation()
    until(lambda: session.evaluation.validation is not None, faults)
    ticker.start("validation tabs")
    window.go(Step.VALIDATE)
    for tab in range(window.validating.tabs.count()):
        window.validating.tabs.setCurrentIndex(tab)
        turn(0.1)
    ticker.stop()
    memory |= {"least during": min(samples), "most during": max(samples), "after": resident_mb()}
    memory["highest ever"] = round(resource_peak_mb(), 1)
    window.close()
    return {"stutter": ticker.figures(), "memory MB": memory, "admissions": limit}


def resident_mb() -> float:
    """The window's resident memory now; 0 where the system does not say."""
    status = Path("/proc/self/statm")
    if not status.exists():
        return 0.0
    return round(int(status.read_text().split()[1]) * resource.getpagesize() / 1e6, 1)


def resource_peak_mb() -> float:
    """The highest it ever was."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    sys.exit(main())
