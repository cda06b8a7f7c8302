"""The built bundle, copied to where nothing of the source tree is, and run as a hospital's computer would run it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

NOBODY = 65534
WITHOUT_NETWORK = ["unshare", "--net", "--"]
UNPRIVILEGED = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs", "--"]


def _works(prefix: list[str]) -> bool:
    return shutil.which(prefix[0]) is not None and not subprocess.run([*prefix, "true"], capture_output=True).returncode


@dataclass(frozen=True)
class Installed:
    """A copy of the bundle, a home in which only the program's data folder is writable, and a folder to work in."""

    folder: Path
    home: Path
    work: Path
    prefix: list[str]

    def command(self, program: str, *arguments: object) -> list[str]:
        """The command line: no network and no privileges where this machine permits that, no environment, no PATH."""
        display = [f"DISPLAY={os.environ['DISPLAY']}"] if "DISPLAY" in os.environ else []
        clean = ["env", "-i", "PATH=/nonexistent", f"HOME={self.home}", "LANG=C.UTF-8", *display]
        return [*self.prefix, *clean, str(self.folder / program), *map(str, arguments)]

    def run(
        self, program: str, *arguments: object, seconds: float = 900, words: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run to its end in the working folder, with `words` as its input."""
        command = self.command(program, *arguments)
        return subprocess.run(command, cwd=self.work, capture_output=True, text=True, timeout=seconds, input=words)


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The folder that `make bundle` built; its path is in LAMO_BUNDLE."""
    if not os.environ.get("LAMO_BUNDLE"):
        pytest.skip("LAMO_BUNDLE is not set: `make bundle` sets it")
    return Path(os.environ["LAMO_BUNDLE"])


@pytest.fixture(scope="session")
def installed(bundle: Path) -> Iterator[Installed]:
    """The bundle in a folder whose name has a space and an umlaut, read-only, with a home of its own."""
    with tempfile.TemporaryDirectory(prefix="lamo-") as place:
        root = Path(place)
        root.chmod(0o755)
        folder, home, work = root / "Programme für alle" / "lamo-desktop", root / "home", root / "work"
        shutil.copytree(bundle, folder, symlinks=True)
        data = home / ".local" / "share" / "lamo-desktop"
        data.mkdir(parents=True)
        work.mkdir()
        prefix: Sequence[str] = []
        for wanted in (WITHOUT_NETWORK, UNPRIVILEGED):
            prefix = [*prefix, *wanted] if _works([*prefix, *wanted]) else prefix
        for own in (data, work):
            own.chmod(0o777)
        for each in (*folder.rglob("*"), folder, home, home / ".local", home / ".local" / "share"):
            if not each.is_symlink():
                each.chmod(each.stat().st_mode & 0o555)
        yield Installed(folder, home, work, list(prefix))
        for each in (folder, *folder.rglob("*"), home, home / ".local", home / ".local" / "share"):
            if each.is_dir() and not each.is_symlink():
                each.chmod(0o755)
