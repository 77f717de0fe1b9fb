"""Extras: packages that are not installed with Intaglio, and what to say when one is missing."""

from importlib import import_module
from types import ModuleType


def need(module: str, extra: str) -> ModuleType:
    """The module; ImportError naming the extra of Intaglio that brings it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as problem:
        if problem.name != module.partition(".")[0]:
            raise
        message = f"this needs {module}: pip install intaglio[{extra}]"
        raise ImportError(message, name=module) from problem
