"""How fast and how lean a large orders sheet is read, against pandas with openpyxl, in one run. Run it by hand:

python -m tests.benchmarks.bench_reading --rows 300000
"""

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from pathlib import Path

import openpyxl
import pandas as pd

from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.admissions.synonyms import Vocabulary
from lamo_desktop.admissions.tables import read_tables
from lamo_desktop.model.bench import memory_mb

HEADER = ["admission id", "drug", "dose", "route", "start", "prescriber"]


def write_orders(path: Path, rows: int) -> None:
    """A workbook of made-up orders: text, numbers and leading zeros."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Orders")
    sheet.append(HEADER)
    for row in range(rows):
        sheet.append([f"{row // 12:08d}", f"DRUG {row % 900} 25 MG TABS", row % 50, "PO", "2015-03-01 08:00", "A"])
    book.save(path)


def ours(path: Path) -> int:
    """Rows by the program's own reader."""
    return len(read_tables(path, Vocabulary(load_profile("flat").data).recognised).tables[0])


def pandas_openpyxl(path: Path) -> int:
    """Rows by pandas with openpyxl."""
    return len(pd.read_excel(path, engine="openpyxl", dtype=str))


def measured(reader: str, path: Path) -> dict[str, float | None]:
    """Rows, processor seconds and peak memory in MB of one reader in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (reader, path))


def _measure(reader: str, path: Path) -> dict[str, float | None]:
    begun = time.process_time()
    rows = {"ours": ours, "pandas_openpyxl": pandas_openpyxl}[reader](path)
    peak = memory_mb(os.getpid(), "VmHWM")
    return {"rows": rows, "seconds": time.process_time() - begun, "peak_mb": peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=300_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.xlsx"
        write_orders(path, rows)
        found = {reader: measured(reader, path) for reader in ("ours", "pandas_openpyxl")}
    ratio = (found["pandas_openpyxl"]["seconds"] or 0) / (found["ours"]["seconds"] or 1)
    print(json.dumps({**found, "times_faster": round(ratio, 2)}, indent=2))


if __name__ == "__main__":
    main()
