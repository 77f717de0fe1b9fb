"""TIFF: the samples that the file says, or a refusal; no other file; what is left out has a name."""

import io
import zlib

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image
from tests.convert.raster_files import packed, tiff, tiff_tags
from tests.support import same_bits

import intaglio as ig
from intaglio import _convert
from intaglio._convert.base import Content, ReadOptions
from intaglio.cli.run import run
from intaglio.errors import FormatError

RNG = np.random.default_rng(42)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tiff")


def content_of(folder, data, **options):
    (folder / "a.tif").write_bytes(data)
    return _convert.read(folder / "a.tif", ReadOptions(**options))


def array_of(folder, data, **options):
    (array,) = content_of(folder, data, **options).arrays.values()
    return array


def why_not(folder, data, **options):
    with pytest.raises(FormatError) as caught:
        content_of(folder, data, **options)
    return str(caught.value)


# Other files


def ome(folder, name, *, other=None):
    """Two planes as OME-TIFF, the second in `other` if that is given."""
    planes = RNG.integers(0, 256, (2, 6, 8), dtype=np.uint8)
    second = f'<UUID FileName="{other}">urn:uuid:2</UUID>' if other else ""
    xml = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:1">'
        '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint8" '
        'SizeX="8" SizeY="6" SizeZ="2" SizeC="1" SizeT="1"><Channel ID="C:0" SamplesPerPixel="1"/>'
        '<TiffData IFD="0" FirstZ="0" PlaneCount="1"/>'
        f'<TiffData IFD="{0 if other else 1}" FirstZ="1" PlaneCount="1">{second}</TiffData>'
        "</Pixels></Image></OME>"
    )
    tifffile.imwrite(folder / name, planes[0 : 1 if other else 2], description=xml, metadata=None,
                     photometric="minisblack")  # fmt: skip
    return planes


def test_an_ome_tiff_that_names_another_file_is_refused_and_that_file_not_read(tmp_path, capsys):
    ome(tmp_path, "a.ome.tif", other="b.ome.tif")
    secret = np.full((6, 8), 77, np.uint8)
    tifffile.imwrite(tmp_path / "b.ome.tif", secret, metadata=None)
    out = tmp_path / "o.png"
    assert run(["pack", str(tmp_path / "a.ome.tif"), "-o", str(out)]) == 65
    error = capsys.readouterr().err
    assert "another file, 'b.ome.tif'" in error
    assert not out.exists()
    (tmp_path / "b.ome.tif").unlink()
    assert run(["pack", str(tmp_path / "a.ome.tif"), "-o", str(out)]) == 65
    assert "another file" in capsys.readouterr().err


@pytest.mark.parametrize("inside", ["../b.tif", "/etc/passwd", "b.companion.ome"])
def test_every_way_to_name_another_file_is_refused(tmp_path, inside):
    xml = f'<OME UUID="urn:uuid:1"><BinaryOnly MetadataFile="{inside}" UUID="urn:uuid:9"/></OME>'
    tifffile.imwrite(tmp_path / "a.ome.tif", np.zeros((2, 2)), description=xml, metadata=None)
    with pytest.raises(FormatError, match="another file"):
        _convert.read(tmp_path / "a.ome.tif")
    ome(tmp_path, "b.ome.tif", other=inside)
    with pytest.raises(FormatError, match="another file"):
        _convert.read(tmp_path / "b.ome.tif")


