"""The codec: one chunk of a Zarr array is one picture, the array in it is named `data`.

docs/zarr-codec/README.md is its specification. zarr hands over the place of a chunk together
with the part to write, so that it is decided here, by bits, which chunks need no picture.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any, Final, Self

import numpy as np
from zarr.abc.codec import (
    ArrayBytesCodec,
    ArrayBytesCodecPartialDecodeMixin,
    ArrayBytesCodecPartialEncodeMixin,
)
from zarr.abc.store import ByteGetter, ByteSetter
from zarr.core.array_spec import ArraySpec
from zarr.core.buffer import Buffer, NDBuffer

from intaglio._colormap_data import ROW_BY_NAME
from intaglio._format.elements import Array, element_type_of
from intaglio._format.registry import DEFAULT_PROFILE, RANK_MAX
from intaglio._packing.job import make_job
from intaglio._render.norms import NORM_NAMES
from intaglio._render.style import COLORMAP_DEFAULT
from intaglio.api import dumps
from intaglio.errors import EncodeError, IntaglioError, Reason
from intaglio.zarr._chunks import (
    about_chunk,
    decode,
    form_of,
    has_lookalikes,
    is_fill,
    is_whole,
    merge,
)

NAME: Final = "intaglio"
_ALWAYS_SAID: Final = ("cmap", "profile", "effort")  # so that new defaults change no old store
_SEPARATE: Final = "a serializer: serializer=Picture(...), filters=None, compressors=None"


class _Named(type):
    """Says in zarr's "expected ..., got ..." where the codec belongs."""

    def __repr__(cls) -> str:
        return f"<class 'intaglio.zarr.Picture', {_SEPARATE}>"


