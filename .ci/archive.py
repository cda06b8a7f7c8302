"""Packs a built bundle into the one file that is handed out, with its SHA-256 beside it.

    python .ci/archive.py dist/lamo-desktop

A .tar.gz on Linux, where a bundle has links and programs, which not every zip program keeps; a .zip on Windows.
"""

import hashlib
import shutil
import sys
import sysconfig
import tarfile
from pathlib import Path

from lamo_desktop import __version__


def main() -> None:
    """Write the archive and its sum, in place of those of an earlier build."""
    bundle = Path(sys.argv[1]).resolve()
    for kind in ("tar.gz", "zip"):
        for old in bundle.parent.glob(f"{bundle.name}-*.{kind}*"):
            old.unlink()
    name = str(bundle.with_name(f"{bundle.name}-{__version__}-{sysconfig.get_platform()}"))
    if sys.platform == "win32":
        archive = Path(shutil.make_archive(name, "zip", bundle.parent, bundle.name))
    else:
        archive = Path(f"{name}.tar.gz")
        with tarfile.open(archive, "w:gz", compresslevel=6) as packed:
            packed.add(bundle, bundle.name)
    with archive.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    archive.with_name(f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n", encoding="ascii")
    print(f"{archive}: {archive.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