def test_an_ome_tiff_of_one_file_keeps_its_axes_and_names_its_description(tmp_path):
    planes = ome(tmp_path, "a.ome.tif")
    content = _convert.read(tmp_path / "a.ome.tif")
    assert same_bits(content.arrays[""], planes)
    assert any("ImageDescription" in note for note in content.notes)
    stack = RNG.integers(0, 9, (2, 3, 4, 5, 6)).astype(np.int16)
    tifffile.imwrite(tmp_path / "b.ome.tif", stack, metadata={"axes": "TZCYX"})
    assert same_bits(_convert.read(tmp_path / "b.ome.tif").arrays[""], stack)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('PlaneCount="1"/>', 'PlaneCount="999999999"/>', "PlaneCount='999999999'"),
        ('IFD="0"', 'IFD="-1"', "IFD='-1'"),
        ('FirstZ="1"', 'FirstZ="888888888"', "FirstZ"),
        ("<OME ", '<!DOCTYPE a [<!ENTITY b "c">]><OME ', "document type"),
        ('SizeZ="2"', 'SizeZ="3"', "TIFF file|image 0"),
    ],
)
def test_ome_xml_that_asks_for_what_the_file_has_not_is_refused(tmp_path, old, new, why):
    ome(tmp_path, "a.ome.tif")
    xml = tifffile.tiffcomment(tmp_path / "a.ome.tif").replace(old, new, 1)
    tifffile.tiffcomment(tmp_path / "a.ome.tif", xml)
    with pytest.raises(FormatError, match=why):
        _convert.read(tmp_path / "a.ome.tif")


# Samples


KINDS = ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8", "c8", "c16", "?"]


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_what_tifffile_writes_is_equal_in_every_sample(folder, data):
    kind = np.dtype(data.draw(st.sampled_from(KINDS)))
    shape = data.draw(hnp.array_shapes(min_dims=2, max_dims=4, max_side=20))
    bits = np.random.default_rng(data.draw(st.integers(0, 99))).bytes(
        int(np.prod(shape)) * kind.itemsize
    )
    array = np.frombuffer(bits, kind if kind.kind != "b" else "u1").reshape(shape)
    array = array % 2 == 1 if kind.kind == "b" else array
    options = {"byteorder": data.draw(st.sampled_from("<>")), "bigtiff": data.draw(st.booleans())}
    if data.draw(st.booleans()) and kind.kind != "b":
        options["compression"] = data.draw(st.sampled_from(["zlib", "lzma"]))
    if data.draw(st.booleans()):
        options["tile"] = (16, 16)
    elif data.draw(st.booleans()):
        options["rowsperstrip"] = data.draw(st.integers(1, 20))
    tifffile.imwrite(folder / "w.tif", array, photometric="minisblack", **options)
    found = _convert.read(folder / "w.tif").arrays[""]
    assert same_bits(found, array)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("bits", "kind", "dtype"), [
    (8, 1, "u1"), (16, 1, "u2"), (32, 1, "u4"), (64, 1, "u8"), (8, 2, "i1"), (16, 2, "i2"),
    (32, 2, "i4"), (64, 2, "i8"), (16, 3, "f2"), (32, 3, "f4"), (64, 3, "f8"), (64, 6, "c8"),
    (128, 6, "c16"), (8, 4, "u1"),
])  # fmt: skip
def test_samples_of_every_depth_and_format_are_the_bits_of_the_file(
    folder, bits, kind, dtype, order
):
    array = np.frombuffer(RNG.bytes(12 * bits // 8), dtype).reshape(3, 4)
    raw = array.astype(np.dtype(dtype).newbyteorder(order)).tobytes()
    content = content_of(folder, tiff([(tiff_tags(4, 3, bits, kind=kind), [raw])], order))
    assert same_bits(content.arrays[""], array)
    assert content.notes == ()


@pytest.mark.parametrize("compression", [1, 8])
def test_complex_integers_become_complex_floats_with_a_note(folder, compression):
    parts = RNG.integers(-(2**15), 2**15, (3, 4, 2)).astype("<i2")
    raw = parts.tobytes() if compression == 1 else zlib.compress(parts.tobytes())
    tags = tiff_tags(4, 3, 32, kind=5, _259=(3, [compression]))
    content = content_of(folder, tiff([(tags, [raw])]))
    expected = (parts[..., 0] + 1j * parts[..., 1]).astype(np.complex64)
    assert same_bits(content.arrays[""], expected)
    assert "complex integers" in content.notes[0]


def test_single_bits_are_bool_and_the_fill_order_counts(folder):
    samples = RNG.integers(0, 2, (5, 11))
    rows = b"".join(packed(samples, 1))
    turned = bytes(int(f"{byte:08b}"[::-1], 2) for byte in rows)
    for photometric in (0, 1):
        for raw, order in ((rows, 1), (turned, 2)):
            tags = tiff_tags(11, 5, 1, photometric=photometric, _266=(3, [order]))
            content = content_of(folder, tiff([(tags, [raw])]))
            assert same_bits(content.arrays[""], samples.astype(bool))
            assert any("0 is white" in note for note in content.notes) == (photometric == 0)


def has_imagecodecs():
    try:
        import imagecodecs  # noqa: F401
    except ImportError:
        return False
    return True


@pytest.mark.parametrize("bits", [2, 3, 4, 6, 10, 12, 14, 24])
def test_odd_depths_are_exact_with_imagecodecs_and_refused_without(folder, bits):
    samples = RNG.integers(0, 1 << bits, (4, 8))
    text = "".join(f"{int(sample):0{bits}b}" for sample in samples.ravel())
    raw = bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))
    data = tiff([(tiff_tags(8, 4, bits), [raw])])
    if has_imagecodecs():
        content = content_of(folder, data)
        assert np.array_equal(content.arrays[""], samples)
        assert f"{bits} bit(s)" in content.notes[0]
    else:
        assert "imagecodecs" in why_not(folder, data)


