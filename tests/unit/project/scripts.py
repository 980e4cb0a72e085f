"""The programs of ``deploy/requirements/``, which belong to no package, as modules."""

from __future__ import annotations

import importlib.util
from types import ModuleType

from tests.conftest import ROOT


def load(name: str) -> ModuleType:
    """Import ``deploy/requirements/name.py``."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "deploy" / "requirements" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
