"""The IPython extension: figures shown inline carry their data.

%load_ext intaglio starts to capture plot calls, and wraps the formatter that prints a Figure as
PNG. %unload_ext intaglio undoes both. A figure is always shown: if it cannot carry its data, a
warning says why.

The inline backend sets its printer again whenever its configuration changes. So the wrapper is
installed before and after each cell, and when a cell sets another printer.
"""

import base64
import io
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from intaglio._options import LEVEL_DEFAULT
from intaglio.errors import need

Shell: TypeAlias = Any  # an InteractiveShell
Shown: TypeAlias = Any  # a printer's result: None, base64 or bytes, perhaps with metadata

_EVENTS: Final = ("pre_execute", "post_execute")
_OPTIONS: Final = {"profile": None, "level": LEVEL_DEFAULT, "pixels_max": 2**24}
_loaded: Final["WeakKeyDictionary[Any, _Hook]"] = WeakKeyDictionary()


def load(shell: Shell) -> None:
    """Install the extension; called by load_ipython_extension."""
    need("matplotlib.pyplot", "figures")  # sets up the inline backend, which we wrap then
    if shell not in _loaded:
        hook = _loaded[shell] = _Hook(shell)
        hook.begin()


def unload(shell: Shell) -> None:
    """Remove the extension; called by unload_ipython_extension."""
    hook = _loaded.pop(shell, None)
    if hook is not None:
        hook.end()


@dataclass(eq=False)
class _Hook:
    """The printer of figures of one shell, and the printer that it wraps."""

    shell: Shell
    printer: "_Printer | None" = None
    _token: object = field(default_factory=object)

    def begin(self) -> None:
        """Capture plot calls, and wrap the printer now and whenever it is set again."""
        from intaglio.figures import _capture

        _capture.start(self._token)
        self.wrap_printer()
        self._watch()
        for event in _EVENTS:
            self.shell.events.register(event, self.wrap_printer)
        self._show_last()

    def _watch(self) -> None:
        """Wrap a printer as soon as a cell sets it, because the same cell may draw."""
        from matplotlib.figure import Figure

        formatter = self._formatter()
        plain = type(formatter).for_type

        def for_type(kind: Any, printer: Any = None) -> Any:  # noqa: ANN401 - IPython's
            if kind is Figure and printer is not None and not isinstance(printer, _Printer):
                printer = self.printer = _Printer(printer)
            return plain(formatter, kind, printer)

        formatter.for_type = for_type

    def _show_last(self) -> None:
        """Make the backend show figures after our event handlers have wrapped its printer."""
        for shows in [
            call
            for call in self.shell.events.callbacks["post_execute"]
            if getattr(call, "__name__", "") == "flush_figures"
        ]:
            self.shell.events.unregister("post_execute", shows)
            self.shell.events.register("post_execute", shows)

    def end(self) -> None:
        """Undo `begin`."""
        from matplotlib.figure import Figure

        from intaglio.figures import _capture

        _capture.stop(self._token)
        for event in _EVENTS:
            self.shell.events.unregister(event, self.wrap_printer)
        formatter = self._formatter()
        vars(formatter).pop("for_type", None)
        if self.printer is not None and _maybe_printer(formatter) is self.printer:
            if self.printer.before is None:
                formatter.pop(Figure)
            else:
                formatter.for_type(Figure, self.printer.before)

    def _formatter(self) -> Any:  # noqa: ANN401 - IPython's
        return self.shell.display_formatter.formatters["image/png"]

    def wrap_printer(self) -> None:
        """Wrap the current printer, if it is not wrapped."""
        from matplotlib.figure import Figure

        formatter = self._formatter()
        present = _maybe_printer(formatter)
        if present is None and self.printer is not None:
            self.printer = None
            warnings.warn(
                "figures are not shown as PNG any more, and carry no data: "
                "%config InlineBackend.figure_formats = ['png'] shows them with their data",
                stacklevel=2,
            )
        if not isinstance(present, _Printer) and present is not None:
            self.printer = _Printer(present)
            formatter.for_type(Figure, self.printer)


def _maybe_printer(formatter: Any) -> Any:  # noqa: ANN401
    from matplotlib.figure import Figure

    try:
        return formatter.lookup_by_type(Figure)
    except KeyError:
        return None


@dataclass(eq=False)
class _Printer:
    """Prints a Figure as `before` does, and adds its data."""

    before: Callable[..., Shown]

    def __call__(self, figure: Any) -> Shown:  # noqa: ANN401 - a Figure
        """Return the result of `before` with the data; if that fails, warn and return it as is."""
        shown = self.before(figure)
        png, metadata = _unpacked(shown)
        if png is None:
            return shown
        try:
            carrying, metadata = self._with_data(figure, png, metadata)
        except Exception as problem:  # a figure is always shown
            warnings.warn(f"this figure does not carry its data: {problem}", stacklevel=2)
            return shown
        text: Shown = base64.encodebytes(carrying).decode("ascii")
        text = text if isinstance(_first(shown), str) else carrying
        return (text, metadata) if metadata else text

    def _with_data(
        self,
        figure: Any,  # noqa: ANN401 - a Figure
        png: bytes,
        metadata: dict[str, Any],
    ) -> tuple[bytes, dict[str, Any]]:
        from intaglio.figures import _savefig

        render = _Inline(figure, self.before, png)
        drawn = _savefig.fit(figure, render, _OPTIONS, {}, grow=isinstance(self.before, partial))
        out = io.BytesIO()
        _savefig.write(out, drawn)
        if drawn.dpi > render.dpi:  # keep the size at which the figure is shown
            shrink = render.dpi / drawn.dpi
            height, width = (round(side * shrink) for side in drawn.pixels.shape[:2])
            metadata = {"width": width, "height": height, **metadata}
        return out.getvalue(), metadata


class _Inline:
    """Draws a figure as the inline backend does."""

    def __init__(self, figure: Any, before: Callable[..., Shown], png: bytes) -> None:  # noqa: ANN401
        self._before: Final = before
        self._png: Final = png
        keywords = getattr(before, "keywords", {})
        self._retina: Final = 2 if "fmt" not in keywords else 1  # the retina printer has no fmt
        self._printer_dpi: Final = float(keywords.get("dpi", figure.dpi))
        self.dpi: Final = self._printer_dpi * self._retina
        ground = {"facecolor": figure.get_facecolor(), "edgecolor": figure.get_edgecolor()}
        kept = {key: keywords[key] for key in ("pad_inches",) if key in keywords}
        tight = {"bbox_inches": keywords.get("bbox_inches", "tight")}
        self.keywords: Mapping[str, Any] = {**ground, **tight, **kept}
        self._figure: Final = figure

    def __call__(self, dpi: float | None) -> tuple[Any, float]:
        from intaglio.figures._savefig import flat

        if dpi is None:
            return flat(io.BytesIO(self._png)), self.dpi
        png, _ = _unpacked(self._before(self._figure, dpi=dpi / self._retina))
        return flat(io.BytesIO(png or b"")), dpi


def _first(shown: Shown) -> Shown:
    return shown[0] if isinstance(shown, tuple) else shown


def _unpacked(shown: Shown) -> tuple[bytes | None, dict[str, Any]]:
    data = _first(shown)
    metadata = dict(shown[1]) if isinstance(shown, tuple) else {}
    return (base64.b64decode(data) if isinstance(data, str) else data), metadata
