"""Measures image statistics that reveal earlier changes, as plain numbers.

Works on a sample of square windows, so its run time does not grow with the picture.
`classify` interprets the numbers.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
_Floats = npt.NDArray[np.float64]

_WINDOW: Final = 128
_WINDOWS_EACH_WAY: Final = 4
_COLOURS_MAX: Final = 1 << 16
_BLOCKS_MAX: Final = 500
_TILE: Final = 8
_QUIET: Final = 0.3  # share of the tiles, the smoothest, in which noise is measured
_TILES_ACROSS: Final = 64  # tiles that are compared
_BANDS_FIRST: Final = 3  # tile bands that any payload fills
_SMOOTH_ROWS: Final = 0.6  # minimum share of smooth bands below them
_TILES_MIN: Final = 8
# below this, tiles that avoid both ends of the range are a poor sample
_TILES_INSIDE_MIN: Final = 64
_WAVES_MIN: Final = 48  # blocks; with fewer, zero coefficients cluster by chance
_SMALL: Final = 12  # values; steps of a payload within a cell of colour are not larger
_MIDDLING: Final = 30
_LARGE_MAX: Final = 0.7  # share of the steps; cells are at least 1.5 pixels wide
_LUMA: Final = np.array([0.299, 0.587, 0.114])
_TINT: Final = np.array([[1.0, -0.5], [0.0, 1.0], [-1.0, -0.5]])  # R - B, and G - (R + B) / 2
_ROUNDING: Final = 1 / 12  # variance that rounding to integers leaves
_y, _x = np.mgrid[-1 : 1 : _TILE * 1j, -1 : 1 : _TILE * 1j]
_BASIS: Final = np.linalg.qr(
    np.stack([_x**0, _x, _y, _x * _x, _x * _y, _y * _y], -1).reshape(_TILE * _TILE, -1)
)[0]  # the smooth part of a tile: a quadratic surface
_DCT: Final = np.array(
    [
        [(0.5 if u else 0.125**0.5) * np.cos((2 * x + 1) * u * np.pi / 16) for x in range(8)]
        for u in range(8)
    ]
)


@dataclass(frozen=True, slots=True)
class Noise:
    """Noise in the smoothest tiles.

    togetherness: correlation of the pixel differences of R, G and B, up to 1. The other members
    describe colour differences, which a payload makes noisy and a photograph does not.
    tint: variance of R - B. ripple: variance of G against the mean of R and B.
    whiteness: of R - B, from 0 (smooth) to 1 (white noise). bend: kurtosis of its steps.
    fall: its power at 3/8 of the sampling rate over that at 1/8, without rounding noise.
    sharpness: the same of the luma.
    """

    togetherness: float = 1.0
    tint: float = 0.0
    ripple: float = 0.0
    whiteness: float = 0.0
    bend: float = 0.0
    fall: float = 0.0
    sharpness: float = 0.0


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of a sample of the picture.

    colours: number of different colours.
    span: range of most values of a channel, for the channel with the widest.
    is_grey: whether R = G = B everywhere.
    flat: share of pixels that equal their right and lower neighbours.
    speckled: share of pixels that differ from all four neighbours.
    jpeg: standard deviations by which 8x8 blocks fit integer JPEG coefficients better at one
    offset
    than at others.
    blocks: ratio of zero coefficients at the best offset to other offsets, for 8x8 and 4x4
    blocks.
    depths: of R, G, B, if steps between pixels are distributed as payloads of those depths; else
    0.
    stillness: ratio of equal neighbours to those that differ by 1, in the channel with the
    lowest.
    soft: share of medium steps among large ones; low if cells of colour have sharp edges, 1 if
    there are no cells.
    clipped: share of pixels with a channel at 0 or 255.
    comb: share of values that are missing or doubled between values that are not.
    """

    colours: int
    span: int
    is_grey: bool
    flat: float
    speckled: float
    noise: Noise
    jpeg: float
    blocks: tuple[float, float]
    depths: tuple[int, int, int]
    stillness: float
    soft: float
    clipped: float
    comb: float