@dataclass(frozen=True, kw_only=True)
class Picture(
    ArrayBytesCodec,
    ArrayBytesCodecPartialDecodeMixin,
    ArrayBytesCodecPartialEncodeMixin,
    metaclass=_Named,
):
    """Chunks as PNG pictures that carry them exactly.

    cmap: the name of a colour map.
    vmin, vmax: values at its ends, for all tiles; where they are not given every tile has its
    own, and colours cannot be compared between tiles: `shared_range` finds them.
    norm: "linear", "log", "symlog" or "twoslope".
    profile: a name of SPEC.md section 5, or four depths.
    level: zstd's, 1 to 22; None: chosen.  effort: "fast" or "small".
    Errors: EncodeError(option-invalid).
    """

    is_fixed_size = False

    cmap: str = COLORMAP_DEFAULT
    vmin: float | None = None
    vmax: float | None = None
    norm: str | None = None
    profile: str | tuple[int, ...] = DEFAULT_PROFILE
    level: int | None = None
    effort: str = "fast"

    def __post_init__(self) -> None:
        if not isinstance(self.cmap, str) or self.cmap not in ROW_BY_NAME:
            raise _invalid("cmap", f"cmap={self.cmap!r} is no colour map: a store says it by name")
        if self.norm is not None and self.norm not in NORM_NAMES:
            raise _invalid("norm", f"norm= is one of {', '.join(NORM_NAMES)}, not {self.norm!r}")
        if not isinstance(self.profile, str):
            object.__setattr__(self, "profile", tuple(self.profile))
        for number in (self.level, *(() if isinstance(self.profile, str) else self.profile)):
            if number is not None and (isinstance(number, bool) or number != int(number)):
                raise _invalid(None, f"{number!r}: level and depths are whole numbers")
        for name in ("vmin", "vmax"):
            value = getattr(self, name)
            if isinstance(value, np.generic):
                object.__setattr__(self, name, value.item())
        make_job(self._options(), None)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The codec that a zarr.json describes."""
        configuration = data.get("configuration", {})
        known = [field.name for field in fields(cls)]
        for member in configuration:
            if member not in known:
                raise _invalid(None, f"codec {NAME!r} has no {member!r}: it has {', '.join(known)}")
        return cls(**configuration)

    def to_dict(self) -> dict[str, Any]:
        """What stands in zarr.json."""
        said = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in self._options().items()
            if value is not None or name in _ALWAYS_SAID
        }
        return {"name": NAME, "configuration": said}

    def _options(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def validate(self, *, shape: tuple[int, ...], dtype: Any, chunk_grid: Any) -> None:  # noqa: ANN401, ARG002
        """Refuse an array that has no place in a picture, before it is made."""
        element_type_of(np.empty(0, dtype.to_native_dtype()))
        if len(shape) > RANK_MAX:
            raise EncodeError(
                Reason.SHAPE_UNSUPPORTED, f"{len(shape)} dimensions, at most {RANK_MAX} are carried"
            )

    def resolve_metadata(self, chunk_spec: ArraySpec) -> ArraySpec:
        """What the next codec would get: there is none."""
        return _NothingFollows(
            chunk_spec.shape,
            chunk_spec.dtype,
            chunk_spec.fill_value,
            chunk_spec.config,
            chunk_spec.prototype,
        )

    def compute_encoded_size(self, input_byte_length: int, chunk_spec: ArraySpec) -> int:
        """Nobody knows before it is written."""
        raise NotImplementedError

    # Alone in its chain, or in that of a sharding codec: zarr asks for parts of chunks.

    async def _encode_partial_single(
        self,
        byte_setter: ByteSetter,
        chunk_array: NDBuffer,
        selection: Any,  # noqa: ANN401 - whatever numpy takes
        chunk_spec: ArraySpec,
    ) -> None:
        stored: Buffer | None = None
        if not is_whole(selection, chunk_spec.shape):
            stored = await byte_setter.get(prototype=chunk_spec.prototype)

        def work() -> Buffer | None:
            with _named(byte_setter):
                whole = None if stored is None else self._decode(stored, chunk_spec)
                merged = merge(whole, chunk_array.as_numpy_array(), selection, chunk_spec)
                if not chunk_spec.config.write_empty_chunks and is_fill(merged, chunk_spec):
                    return None
                return self._encode(merged, chunk_spec)

        png = await asyncio.to_thread(work)
        if png is None:
            await byte_setter.delete()
        else:
            await byte_setter.set(png)

    async def _decode_partial_single(
        self,
        byte_getter: ByteGetter,
        selection: Any,  # noqa: ANN401
        chunk_spec: ArraySpec,
    ) -> NDBuffer | None:
        stored = await byte_getter.get(prototype=chunk_spec.prototype)
        if stored is None:
            return None

        def work() -> NDBuffer:
            with _named(byte_getter):
                whole = self._decode(stored, chunk_spec)
            return chunk_spec.prototype.nd_buffer.from_numpy_array(whole)[selection]

        return await asyncio.to_thread(work)

    # Behind filters: zarr merges parts, and leaves out what compares equal to the fill value.

    async def _encode_single(self, chunk_data: NDBuffer, chunk_spec: ArraySpec) -> Buffer:
        if not chunk_spec.config.write_empty_chunks and has_lookalikes(chunk_spec.fill_value):
            raise _invalid(
                None,
                f"behind filters= zarr leaves out chunks that compare equal to the fill value "
                f"{chunk_spec.fill_value}, whatever their bits (NaN payloads, signs of zeros): "
                "config={'write_empty_chunks': True}, or no filters=",
            )
        return await asyncio.to_thread(self._encode, chunk_data.as_numpy_array(), chunk_spec)

    async def _decode_single(self, chunk_data: Buffer, chunk_spec: ArraySpec) -> NDBuffer:
        whole = await asyncio.to_thread(self._decode, chunk_data, chunk_spec)
        return chunk_spec.prototype.nd_buffer.from_numpy_array(whole)

    def _decode(self, stored: Buffer, spec: ArraySpec) -> Array:
        return decode(stored.to_bytes(), form_of(spec))

    def _encode(self, array: Array, spec: ArraySpec) -> Buffer:
        try:
            return spec.prototype.buffer.from_bytes(dumps(array, **self._options()))
        except EncodeError as problem:
            if problem.reason != Reason.CAPACITY_EXCEEDED:
                raise
            detail = f"{problem.detail}; or smaller chunks=, these have {array.nbytes:,} bytes"
            raise EncodeError(problem.reason, detail) from problem


class _NothingFollows(ArraySpec):
    """The spec for codecs behind a picture; there are to be none, or chunks are no pictures."""

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401
        if name == "prototype":
            raise _invalid(
                None,
                "another codec follows the pictures, so that chunks would be none: zarr adds zstd "
                f"where nothing else is said; Picture is {_SEPARATE}",
            )
        return super().__getattribute__(name)


@contextmanager
def _named(place: ByteGetter) -> Iterator[None]:
    """Let errors say which chunk it is."""
    try:
        yield
    except IntaglioError as problem:
        inner = getattr(place, "chunk_coords", None)
        key = f"{inner} in its shard" if inner is not None else getattr(place, "path", "")
        raise about_chunk(problem, key) from problem


def _invalid(option: str | None, detail: str) -> EncodeError:
    return EncodeError(Reason.OPTION_INVALID, detail, option)
