"""capture: record arrays passed to matplotlib methods whose artists do not keep them.

Methods of Axes and Axes3D are wrapped while at least one capture is active. Only the
outermost call of a thread is recorded: not the bar() that hist() calls.
"""

import functools
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from intaglio.errors import need
from intaglio.figures._columns import Mpl, Values

_XYZ: Final = ("x", "y", "z")
_GRID: Final = {1: ("z",), 2: ("z", "levels"), 3: _XYZ, 4: (*_XYZ, "levels")}
_TRIANGLES: Final = {3: _XYZ, 4: (*_XYZ, "levels")}
_FIELD: Final = {
    2: ("u", "v"),
    3: ("u", "v", "c"),
    4: ("x", "y", "u", "v"),
    5: ("x", "y", "u", "v", "c"),
}
_CELLS: Final = {1: ("c",), 3: ("x", "y", "c")}

# Names of positional arguments, by their count, where the signature only says *args.
_POSITIONS: Final[dict[str, Mapping[int, tuple[str, ...]]]] = {
    **dict.fromkeys(("contour", "contourf", "contour3D", "contourf3D"), _GRID),
    **dict.fromkeys(("tricontour", "tricontourf", "plot_trisurf"), _TRIANGLES),
    **dict.fromkeys(("quiver", "barbs"), _FIELD),
    **dict.fromkeys(("pcolor", "pcolormesh", "pcolorfast"), _CELLS),
    "stem": {1: ("heads",), 2: ("locs", "heads")},
    "tripcolor": {3: ("x", "y", "c")},
    "triplot": {2: ("x", "y"), 3: ("x", "y", "triangles")},
    "fill": {2: ("x", "y")},
}
_FLAT: Final = (
    *("hist", "hist2d", "hexbin", "boxplot", "violinplot", "scatter", "bar", "barh", "errorbar"),
    *("fill_between", "fill_betweenx", "stackplot", "eventplot", "pie", "streamplot", "stairs"),
    *("vlines", "hlines", "ecdf", "specgram", "psd", "csd", "cohere", "acorr", "xcorr"),
    *("magnitude_spectrum", "angle_spectrum", "phase_spectrum"),
    *("contour", "contourf", "tricontour", "tricontourf", "tripcolor", "quiver", "barbs"),
    *("pcolor", "pcolormesh", "pcolorfast", "triplot", "stem", "fill"),
    *("broken_barh", "grouped_bar", "bxp", "violin"),
)
_SOLID: Final = (
    *("plot_surface", "plot_wireframe", "plot_trisurf", "scatter", "scatter3D", "contour"),
    *("contour3D", "contourf", "contourf3D", "tricontour", "tricontourf", "bar", "bar3d", "quiver"),
    *("stem", "errorbar", "voxels", "fill_between", "quiver3D", "stem3D"),
)
_SEVERAL: Final = {"stackplot": "y"}  # methods whose *args are several arrays with one name
# lists of pairs, and the names of both parts
_PAIRS: Final = {"broken_barh": {"xranges": ("xmin", "xwidth")}}
_STYLE: Final = frozenset(
    {"color", "colors", "facecolor", "edgecolor", "facecolors", "edgecolors", "linewidths", "alpha"}
    | {"label", "labels", "tick_label", "tick_labels", "norm", "cmap", "self", "kwargs", "data"}
)

_lock: Final = threading.RLock()
_depth: Final = threading.local()
_undo: Final[list[Callable[[], None]]] = []
_active: Final[list[object]] = []


@contextmanager
def capture() -> Iterator[None]:
    """Record arrays passed to hist, boxplot, contour, scatter, plot_surface and others.

    Use it as `with capture(): ...`. Recorded arrays stay with their axes; `savefig` stores them
    and
    `load_figure` returns them as `axes.calls`.

    Notes
    -----
    Calls of all threads are recorded while any thread captures. Captures may be nested. The
    last exit, also by an exception, restores matplotlib.
    """
    token = object()
    start(token)
    try:
        yield
    finally:
        stop(token)


def start(token: object) -> None:
    """Start recording on behalf of `token`."""
    need("matplotlib", "figures")
    with _lock:
        if not _active:
            _wrap_all()
        _active.append(token)


def stop(token: object) -> None:
    """Stop recording for `token`, and unwrap if it was the last; ignore unknown tokens."""
    with _lock:
        if token in _active:
            _active.remove(token)
            if not _active:
                while _undo:
                    _undo.pop()()


def _wrap_all() -> None:
    from matplotlib.axes import Axes
    from mpl_toolkits.mplot3d import Axes3D

    try:
        for owner, methods in ((Axes, _FLAT), (Axes3D, _SOLID)):
            for method in methods:
                if method in vars(owner):
                    _wrap(owner, method)
    except BaseException:
        while _undo:
            _undo.pop()()
        raise


def _wrap(owner: type, method: str) -> None:
    original = vars(owner)[method]
    # our wrapper is still inside another's
    if getattr(original, "_intaglio_original", None) is not None:
        return

    @functools.wraps(original)
    def recorded(self: Mpl, *args: Values, **keywords: Values) -> Any:  # noqa: ANN401
        if not _active or getattr(_depth, "inside", False):
            return original(self, *args, **keywords)
        values = _arrays_of(original, method, args, keywords)
        before = len(self._children)
        _depth.inside = True
        try:
            result = original(self, *args, **keywords)
        finally:
            _depth.inside = False
        from intaglio.figures._calls import keep_call

        keep_call(self, method, values, result, before)
        return result

    recorded._intaglio_original = original  # type: ignore[attr-defined]
    setattr(owner, method, recorded)

    def undo() -> None:
        if vars(owner).get(method) is recorded:  # otherwise another wrapper contains ours
            setattr(owner, method, original)

    _undo.append(undo)


def _arrays_of(
    original: Callable[..., Any],
    method: str,
    args: tuple[Values, ...],
    keywords: Mapping[str, Values],
) -> dict[str, Values]:
    """Return the arguments that are arrays, by name; empty if the call would fail."""
    from intaglio.figures._calls import arrays_in, pairs_in

    data = keywords.get("data")
    found: dict[str, Values] = {}
    for name, value in _named(original, method, args, keywords).items():
        if name in _STYLE:
            continue
        if isinstance(value, str) and data is not None:
            try:
                value = data[value]
            except (KeyError, ValueError, TypeError, IndexError):
                continue
        parts = _PAIRS.get(method, {}).get(name)
        if parts is None:
            found |= arrays_in(name, value)
        else:
            found |= pairs_in(parts, value)
    return found


def _named(
    original: Callable[..., Any],
    method: str,
    args: tuple[Values, ...],
    keywords: Mapping[str, Values],
) -> dict[str, Values]:
    try:
        bound = inspect.signature(original).bind(None, *args, **keywords).arguments
    except TypeError:
        return {}
    named = {key: value for key, value in bound.items() if key not in ("args", "kwargs")}
    rest = bound.get("args", ())
    if method in _SEVERAL:
        named |= {f"{_SEVERAL[method]}{i}": value for i, value in enumerate(rest)}
    elif rest:
        count = sum(not isinstance(value, str) for value in rest)
        names = _POSITIONS.get(method, {}).get(count, [f"arg{i}" for i in range(count)])
        named |= dict(zip(names, rest, strict=False))
    return named | dict(bound.get("kwargs", {}))