def measure_statistics(pixels: Pixels) -> Statistics:
    """Measure (H, W, 3 or 4) `pixels`."""
    windows = [window[..., :3] for window in sample(pixels)]
    flat = np.concatenate([window.reshape(-1, 3) for window in windows])
    packed = flat.astype(np.uint32) @ np.array([1, 1 << 8, 1 << 16], np.uint32)
    jpeg, blocks = _blocks(windows)
    steps = _step_counts(windows)
    flatness, speckles = np.mean([_flat(window) for window in windows], 0)
    return Statistics(
        colours=len(np.unique(packed[:: -(-len(packed) // _COLOURS_MAX)])),
        span=int((np.quantile(flat, 0.99, axis=0) - np.quantile(flat, 0.01, axis=0)).max()),
        is_grey=bool((flat[:, 0] == flat[:, 1]).all() and (flat[:, 1] == flat[:, 2]).all()),
        flat=float(flatness),
        speckled=float(speckles),
        noise=_noise(windows),
        jpeg=jpeg,
        blocks=blocks,
        depths=(_step_depth(steps[0]), _step_depth(steps[1]), _step_depth(steps[2])),
        stillness=min(float(counts[0] / max(counts[1], 1)) for counts in steps),
        soft=_soft(windows),
        clipped=float(((flat == 0) | (flat == 255)).any(-1).mean()),
        comb=_comb(flat),
    )


def rough_rows(pixels: Pixels) -> Pixels:
    """Return the first rows if only they are noisy, as a payload leaves them; else all rows."""
    height, width = (side // _TILE * _TILE for side in pixels.shape[:2])
    if min(height, width) < 2 * _TILE:
        return pixels
    lefts = np.linspace(0, width // _TILE - 1, min(_TILES_ACROSS, width // _TILE)).astype(int)
    columns = (lefts[:, None] * _TILE + np.arange(_TILE)).ravel()
    tint = pixels[:height, columns, 0].astype(np.int16) - pixels[:height, columns, 2]
    steps = np.diff(tint.reshape(height // _TILE, _TILE, len(lefts), _TILE), axis=3).astype(float)
    rough = np.quantile((steps**2).mean((1, 3)), _QUIET, axis=1)
    smooth = rough < np.median(rough[:_BANDS_FIRST]) / 4
    first = int(smooth.argmax())
    is_told = first > 1 and smooth[first:].mean() > _SMOOTH_ROWS
    return pixels[: first * _TILE] if is_told else pixels


def sample(pixels: Pixels) -> list[Pixels]:
    """Return windows at multiples of 16, spread over the picture; all of a small one."""
    tops, lefts = (_spread(side) for side in pixels.shape[:2])
    return [pixels[y : y + _WINDOW, x : x + _WINDOW] for y in tops for x in lefts]


def _spread(side: int) -> list[int]:
    if side <= _WINDOW:
        return [0]
    count = min(_WINDOWS_EACH_WAY, -(-side // _WINDOW))
    return sorted({int(at) // 16 * 16 for at in np.linspace(0, side - _WINDOW, count)})


def _flat(window: Pixels) -> tuple[float, float]:
    if min(window.shape[:2]) < 3:
        return 1.0, 0.0
    down = (window[1:] == window[:-1]).all(-1)
    across = (window[:, 1:] == window[:, :-1]).all(-1)
    flat = down[:, :-1] & across[:-1]
    alone = ~(down[1:, 1:-1] | down[:-1, 1:-1] | across[1:-1, 1:] | across[1:-1, :-1])
    return float(flat.mean()), float(alone.mean())


def _tiles(window: _Floats, side: int) -> _Floats:
    """Cut a window into squares: (n, side, side, channels)."""
    height, width = (length // side for length in window.shape[:2])
    cut = window[: height * side, : width * side]
    cut = cut.reshape(height, side, width, side, window.shape[2]).swapaxes(1, 2)
    return cut.reshape(-1, side, side, window.shape[2])


def _noise(windows: list[Pixels]) -> Noise:
    tiles = np.concatenate([_tiles(window.astype(float), _TILE) for window in windows])
    tiles = tiles[np.ptp(tiles, axis=(1, 2)).max(-1) > 0]
    inside = (tiles.min((1, 2, 3)) > 1) & (tiles.max((1, 2, 3)) < 254)
    if inside.sum() >= _TILES_INSIDE_MIN:
        tiles = tiles[inside]
    if len(tiles) < _TILES_MIN:
        return Noise()
    steps = np.diff(_quietest(tiles), axis=2)
    product = np.einsum("nyxc,nyxd->cd", steps, steps)
    size = np.sqrt(np.maximum(np.diag(product), 1e-9))
    correlation = product / np.outer(size, size)
    together = float(correlation[0, 1] + correlation[1, 2] + correlation[0, 2]) / 3
    tints = tiles @ _TINT
    quiet = _quietest(tints[..., :1])[..., 0]
    steps = np.diff(quiet, axis=2)
    power = (steps**2).mean()
    ahead = (steps[:, :, 1:] * steps[:, :, :-1]).mean() / max(power, 1e-9)
    bend = float((steps**4).mean() / max(power**2, 1e-9))
    ripple = float((np.diff(_quietest(tints[..., 1:]), axis=2) ** 2).mean() / 2)
    fall = _fall(quiet, 2 * _ROUNDING)
    sharpness = _fall(_quietest((tiles @ _LUMA)[..., None])[..., 0], _LUMA @ _LUMA * _ROUNDING)
    whiteness = float(np.clip(-2 * ahead, 0, 1))
    return Noise(together, float(power / 2), ripple, whiteness, bend, fall, sharpness)


def _fall(tiles: _Floats, rounding: float) -> float:
    """Return power at 3/8 of the sampling rate over that at 1/8, in (n, side, side) tiles."""
    rough = tiles.reshape(len(tiles), -1)
    rough = (rough - rough @ _BASIS @ _BASIS.T).reshape(tiles.shape)
    waves = np.abs(np.fft.rfft(rough, axis=2)) ** 2
    spectrum = np.maximum(waves.mean((0, 1)) - rounding * _TILE, 0)
    return float(spectrum[3] / max(spectrum[1], 1e-9))


def _quietest(tiles: _Floats) -> _Floats:
    """Return the tiles with the smallest steps between pixels."""
    level = (np.diff(tiles, axis=2) ** 2).mean((1, 2, 3))
    chosen: _Floats = tiles[level <= np.quantile(level, _QUIET)]
    return chosen


def _blocks(windows: list[Pixels]) -> tuple[float, tuple[float, float]]:
    luma = [np.rint(window.astype(float) @ _LUMA)[..., None] for window in windows]
    fits, counts, zeros = np.zeros((8, 8)), np.zeros((8, 8)), np.zeros((8, 8))
    for dy, dx in np.ndindex(8, 8):
        waves = _waves(luma, dy, dx)
        if not len(waves):
            return 0.0, (1.0, 1.0)
        large = waves[np.abs(waves) > 1.5]
        fits[dy, dx], counts[dy, dx] = np.cos(2 * np.pi * large).sum(), large.size
        zeros[dy, dx] = (np.abs(waves) < 0.5).mean()
    expected = (fits.sum() - fits) / np.maximum(counts.sum() - counts, 1)
    leads = (fits - expected * counts) / np.sqrt(counts / 2 + 1)
    blocks = (_times(zeros), _times(zeros.reshape(2, 4, 2, 4).mean((0, 2))))
    return float(leads.max()), blocks


def _waves(luma: list[_Floats], dy: int, dx: int) -> _Floats:
    """Return (n, 63) cosine coefficients of non-flat 8x8 blocks, with the grid at that offset."""
    tiles = np.concatenate([_tiles(window[dy:, dx:], 8) for window in luma])[..., 0]
    tiles = tiles[np.ptp(tiles, axis=(1, 2)) > 3]
    tiles = tiles[:: max(1, len(tiles) // _BLOCKS_MAX)]
    if len(tiles) < _WAVES_MIN:
        return np.empty((0, 63))
    waves: _Floats = (_DCT @ tiles @ _DCT.T).reshape(-1, 64)[:, 1:]
    return waves


def _times(parts: _Floats) -> float:
    return float((parts.max() + 0.05) / (np.median(parts) + 0.05))


def _step_counts(windows: list[Pixels]) -> list[_Floats]:
    """Count, for each channel, steps of 0 to 255 between neighbours in a row, one way."""
    result = []
    for channel in range(3):
        steps = [np.diff(window[..., channel].astype(int), axis=1).ravel() for window in windows]
        counts = np.bincount(np.abs(np.concatenate(steps)), minlength=256) / 2.0
        counts[0] *= 2
        result.append(counts)
    return result


def _soft(windows: list[Pixels]) -> float:
    steps = [np.abs(np.diff(window.astype(np.int16), axis=1)).max(-1).ravel() for window in windows]
    size = np.concatenate(steps)
    large = size[size > _SMALL]
    are_cells = 0 < len(large) < _LARGE_MAX * len(size)
    return float((large <= _MIDDLING).mean()) if are_cells else 1.0


def _step_depth(counts: _Floats) -> int:
    """Return the depth d whose uniform numbers give these step counts; 0 if none."""
    return next((depth for depth in (2, 3, 4) if _is_spread(counts, 1 << depth)), 0)


def _is_spread(counts: _Floats, width: int) -> bool:
    """Return whether counts of steps 0 to width - 1 fall linearly, above those of edges."""
    ground = counts[width : 2 * width].mean()
    above = counts[:width] - ground
    slope = abs(counts[width] - counts[2 * width - 1])
    if counts[0] < 300 or above[0] < counts[0] / 3 or slope > above[0] / 6:
        return False
    wanted = 1 - np.arange(width) / width
    return bool(np.abs(above / above[0] - wanted).max() < 0.14)


def _comb(flat: Pixels) -> float:
    odd = used = 0
    for channel in flat.T:
        counts = np.bincount(channel, minlength=256).astype(float)
        left, here, right = counts[1:-3], counts[2:-2], counts[3:-1]
        busy = np.maximum(np.minimum(left, right), here) >= 100
        gaps = here < np.minimum(left, right) / 8
        peaks = here > 1.7 * np.maximum(left, right)
        used += int(busy.sum())
        odd += int((busy & (gaps | peaks)).sum())
    return odd / used if used else 0.0
