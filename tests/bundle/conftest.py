"""The built bundle, unpacked where nothing of the source tree is, and run as a hospital's computer would run it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

NOBODY = 65534
WINDOWS = sys.platform == "win32"
WITHOUT_NETWORK = [shutil.which("unshare") or "", "--net", "--"]
UNPRIVILEGED = [
    shutil.which("setpriv") or "",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--no-new-privs",
    "--",
]


def _works(prefix: list[str]) -> bool:
    return all(prefix) and not subprocess.run([*prefix, "true"], capture_output=True).returncode


@dataclass(frozen=True)
class Installed:
    """A copy of the bundle, a home in which only the program's data folder is writable, and a folder to work in."""

    folder: Path
    home: Path
    data: Path
    work: Path
    prefix: list[str]

    def environment(self) -> dict[str, str]:
        """What the program knows of its surroundings: no PATH to find a Python by, and the home."""
        if WINDOWS:
            system = os.environ["SYSTEMROOT"]
            return {"SYSTEMROOT": system, "PATH": system, "TEMP": str(self.work), "LOCALAPPDATA": str(self.home)}
        display = {"DISPLAY": os.environ["DISPLAY"]} if "DISPLAY" in os.environ else {}
        return {"PATH": "/nonexistent", "HOME": str(self.home), "LANG": "C.UTF-8", **display}

    def command(self, program: str, *arguments: object) -> list[str]:
        """The command line: no network and no privileges where this machine permits that."""
        return [*self.prefix, str(self.folder / program), *map(str, arguments)]

    def start(self, program: str, *arguments: object) -> subprocess.Popen[str]:
        """Start in the working folder; what it prints is to be read."""
        return subprocess.Popen(
            self.command(program, *arguments),
            cwd=self.work, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def run(
        self, program: str, *arguments: object, seconds: float = 900, words: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run to its end in the working folder, with `words` as its input."""
        return subprocess.run(
            self.command(program, *arguments),
            cwd=self.work, env=self.environment(), capture_output=True, text=True, timeout=seconds, input=words,
        )  # fmt: skip


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The folder that `make bundle` built; its path is in LAMO_BUNDLE."""
    if not os.environ.get("LAMO_BUNDLE"):
        pytest.skip("LAMO_BUNDLE is not set: `make bundle` sets it")
    return Path(os.environ["LAMO_BUNDLE"]).resolve()


@pytest.fixture(scope="session")
def installed(bundle: Path) -> Iterator[Installed]:
    """The archive, unpacked in a folder with blanks and letters of two scripts, read-only, and a home of its own."""
    archive = next(file for kind in ("tar.gz", "zip") for file in bundle.parent.glob(f"{bundle.name}-*.{kind}"))
    with tempfile.TemporaryDirectory(prefix="lamo-") as place:
        root = Path(place)
        root.chmod(0o755)
        folder, home, work = root / "Programme für 病房" / bundle.name, root / "home", root / "work"
        data = home / ("LAMO Desktop" if WINDOWS else ".local/share/lamo-desktop")
        shutil.unpack_archive(archive, folder.parent)
        data.mkdir(parents=True)
        work.mkdir()
        prefix: list[str] = []
        for wanted in (WITHOUT_NETWORK, UNPRIVILEGED):
            prefix = [*prefix, *wanted] if _works([*prefix, *wanted]) else prefix
        for own in (data, work):
            own.chmod(0o777)
        closed = [*folder.rglob("*"), folder, home, *(path for path in data.parents if home in path.parents)]
        for each in closed:
            if not each.is_symlink():
                each.chmod(each.stat().st_mode & 0o555)
        yield Installed(folder, home, data, work, prefix)
        for each in reversed(closed):  # so that they can be deleted
            if not each.is_symlink():
                each.chmod(0o755)
