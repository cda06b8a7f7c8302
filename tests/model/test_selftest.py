import math

import pytest

from lamo_desktop.errors import ModelError
from lamo_desktop.model import engine as engine_module
from lamo_desktop.model import selftest, slots
from lamo_desktop.model.engine import Engine
from lamo_desktop.model.worker import choose
from tests.model.engines import default_package
from tests.model.engines import engine as small_engine


@pytest.fixture(autouse=True)
def small_area(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few slots, so that the many engines of these tests load fast."""
    monkeypatch.setattr(slots, "AREA", 128)
    monkeypatch.setattr(engine_module, "AREA", 128)


BASE = default_package().base_sha256
CPU = [-4.75, -5.0, -4.2]


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        ([-4.74, -5.02, -4.21], ""),
        ([-4.74, math.nan, -4.21], "no usable numbers"),
        ([-4.74, -math.inf, -4.21], "no usable numbers"),
        ([-4.74, -5.02], "no usable numbers"),
        ([0.0, 0.0, 0.0], "up to 5.00"),
        ([-4.75, -5.0, -4.6], "up to 0.40"),
    ],
)
def test_a_device_is_trusted_only_with_the_cpu_s_scores(measured: list[float], said: str) -> None:
    fault = selftest.fault(CPU, measured)
    assert said in fault
    assert bool(fault) == bool(said)


def test_the_cpu_is_used_and_named_where_there_is_no_gpu() -> None:
    for device, noted in (("cpu", False), ("auto", True), ("gpu", True)):
        chosen, note, outcome = choose(lambda gpu: small_engine(), device, False, BASE)
        assert not chosen.model.gpu
        assert ("no GPU" in note) == noted
        assert outcome.startswith("passed: scores within 0.0")
        assert outcome.endswith("of the known ones")
        chosen.close()


def test_a_gpu_that_repeats_the_cpu_is_used_and_one_that_fails_or_errs_is_not() -> None:
    """The second engine stands for the GPU's: with other answers than the CPU's, it must be refused."""

    def swapped(gpu: bool) -> Engine:
        made = small_engine()
        if gpu:
            made._answers.reverse()
        return made

    def failing(gpu: bool) -> Engine:
        if gpu:
            raise ModelError("There is not enough memory.")
        return small_engine()

    chosen, note, outcome = choose(lambda gpu: small_engine(), "gpu", True, BASE)
    assert (note, outcome) == ("", "passed: scores within 0.000 of the CPU's")
    chosen.close()
    for factory, said in ((swapped, "differ from the CPU's"), (failing, "not enough memory")):
        chosen, note, outcome = choose(factory, "auto", True, BASE)
        assert said in note
        assert outcome.startswith("failed")
        assert chosen.score(selftest.PROBE, selftest.PROBE_DRUGS[:1]).logits
        chosen.close()


def test_a_cpu_that_computes_garbage_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine whose answers are exchanged stands for a computer that computes wrongly."""

    def swapped(gpu: bool) -> Engine:
        made = small_engine()
        made._answers.reverse()
        return made

    with pytest.raises(ModelError, match=r"does not compute right .* by up to 6\.\d+ logits"):
        choose(swapped, "cpu", False, BASE)
    for useless in ([0.5] * 6, [0.5, math.nan], [0.5, -math.inf]):
        with pytest.raises(ModelError, match="no usable numbers"):
            selftest.verdict_on_cpu("unknown", useless)
    assert "none are known" in selftest.verdict_on_cpu("unknown", [0.5, 0.4])
