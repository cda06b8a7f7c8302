"""What a run of the window is told, as the arguments of the `lamo` command that does it."""

from dataclasses import dataclass
from pathlib import Path

from lamo_desktop.admissions.site_files import used_knowledge, used_names
from lamo_desktop.jobs import kept_jobs


@dataclass(frozen=True)
class RunSettings:
    """What a run may be told; `threads` and `limit` 0 mean all."""

    device: str = "auto"
    threads: int = 0
    limit: int = 0
    package: Path | None = None
    candidates: tuple[str, ...] = ()  # none: all of the package

    def begin(self, export: Path, profile: str | None, job: Path) -> list[str]:
        """Score an export as a new job."""
        arguments = ["recommend", str(export), "--job", str(job), *_output(job)]
        arguments += ["--profile", profile] if profile else []
        arguments += ["--names", str(names)] if (names := used_names()) else []
        arguments += ["--knowledge", str(tables)] if (tables := used_knowledge()) else []
        arguments += ["--limit", str(self.limit)] if self.limit else []
        arguments += ["--candidates", ",".join(self.candidates)] if self.candidates else []
        return arguments + self._engine()

    def resume(self, job: Path) -> list[str]:
        """Go on with a job."""
        return [*resume_as_before(job), *self._engine()]

    def _engine(self) -> list[str]:
        arguments = ["--device", self.device, "--threads", str(self.threads or "all")]
        return arguments + (["--model", str(self.package)] if self.package else [])


def resume_as_before(job: Path) -> list[str]:
    """Go on with a job on the device and with the threads of its last run."""
    return ["resume", str(job), *_output(job), "--overlay", "none"]  # the window applies an overlay itself


def retry_failed(job: Path) -> list[str]:
    """Score what failed in a job once more, and what it still lacks, as it was run last."""
    return [*resume_as_before(job), "--retry-failed"]


def _output(job: Path) -> list[str]:
    return ["-o", str(kept_jobs.workbook_of(job)), "--progress", "json"]
