"""Notebooks that were really executed: inline figures carry their data, files show themselves."""

import base64
import io

import pytest

import intaglio as ig

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")

from intaglio.figures import load_figure  # noqa: E402

CELLS = {
    "before": "import numpy as np, matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "load": "%load_ext intaglio",
    "hist": "plt.hist([1, 2, 2, 3]);",
    "large": "fig, ax = plt.subplots(figsize=(2, 1))\n"
    "ax.imshow(np.random.default_rng(0).random((100, 100)));",
    "displayed": "fig, ax = plt.subplots()\nax.plot(np.arange(6))\ndisplay(fig)\nplt.close(fig)",
    "retina": "%config InlineBackend.figure_format = 'retina'\nplt.plot(np.arange(7));",
    "svg": "%config InlineBackend.figure_format = 'svg'\nplt.plot(np.arange(3));",
    "retina shown": "%config InlineBackend.figure_format = 'retina'\n"
    "plt.plot(np.arange(5))\nplt.show()",
    "jpeg and png": "%config InlineBackend.figure_formats = ['jpeg', 'png']\n"
    "plt.plot(np.arange(4))\nplt.show()",
    "unload": "%unload_ext intaglio",
    "after": "plt.plot([1, 2]);",
    "again": "%load_ext intaglio\nplt.plot([3, 4]);",
    "bad": "fig, ax = plt.subplots()\nax.imshow(np.random.default_rng(0).random((90, 90)))\n"
    "import intaglio.ipython as i; i._OPTIONS['pixels_max'] = 1000\nplt.show()",
    "file": "import intaglio as ig, io\n"
    "f = ig.open(io.BytesIO(ig.dumps({'<b>': np.eye(4)}, metadata={'k': '</td>'})))\nf",
    "array": "f['<b>']",
}


@pytest.fixture(scope="module")
def outputs():
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return dict(zip(CELLS, (cell.outputs for cell in notebook.cells), strict=True))


def png_of(outputs):
    (shown,) = [o for o in outputs if "image/png" in o.get("data", {})]
    return io.BytesIO(base64.b64decode(shown["data"]["image/png"])), shown["metadata"]


def figure_of(outputs):
    return load_figure(png_of(outputs)[0])


def carries(outputs):
    try:
        figure_of(outputs)
    except ig.DecodeError as problem:
        assert problem.reason == ig.Reason.NO_PROLOGUE
        return False
    return True


def test_figures_carry_data_from_load_ext_to_unload_ext(outputs):
    shown = {key: carries(outputs[key]) for key in ("before", "hist", "retina", "after", "again")}
    assert shown == {
        "before": False,
        "hist": True,
        "retina": True,
        "after": False,
        "again": True,
    }


@pytest.mark.parametrize(("cell", "count"), [("retina shown", 5), ("jpeg and png", 4)])
def test_a_figure_drawn_in_the_cell_that_sets_the_format_carries_its_data(outputs, cell, count):
    assert figure_of(outputs[cell]).axes[0].lines[0].y.tolist() == [*range(count)]


def test_a_format_that_carries_no_data_comes_with_a_warning(outputs):
    assert any("carry no data" in o.get("text", "") for o in outputs["svg"])
    assert not any("image/png" in o.get("data", {}) for o in outputs["svg"])


def test_the_extension_captures_what_matplotlib_forgets(outputs):
    (call,) = figure_of(outputs["hist"]).axes[0].calls
    assert call.x.tolist() == [1, 2, 2, 3]


def test_displayed_figures_carry_their_data(outputs):
    assert figure_of(outputs["displayed"]).axes[0].lines[0].y.tolist() == [0, 1, 2, 3, 4, 5]


def test_a_figure_grows_to_hold_its_data_and_is_shown_as_large_as_before(outputs):
    png, metadata = png_of(outputs["large"])
    size = metadata["image/png"]
    assert size["width"] < ig.info(png).width / 2
    assert figure_of(outputs["large"]).axes[0].images[0].data.shape == (100, 100)


def test_retina_figures_keep_their_size_on_the_page(outputs):
    png, metadata = png_of(outputs["retina"])
    assert metadata["image/png"]["width"] == ig.info(png).width // 2


def test_a_figure_whose_data_cannot_be_carried_is_shown_with_a_warning(outputs):
    assert not carries(outputs["bad"])
    assert any("does not carry its data" in o.get("text", "") for o in outputs["bad"])


def test_an_open_file_shows_its_picture_and_a_table(outputs):
    html = outputs["file"][0]["data"]["text/html"]
    assert "data:image/png;base64," in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert "4x4" in html
    assert "&lt;/td&gt;" in html


def test_a_lazy_array_shows_its_own_row(outputs):
    html = outputs["array"][0]["data"]["text/html"]
    assert html.count("<td>&lt;b&gt;</td>") == 1
    picture = html.split("base64,")[1].split('"')[0]
    assert ig.loads(base64.b64decode(picture)).shape == (
        4,
        4,
    )  # saved from the page, it is the file


def test_a_large_file_shows_as_a_thumbnail():
    from intaglio._inspect import html as html_module

    png = ig.dumps(__import__("numpy").random.default_rng(0).random((700, 700)))
    assert len(png) > html_module.WHOLE_BYTES_MAX
    assert len(html_module.png_to_show(png)) < len(png) / 4
    assert html_module.maybe_bytes("/no/such/file.png") is None
