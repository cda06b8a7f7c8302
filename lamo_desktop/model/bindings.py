"""llama.cpp's C interface as llama-cpp-python binds it, and nothing else of that package.

Importing the package itself would load its high-level classes, a web server's helpers and diskcache, which unpickles
what it finds on disk (CVE-2025-69872, without a fix). None of them is used, so an empty package of the same name takes
its place and only the module of bindings is run.
"""

import importlib.util
import os
import sys
from types import ModuleType

os.environ.setdefault("GGML_NO_BACKTRACE", "1")  # an aborting worker must not start a debugger or print memory
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # spinning threads halve the speed of a computer with other work

from lamo_desktop.errors import ModelError
from lamo_desktop.paths import engine_folder

if (_folder := engine_folder()) is not None:
    os.environ["LLAMA_CPP_LIB_PATH"] = str(_folder)  # where llama_cpp loads its library from


def _empty_package(name: str) -> None:
    """Put a package that finds its modules where they lie, but whose `__init__` is not run, in the place of `name`."""
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        raise ModelError(f"The package {name} is not installed: the engine cannot be used.")
    package = ModuleType(name)
    package.__spec__, package.__path__ = spec, list(spec.submodule_search_locations)
    sys.modules[name] = package


_empty_package("llama_cpp")

import llama_cpp.llama_cpp as llama  # noqa: E402

__all__ = ["llama"]
