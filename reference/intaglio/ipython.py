"""The IPython extension: figures shown inline carry their data.

%load_ext intaglio begins to capture and stands before what turns a Figure into a PNG;
%unload_ext intaglio takes both back. A figure is always shown, with its data or without.
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
Shown: TypeAlias = Any  # what a printer gives: None, base64 or bytes, perhaps with metadata

_EVENTS: Final = ("pre_execute", "post_execute")
_OPTIONS: Final = {"profile": None, "level": LEVEL_DEFAULT, "pixels_max": 2**24}
_loaded: Final["WeakKeyDictionary[Any, _Hook]"] = WeakKeyDictionary()


def load(shell: Shell) -> None:
    """Begin: what load_ipython_extension calls."""
    need("matplotlib.pyplot", "figures")  # sets up the inline backend, before we stand in front
    if shell not in _loaded:
        hook = _loaded[shell] = _Hook(shell)
        hook.begin()


def unload(shell: Shell) -> None:
    """End: what unload_ipython_extension calls."""
    hook = _loaded.pop(shell, None)
    if hook is not None:
        hook.end()


@dataclass(eq=False)
class _Hook:
    """One shell's printer of figures, and what it was before."""

    shell: Shell
    printer: "_Printer | None" = None
    _token: object = field(default_factory=object)

    def begin(self) -> None:
        """Record, and stay in front when the inline backend sets its printer anew."""
        from intaglio.figures import _capture

        _capture.start(self._token)
        self.stand_in_front()
        self._watch()
        for event in _EVENTS:
            self.shell.events.register(event, self.stand_in_front)
        self._show_last()

    def _watch(self) -> None:
        """Stand in front at once where a cell sets another printer, and draws in the same cell."""
        from matplotlib.figure import Figure

        formatter = self._formatter()
        plain = type(formatter).for_type

        def for_type(kind: Any, printer: Any = None) -> Any:  # noqa: ANN401 - IPython's
            if kind is Figure and printer is not None and not isinstance(printer, _Printer):
                printer = self.printer = _Printer(printer)
            return plain(formatter, kind, printer)

        formatter.for_type = for_type

    def _show_last(self) -> None:
        """Let the backend show figures after us, also those of the cell that changed its setup."""
        for shows in [
            call
            for call in self.shell.events.callbacks["post_execute"]
            if getattr(call, "__name__", "") == "flush_figures"
        ]:
            self.shell.events.unregister("post_execute", shows)
            self.shell.events.register("post_execute", shows)

    def end(self) -> None:
        """Undo all of it."""
        from matplotlib.figure import Figure

        from intaglio.figures import _capture

        _capture.stop(self._token)
        for event in _EVENTS:
            self.shell.events.unregister(event, self.stand_in_front)
        formatter = self._formatter()
        vars(formatter).pop("for_type", None)
        if self.printer is not None and _maybe_printer(formatter) is self.printer:
            if self.printer.before is None:
                formatter.pop(Figure)
            else:
                formatter.for_type(Figure, self.printer.before)

    def _formatter(self) -> Any:  # noqa: ANN401 - IPython's
        return self.shell.display_formatter.formatters["image/png"]

    def stand_in_front(self) -> None:
        """Put our printer before the present one, if it is not there."""
        from matplotlib.figure import Figure

        formatter = self._formatter()
        present = _maybe_printer(formatter)
        if present is None and self.printer is not None:
            self.printer = None
            warnings.warn(
                "figures are not shown as PNG any more, and carry no data: "
                "%config InlineBackend.figure_formats = ['png'] shows them with it",
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
    """Prints a Figure as `before` does, with its data in it."""

    before: Callable[..., Shown]

    def __call__(self, figure: Any) -> Shown:  # noqa: ANN401 - a Figure
        """Give what `before` gives; if the data cannot be carried, warn and give just that."""
        shown = self.before(figure)
        png, metadata = _unpacked(shown)
        if png is None:
            return shown
        try:
            carrying, metadata = self._with_data(figure, png, metadata)
        except Exception as problem:  # a figure is never lost
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
        if drawn.dpi > render.dpi:  # shown as large as it would have been
            shrink = render.dpi / drawn.dpi
            height, width = (round(side * shrink) for side in drawn.pixels.shape[:2])
            metadata = {"width": width, "height": height, **metadata}
        return out.getvalue(), metadata


class _Inline:
    """Draws as the inline backend does."""

    def __init__(self, figure: Any, before: Callable[..., Shown], png: bytes) -> None:  # noqa: ANN401
        self._before: Final = before
        self._png: Final = png
        asked = getattr(before, "keywords", {})
        self._retina: Final = 2 if "fmt" not in asked else 1  # print_figure is told, retina knows
        self._asked_dpi: Final = float(asked.get("dpi", figure.dpi))
        self.dpi: Final = self._asked_dpi * self._retina
        ground = {"facecolor": figure.get_facecolor(), "edgecolor": figure.get_edgecolor()}
        kept = {key: asked[key] for key in ("pad_inches",) if key in asked}
        tight = {"bbox_inches": asked.get("bbox_inches", "tight")}
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