@pytest.mark.parametrize("kind", ["u1", "u2"])
def test_the_horizontal_predictor_is_undone(folder, kind):
    array = RNG.integers(0, 256, (9, 12)).astype(kind)
    file = io.BytesIO()
    Image.fromarray(array).save(file, "TIFF", compression="tiff_adobe_deflate", tiffinfo={317: 2})
    assert same_bits(array_of(folder, file.getvalue()), array)


def test_planes_of_samples_come_as_they_are_stored(folder):
    array = RNG.integers(0, 256, (3, 4, 5), dtype=np.uint8)
    tags = tiff_tags(5, 4, 8, samples=3, photometric=2, _284=(3, [2]))
    content = content_of(folder, tiff([(tags, [plane.tobytes() for plane in array])]))
    assert same_bits(content.arrays[""], array)


# Palettes


def palette_tiff(depth=8, *, colours=None, pages=1):
    indices = RNG.integers(0, 1 << depth, (4, 6)).astype(np.uint8)
    colours = RNG.integers(0, 65536, (1 << depth, 3)) if colours is None else colours
    tags = tiff_tags(6, 4, depth, photometric=3, _320=(3, colours.T.ravel().tolist()))
    raw = indices.tobytes() if depth == 8 else b"".join(packed(indices, depth))
    return indices, colours.astype(np.uint16), tiff([(tags, [raw])] * pages)


@pytest.mark.parametrize("depth", [1, 8])
def test_a_palette_tiff_gives_colours_of_16_bits_or_indices(folder, depth):
    indices, colours, data = palette_tiff(depth)
    content = content_of(folder, data)
    assert same_bits(content.arrays[""], colours[indices])
    assert "--indices" in " ".join(content.notes)
    indexed = content_of(folder, data, indices=True)
    assert np.array_equal(indexed.arrays[""], indices)
    assert indexed.attrs[""]["palette"] == colours.tolist()


def test_a_stack_with_one_palette_is_read_and_with_several_refused(folder):
    indices, colours, data = palette_tiff(pages=2)
    assert same_bits(array_of(folder, data), np.stack([colours[indices]] * 2))
    other = colours[::-1].copy()
    pages = [
        (tiff_tags(6, 4, 8, photometric=3, _320=(3, each.T.ravel().tolist())), [indices.tobytes()])
        for each in (colours, other)
    ]
    assert "palettes that differ" in why_not(folder, tiff(pages))


