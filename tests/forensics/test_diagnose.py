"""Diagnosis and restoring: what happened is named, and undone where nothing is lost."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.forensics.damage import (
    BYSTANDERS,
    DAMAGE_BY_NAME,
    SOURCES,
    Case,
    answer,
    diagnosed,
    shipped,
    source,
    verdict,
    write_png,
)
from tests.support import calls, same_bits

import intaglio as ig
from intaglio import Reason
from intaglio._forensics import diagnose, filetype
from intaglio._forensics.diagnose import Diagnosis, diagnose_bytes, diagnose_pixels
from intaglio._forensics.orientation import TURNED
from intaglio._forensics.other_formats import FORMATS
from intaglio._forensics.report import FAMILIES
from intaglio._format.registry import MAGIC
from intaglio._operations.restore import restore_pixels

ROOT = Path(__file__).parents[2]
FEW = ("seed-case", "photo-cover", "rgba", "narrow")
DATA = np.random.default_rng(3).normal(size=(60, 80))


def damaged(name: str, kind: str) -> np.ndarray:
    made = Case(name, DAMAGE_BY_NAME[kind], held=False).made()
    assert isinstance(made, np.ndarray)
    return made


def named(pixels: np.ndarray, reason: Reason = Reason.NO_PROLOGUE) -> Diagnosis:
    found = diagnose_pixels(pixels, reason)
    assert found is not None
    return found


def carrier(height: int = 200, width: int = 300, channels: int = 3) -> np.ndarray:
    cover = np.add.outer(np.arange(height) // 3, np.arange(width) // 4).astype(np.uint8)
    pixels = np.repeat(cover[..., None], channels, -1)
    pixels[..., 3:] = 255
    return ig.embed(pixels, DATA)


# What happened is named.


@pytest.mark.parametrize("name", FEW)
@pytest.mark.parametrize(
    "kind",
    [
        *("flipped-horizontally/", "flipped-vertically/", "transposed/", "rotated/rotated-90"),
        *("rotated/rotated-180", "rotated/rotated-270", "padded/white-20", "padded/screenshot"),
        *("cropped-top/0.03", "cropped-bottom/0.3", "cropped-right/0.03", "resized/3-nearest"),
        *("jpeg/q75", "jpeg/q95", "gamma/0.8", "inverted/", "grey/mean", "bit-rot/3"),
        *("palette/median", "resized/2-bicubic", "annotated/circle", "truncated/half", "file/jpeg"),
    ],
)
def test_the_cause_is_named(name, kind):
    damage = DAMAGE_BY_NAME[kind]
    assert diagnosed(Case(name, damage, held=False).made()) in damage.right


@pytest.mark.parametrize("name", FEW)
@pytest.mark.parametrize(
    "kind", ["resized/1.25-lanczos", "resized/0.5-area", "blurred/gauss-1", "webp/q60", "webp/q80"]
)
def test_where_the_cause_is_not_to_be_told_a_family_is_named_that_has_it(name, kind):
    damage = DAMAGE_BY_NAME[kind]
    cause, detail = answer(Case(name, damage, held=False).made())
    assert verdict(cause, damage.right) in ("exact", "family"), detail
    assert "probably" in detail


def test_noise_in_place_of_a_canvas_is_known_by_its_repetition():
    eight = np.random.default_rng(4).integers(0, 256, (8, 4), np.uint8)
    pixels = eight[np.arange(60 * 90) % 8].reshape(60, 90, 4)
    assert named(pixels).cause == "canvas-blocked"
    pixels[59, 89, 0] ^= 1
    assert named(pixels).cause != "canvas-blocked"


@pytest.mark.parametrize("kind", ["premultiplied/canvas", "alpha-flattened/dropped"])
@pytest.mark.parametrize("name", ["rgba", "rgba-dense", "hopper-rgba"])
def test_what_happened_to_alpha_is_named(name, kind):
    found = named(damaged(name, kind), Reason.HEADER_DAMAGED)
    assert found.cause in DAMAGE_BY_NAME[kind].right


MAPPED = ("heat-map", "heat-map-cells")


@pytest.mark.parametrize("name", sorted(set(BYSTANDERS) - {"synthetic-2", *MAPPED}))
def test_a_picture_that_never_carried_data_is_not_accused(name):
    found = named(source(name))
    assert (found.cause, found.certain) == ("not-a-carrier", False)
    assert found.sentence.startswith("no Intaglio data in this picture: it never carried any, or")


@pytest.mark.parametrize("cmap", ["viridis", "rainbow", "terrain", "coolwarm_r", "tab20"])
def test_what_imsave_draws_is_known_by_its_colours_and_told_the_way_out(cmap):
    from matplotlib import pyplot as plt

    data = DATA.copy()
    data[3, 4] = np.nan  # drawn transparent
    file = io.BytesIO()
    plt.imsave(file, data, cmap=cmap, vmin=-3, vmax=3, format="png")
    with pytest.raises(ig.DecodeError) as caught:
        ig.loads(file.getvalue())
    assert caught.value.diagnosis == "colour-mapped"
    assert f"colour map {cmap.removesuffix('_r')}" in caught.value.detail
    assert "intaglio.imsave" in caught.value.detail


@pytest.mark.parametrize("name", MAPPED)
def test_a_heat_map_is_told_from_a_carrier(name):
    assert named(source(name)).cause == "colour-mapped"


@pytest.mark.parametrize("name", SOURCES)
def test_what_strip_leaves_is_suspected_of_nothing(name):
    target = io.BytesIO()
    ig.strip(io.BytesIO(write_png(source(name))), target)
    with pytest.raises(ig.DecodeError) as caught:
        ig.loads(target.getvalue())
    assert caught.value.diagnosis is None
    assert "probably" not in caught.value.detail
    assert "likely" not in caught.value.detail


def test_pictures_of_other_packages_are_not_said_to_have_carried_data():
    pictures = dict(shipped())
    assert len(pictures) >= 3
    for name, pixels in pictures.items():
        with pytest.raises(ig.DecodeError) as caught:
            ig.extract(pixels)
        assert caught.value.detail.startswith("no Intaglio data in this picture"), name


def test_blotchy_grain_may_be_taken_for_resizing_but_not_for_data():
    found = named(source("synthetic-2"))
    assert not found.certain
    assert found.sentence.startswith("no Intaglio data in this picture")


@pytest.mark.parametrize("kind", ["jpeg/q90", "resized/0.5-bilinear", "blurred/gauss-1"])
@pytest.mark.parametrize("name", ["synthetic-1", "plot-lines", "photo-small"])
def test_what_happened_to_a_bystander_is_told_without_saying_that_it_carried_data(name, kind):
    sentence = named(damaged(name, kind)).sentence
    assert sentence.startswith("no Intaglio data in this picture")
    assert "was written" not in sentence


def test_an_inferred_cause_is_marked_as_probable():
    found = named(damaged("photo-cover", "jpeg/q75"))
    assert not found.certain
    assert "probably" in found.sentence
    assert "ask for the original file" in found.sentence


def test_a_cropped_picture_is_told_both_sizes():
    pixels = carrier()[:-30]
    found = named(pixels, Reason.CARRIER_SIZE_MISMATCH)
    assert found.certain
    assert "cropped by 30 pixels at the bottom" in found.sentence
    assert "written for 300x200, the picture is 300x170" in found.sentence


def test_a_picture_cropped_at_the_top_and_left_is_known_by_its_echo():
    found = named(carrier()[11:, 7:])
    assert found.cause == "cropped"
    assert "11 pixels at the top and 7 pixels at the left" in found.sentence


def test_a_drawing_is_found_where_it_is():
    pixels = source("photo-cover").copy()
    pixels[100:104, 200:260] = (255, 0, 0)
    found = named(pixels, Reason.BLOCK_DAMAGED)
    assert found.cause == "annotated"
    assert "columns 200 to 259, rows 100 to 103" in found.sentence


@pytest.mark.parametrize("reason", [Reason.VERSION_UNKNOWN, Reason.LIMIT_EXCEEDED, Reason.NOT_PNG])
def test_a_reason_that_says_it_all_needs_no_diagnosis(reason):
    assert diagnose_pixels(carrier(), reason) is None


def test_every_word_that_an_error_may_name_is_on_its_page():
    words = set(FAMILIES) | {turn.removesuffix("-anti") for turn in TURNED}
    words |= {magic[0] for magic in filetype._MAGICS} | set().union(*FAMILIES.values())
    words |= {form.lower() for form in FORMATS} - {"ppm"}  # which is called netpbm
    for module in Path(diagnose.__file__).parent.glob("*.py"):
        source = module.read_text()
        words |= set(re.findall(r'(?:Diagnosis\(|return )\s*\(?"([a-z][a-z0-9-]+)",', source))
        words |= set().union(
            *re.findall(r'(?:causes.append\(|moved = )"([a-z-]+)"|"([a-z-]+)", what, step', source)
        ) - {""}
    page = (ROOT / "docs" / "diagnosis.md").read_text().split("## The words")[1].split("## How")[0]
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert {word for row in rows for word in re.findall("`(.+?)`", row)} == words


# Bytes that are no PNG.


@pytest.mark.parametrize(
    ("head", "cause"),
    [
        (b"", "empty"),
        (bytes(64), "empty"),
        (b"\xff\xd8\xff\xe0" + bytes(60), "jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(40), "webp"),
        (b"GIF89a" + bytes(60), "gif"),
        (b"\0\0\0\x1cftypavif" + bytes(40), "avif"),
        (b"\0\0\0\x1cftypheic" + bytes(40), "heic"),
        (b"\x93NUMPY\x01\0" + bytes(40), "npy"),
        (b"PK\3\4" + bytes(40), "zip"),
        (b"\x89HDF\r\n\x1a\n" + bytes(40), "hdf5"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html>", "html"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "git-lfs"),
        (b"\x89PNG\n\x1a\n\0\0\0\rIHDR", "text-mode"),
        (b"iVBORw0KGgoAAAANSUhEUg", "base64"),
        (b"hello, world" * 9, "unknown"),
    ],
)
def test_a_file_that_is_no_png_is_told_by_its_head(head, cause):
    found = diagnose_bytes(head)
    assert found is not None
    assert found.cause == cause


def test_a_png_is_cut_off_only_if_all_of_it_was_seen():
    data = write_png(carrier())
    assert diagnose_bytes(data[:999]) is None
    assert diagnose_bytes(data, whole=True) is None
    for size in (3, 8, 20, 999, len(data) - 1):
        found = diagnose_bytes(data[:size], whole=True)
        assert found is not None
        assert found.cause == "truncated"


def test_a_flipped_bit_is_found_in_its_chunk():
    data = bytearray(write_png(carrier()))
    data[500] ^= 4
    found = diagnose_bytes(bytes(data), whole=True)
    assert found is not None
    assert found.cause == "bit-rot"
    assert "in its IDAT chunk" in found.sentence


@given(st.binary(max_size=120), st.booleans())
def test_any_bytes_have_a_diagnosis_or_none(head, whole):
    for data in (head, b"\x89PNG\r\n\x1a\n" + head):
        found = diagnose_bytes(data, whole=whole)
        assert found is None or found.sentence


# Never an error, never long.


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        np.uint8,
        st.tuples(st.integers(1, 40), st.integers(1, 120), st.sampled_from((3, 4))),
        elements=st.integers(0, 255),
        fill=st.integers(0, 255),
    ),
    st.sampled_from(tuple(Reason)),
)
def test_any_pixels_have_a_diagnosis(pixels, reason):
    diagnose_pixels(pixels, reason)
    restore_pixels(pixels)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32),
    st.sampled_from(("opaque", "rgba", "raw")),
    st.tuples(*[st.integers(0, 25)] * 4),
    st.integers(0, 7),
)
def test_any_piece_of_a_small_carrier_has_a_diagnosis(seed, profile, cut, turn):
    rng = np.random.default_rng(seed)
    height, width = rng.integers(1, 60, 2)
    if height * width < 320:
        height, width = height + 20, width + 20
    cover = rng.integers(1, 256, (height, width, 4), np.uint8)
    pixels = ig.embed(cover, np.uint8(7), profile=profile)
    pixels = np.rot90(pixels, turn % 4)[:: 1 if turn < 4 else -1]
    top, left, bottom, right = cut
    piece = pixels[top : max(top + 1, height - bottom), left : max(left + 1, width - right)]
    if piece.size:
        assert named(np.ascontiguousarray(piece)).cause
        restore_pixels(np.ascontiguousarray(piece))


def test_a_large_picture_is_diagnosed_by_whole_rows():
    """No Python for a pixel: fewer calls than it has pixels by a factor of 16."""
    pixels = np.random.default_rng(0).integers(0, 256, (2048, 2048, 3), np.uint8)
    found = [named(pixels).cause]  # everything is imported
    assert calls(lambda: found.append(named(pixels).cause)) <= pixels.size // 3 // 16
    assert found == ["not-a-carrier"] * 2


def pixels_with(plane: np.ndarray) -> np.ndarray:
    """Pixels whose low bits carry those bytes, as [CAR-1] has them."""
    return np.stack([plane >> 5, plane >> 3 & 3, plane & 7], -1) + np.uint8(96)


@pytest.mark.parametrize("shape", [(1, 1 << 22), (1 << 22, 1), (3, 1 << 20), (2048, 2048)])
def test_of_magics_everywhere_only_some_are_looked_at(shape):
    line = b"".join(bytes(b for b in MAGIC for _ in range(factor)) for factor in range(1, 17))
    plane = np.resize(np.frombuffer(line + line[::-1], np.uint8), shape)
    assert calls(lambda: named(pixels_with(plane))) <= plane.size // 8


# Restoring.

TURNS = {
    "flipped-vertically": lambda p: p[::-1],
    "flipped-horizontally": lambda p: p[:, ::-1],
    "rotated-90": lambda p: np.rot90(p, -1),
    "rotated-180": lambda p: np.rot90(p, 2),
    "rotated-270": np.rot90,
    "transposed": lambda p: p.swapaxes(0, 1),
    "transposed-anti": lambda p: np.rot90(p, 2).swapaxes(0, 1),
}


def assert_restored(changed: np.ndarray, original: np.ndarray, said: str) -> None:
    found = restore_pixels(np.ascontiguousarray(changed))
    assert found is not None
    pixels, steps = found
    assert said in "; ".join(steps)
    assert same_bits(pixels, original)
    assert same_bits(ig.extract(pixels)["data"], DATA)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("shape", [(200, 300), (300, 200), (250, 250), (1000, 50), (70, 900)])
def test_every_turn_is_undone(turn, shape):
    original = carrier(*shape)
    assert_restored(TURNS[turn](original), original, " back")
    cause = named(np.ascontiguousarray(TURNS[turn](original))).cause
    assert cause == turn.removesuffix("-anti")


@pytest.mark.parametrize("factor", [2, 3, 4, 7])
def test_enlargement_by_a_whole_factor_is_undone(factor):
    original = carrier()
    assert_restored(
        original.repeat(factor, 0).repeat(factor, 1), original, f"every {factor}x{factor}"
    )


@pytest.mark.parametrize("border", [(1, 0, 0, 0), (0, 3, 2, 0), (40, 41, 42, 43)])
@pytest.mark.parametrize("width", [300, 60])
def test_a_border_is_cut_away(border, width):
    original = carrier(1000 if width == 60 else 200, width)
    top, right, bottom, left = border
    padded = np.pad(original, ((top, bottom), (left, right), (0, 0)), constant_values=255)
    assert_restored(padded, original, "border")


def test_a_turned_and_enlarged_picture_in_a_border_is_restored():
    original = carrier(channels=4)
    changed = np.rot90(original).repeat(2, 0).repeat(2, 1)
    padded = np.pad(changed, ((6, 4), (8, 2), (0, 0)), constant_values=200)
    assert_restored(padded, original, "border")


@pytest.mark.parametrize("width", [300, 60])
def test_a_damaged_first_copy_is_rewritten_from_the_echo(width):
    original = carrier(1000 if width == 60 else 200, width)
    changed = original.copy()
    changed[0, 5:7] ^= 1
    found = restore_pixels(changed)
    assert found is not None
    assert "first 80 pixels" in found[1][0]
    assert same_bits(ig.extract(found[0])["data"], DATA)
    assert named(changed).cause == "bit-rot"


def test_a_damaged_first_copy_is_rewritten_in_a_turned_picture():
    changed = carrier()
    changed[0, 5] ^= 1
    found = restore_pixels(np.ascontiguousarray(changed[::-1]))
    assert found is not None
    assert same_bits(ig.extract(found[0])["data"], DATA)


def test_nothing_is_restored_where_nothing_is_wrong_or_nothing_can_be_done():
    original = carrier()
    assert restore_pixels(original) is None
    assert restore_pixels(original[:-1]) is None
    assert restore_pixels(original[::-1, 1:]) is None
    assert restore_pixels(np.zeros((50, 60, 3), np.uint8)) is None


def test_restoring_leaves_its_input_alone():
    changed = np.ascontiguousarray(carrier()[::-1])
    before = changed.copy()
    restore_pixels(changed)
    assert same_bits(changed, before)


def test_the_corpus_has_files_of_every_kind():
    kinds = {damage.kind for damage in DAMAGE_BY_NAME.values()}
    assert len(kinds) >= 12
    assert len(SOURCES) * len(DAMAGE_BY_NAME) >= 200
