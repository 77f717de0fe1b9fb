"""Extras: packages that are not installed with Intaglio, and what to say when one is missing."""

from importlib import import_module
from types import ModuleType


def need(module: str, extra: str) -> ModuleType:
    """The module; ImportError naming the extra of Intaglio that brings it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as problem:
        raise missing(problem, module, extra) from problem


def missing(problem: ModuleNotFoundError, module: str, extra: str) -> ImportError:
    """What to raise for `problem`: it says how to install `module`, if that is what is missing."""
    package = module.partition(".")[0]
    if problem.name is None or problem.name.partition(".")[0] != package:
        return problem
    message = f"this needs {package}: pip install 'intaglio[{extra}]'"
    return ImportError(message, name=package)