def test_the_command_packs_indices_of_a_palette_tiff(tmp_path, capsys):
    mask = np.array([[0, 7, 15]], np.uint8)
    image = Image.fromarray(mask, "P")
    image.putpalette(bytes(range(48)))
    image.save(tmp_path / "a.tif")
    out = str(tmp_path / "o.png")
    assert run(["pack", str(tmp_path / "a.tif"), "-o", out, "--indices"]) == 0
    assert same_bits(ig.load(out), mask)
    assert run(["pack", str(tmp_path / "a.tif"), "-o", out, "--force"]) == 0
    assert ig.load(out).shape == (1, 3, 3)
    assert "palette colours are stored" in capsys.readouterr().err


# What is left out has a name


def test_tags_that_no_array_holds_are_named(folder):
    tags = tiff_tags(
        2, 1, 8,
        _270=(2, b"a description\0"), _274=(3, [6]), _282=(5, [72, 1]), _283=(5, [72, 1]),
        _296=(3, [2]), _33550=(12, [1.0, 1.0, 0.0]), _34735=(3, [1, 1, 0, 0]), _42113=(2, b"7\0"),
        _34675=(2, b"profile\0"),
    )  # fmt: skip
    content = content_of(folder, tiff([(tags, [b"\1\2"])]))
    assert content.arrays[""].tolist() == [[1, 2]]
    assert content.notes[0] == "its orientation (6) is not applied"
    for name in ("ModelPixelScaleTag", "GeoKeyDirectoryTag", "GDAL_NODATA", "ImageDescription",
                 "XResolution", "InterColorProfile"):  # fmt: skip
        assert name in content.notes[1]


@pytest.mark.parametrize(
    ("photometric", "samples", "extra", "words"),
    [
        (5, 4, None, "SEPARATED"),
        (6, 3, None, "YCBCR"),
        (8, 3, None, "CIELAB"),
        (2, 4, 1, "associated"),
        (32803, 1, None, "CFA"),
    ],
)
def test_what_samples_mean_is_named_where_it_is_not_grey_or_colour(
    folder, photometric, samples, extra, words
):
    array = RNG.integers(0, 256, (2, 3, samples), dtype=np.uint8)
    more = {} if extra is None else {"_338": (3, [extra])}
    if photometric == 6:
        more["_530"] = (3, [1, 1])
    tags = tiff_tags(3, 2, 8, samples=samples, photometric=photometric, **more)
    content = content_of(folder, tiff([(tags, [array.tobytes()])]))
    assert np.array_equal(content.arrays[""].reshape(array.shape), array)
    assert words in " ".join(content.notes)


def test_our_own_files_are_read_without_a_note(folder):
    _convert.write(folder / "own.tif", "tif", Content({"a": np.zeros((3, 4))}))
    assert _convert.read(folder / "own.tif").notes == ()


def test_copies_of_other_sizes_are_left_out_on_request_only(tmp_path, capsys):
    image = RNG.integers(0, 256, (64, 64), dtype=np.uint8)
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(image, subifds=1, tile=(16, 16), metadata=None)
        writer.write(image[::2, ::2], tile=(16, 16), metadata=None, subfiletype=1)
    out = str(tmp_path / "o.png")
    assert run(["pack", str(tmp_path / "a.tif"), "-o", out]) == 65
    assert "level 1 of image 0" in capsys.readouterr().err
    assert run(["pack", str(tmp_path / "a.tif"), "-o", out, "--skip"]) == 0
    assert "level 1 of image 0" in capsys.readouterr().err
    assert same_bits(ig.load(out), image)


# What the file says and does not hold


