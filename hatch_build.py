"""Compile the kernels while a wheel is built; without a compiler the wheel does without them."""

import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path("reference/native/native.c")
FLAGS = {"msvc": ["/O2", "/fp:precise"]}
FLAGS_DEFAULT = ["-O3", "-ffp-contract=off"]


class Kernels(BuildHookInterface):  # type: ignore[type-arg]
    """The build hook; hatchling finds it by this file's name."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile in place, beside the modules, where an editable install looks too."""
        if self.target_name != "wheel":
            return
        try:
            built = compile_kernels(Path(self.root))
        except Exception as problem:  # whatever a compiler, or its absence, brings
            self.app.display_warning(f"kernels not compiled, numpy does their work: {problem}")
            return
        build_data["artifacts"].append(f"/{built.relative_to(self.root).as_posix()}")
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"cp311-abi3-{platform}"


def compile_kernels(root: Path) -> Path:
    """Compile the extension into the package; give its path."""
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    class Build(build_ext):
        def build_extension(self, extension: Extension) -> None:
            extension.extra_compile_args = FLAGS.get(self.compiler.compiler_type, FLAGS_DEFAULT)
            super().build_extension(extension)

    extension = Extension(
        "intaglio._format.fast._native",
        [str(root / SOURCE)],
        py_limited_api=True,
    )
    build = Build(Distribution({"ext_modules": [extension]}))
    build.build_lib, build.build_temp = str(root / "reference"), str(root / "build" / "kernels")
    build.force = True
    build.ensure_finalized()
    built = Path(build.get_ext_fullpath(extension.name))
    built.unlink(missing_ok=True)  # an old one must not pass for new
    build.run()
    return built
