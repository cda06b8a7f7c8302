"""The whole job where there is no network at all, not even a loopback that works."""

import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from lamo_desktop.errors import ModelError
from lamo_desktop.model.package import load_package
from tests.privacy import planted
from tests.robustness.kills import few_candidates


def can_unshare() -> bool:
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "-rn", "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_unshare(), reason="this system permits no network namespaces")
def test_a_job_runs_in_a_network_namespace_without_interfaces(tmp_path: Path) -> None:
    try:
        _ = load_package().base_path
    except ModelError:
        pytest.skip("the base weights are not installed")
    export, out = planted.write_export(tmp_path / "export.csv", rows=1), tmp_path / "out.xlsx"
    no_sockets = (
        "import sys, socket; from lamo_desktop import cli\n"
        "def refused(*_, **__): raise AssertionError('a socket')\n"
        "socket.socket.__init__ = refused\n"
        "sys.exit(cli.main())"
    )
    settings = ["--device", "cpu", "--threads", "1", "--model", str(few_candidates(tmp_path / "few"))]
    command = [sys.executable, "-c", no_sockets, "recommend", str(export), "-o", str(out), *settings]
    done = subprocess.run(["unshare", "-rn", *command], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert openpyxl.load_workbook(out)["Admissions"].max_row == 3