def test_samples_that_are_missing_are_refused_not_made_up(folder):
    tags = tiff_tags(4, 4, 8, _278=(4, [2]))
    sound = tiff([(tags, [b"abcdefgh", b"ijklmnop"])])
    assert array_of(folder, sound).tobytes() == b"abcdefghijklmnop"
    for change, why in (
        ({279: (4, [8, 0])}, "has no data"),
        ({273: (4, [8, 0])}, "has no data"),
        ({273: (4, [8, 2**30])}, "cut off"),
        ({279: (4, [8, 2**30])}, "cut off"),
        ({273: (4, [8])}, "offsets"),
        ({257: (4, [6])}, ""),
        ({258: (3, [8, 16]), 277: (3, [2])}, "several depths"),
        ({339: (3, [1, 3]), 277: (3, [2]), 258: (3, [8, 8])}, "tuple"),
        ({258: (3, [5, 6, 5]), 277: (3, [3])}, "several depths"),
        ({339: (3, [9])}, "sample format 9"),
        ({258: (3, [7])}, "imagecodecs" if not has_imagecodecs() else ""),
    ):
        assert why in why_not(folder, tiff([(tags | change, [b"abcdefgh", b"ijklmnop"])]))
    for cut in range(8, len(sound), 5):
        why_not(folder, sound[:cut])


def test_compressed_strips_that_hold_less_than_they_should_are_refused(folder):
    for held in (b"abcdefg", b"abcd", b""):
        tags = tiff_tags(4, 2, 8, _259=(3, [8]))
        assert why_not(folder, tiff([(tags, [zlib.compress(held)])]))


def test_a_tiff_that_declares_much_is_refused_by_its_size(folder):
    tags = tiff_tags(2**20, 2**20, 8)
    assert "too many" in why_not(folder, tiff([(tags, [b"abcd"])]))
    assert why_not(folder, tiff([(tiff_tags(2**14, 2**14, 8), [b"abcd"])]))
    loop = tiff([(tiff_tags(2, 1, 8), [b"ab"])])
    why_not(folder, loop[:-4] + loop[4:8])


def test_a_picture_of_another_format_is_named(folder):
    file = io.BytesIO()
    Image.new("L", (3, 3)).save(file, "PNG")
    assert "another format (PNG)" in why_not(folder, file.getvalue())


def seeds():
    pixels = RNG.integers(0, 256, (13, 17, 3), dtype=np.uint8)
    yield tiff([(tiff_tags(17, 13, 8, samples=3, photometric=2), [pixels.tobytes()])] * 2)
    yield palette_tiff()[2]
    for options in ({"compression": "zlib"}, {"tile": (16, 16)},
                    {"imagej": True}, {"ome": True}, {"bigtiff": True}):  # fmt: skip
        file = io.BytesIO()
        tifffile.imwrite(file, np.stack([pixels[..., 0]] * 4), photometric="minisblack", **options)
        yield file.getvalue()


@pytest.mark.parametrize("i", range(7))
def test_mutated_tiffs_are_read_or_refused_never_an_internal_error(tmp_path, capsys, i):
    rng = np.random.default_rng(i)
    raw = [*seeds()][i]
    path = tmp_path / "a.tif"
    for _ in range(60):
        data = bytearray(raw)
        for _ in range(int(rng.integers(1, 4))):
            at = int(rng.integers(0, len(data)))
            data[at : at + 2] = rng.choice([rng.bytes(2), b"\0\0", b"\xff\xff", b"\0\1"])
        path.write_bytes(bytes(data))
        assert run(["pack", str(path), "-n", "-q"]) in (0, 65)
    assert "internal error" not in capsys.readouterr().err


@pytest.mark.parametrize("i", range(7))
def test_truncated_tiffs_are_refused_or_exact(tmp_path, i):
    raw = [*seeds()][i]
    path = tmp_path / "a.tif"
    path.write_bytes(raw)
    whole = _convert.read(path).arrays
    for keep in [*range(0, len(raw), len(raw) // 12), len(raw) - 1]:
        path.write_bytes(raw[:keep])
        try:
            found = _convert.read(path).arrays
        except FormatError:
            continue
        assert found.keys() == whole.keys(), keep
        assert all(same_bits(found[key], whole[key]) for key in whole), keep
