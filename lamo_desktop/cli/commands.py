"""What each `lamo` command runs. Its modules are imported only when it runs, so that help and refusals are instant."""

from lamo_desktop.cli import options as asked


def check(options: asked.Check) -> int:
    """`lamo check`."""
    from lamo_desktop.cli.check import check

    return check(options)


def recommend(options: asked.Recommend) -> int:
    """`lamo recommend`."""
    from lamo_desktop.cli.recommend import recommend

    return recommend(options)


def resume(options: asked.Resume) -> int:
    """`lamo resume`."""
    from lamo_desktop.cli.recommend import resume

    return resume(options)


def validate(options: asked.Validate) -> int:
    """`lamo validate`."""
    from lamo_desktop.cli.validate import validate

    return validate(options)


def adapt(options: asked.Adapt) -> int:
    """`lamo adapt`."""
    from lamo_desktop.cli.adapt import adapt

    return adapt(options)


def audit(options: asked.JobFile) -> int:
    """`lamo audit`."""
    from lamo_desktop.cli.jobs import audit

    return audit(options)


def purge_job(options: asked.JobFile) -> int:
    """`lamo purge`."""
    from lamo_desktop.cli.jobs import purge_job

    return purge_job(options)


def lock(options: asked.JobFile) -> int:
    """`lamo lock`."""
    from lamo_desktop.cli.jobs import lock

    return lock(options)


def unlock(options: asked.JobFile) -> int:
    """`lamo unlock`."""
    from lamo_desktop.cli.jobs import unlock

    return unlock(options)


def model_info(options: asked.Package) -> int:
    """`lamo model info`."""
    from lamo_desktop.cli.recommend import model_info

    return model_info(options)


def model_verify(options: asked.Package) -> int:
    """`lamo model verify`."""
    from lamo_desktop.cli.recommend import model_verify

    return model_verify(options)


def model_install_base(options: asked.InstallBase) -> int:
    """`lamo model install-base`."""
    from lamo_desktop.cli.recommend import model_install_base

    return model_install_base(options)


def bench(options: asked.Bench) -> int:
    """`lamo bench`."""
    from lamo_desktop.cli.recommend import bench

    return bench(options)


def demo(options: asked.Demo) -> int:
    """`lamo demo`."""
    from lamo_desktop.cli.recommend import demo

    return demo(options)
