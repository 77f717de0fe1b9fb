"""What tests of figures share: one saved, loaded, drawn by matplotlib."""

import io

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from intaglio.figures import load_figure, savefig


def saved(figure, **keywords):
    out = io.BytesIO()
    savefig(out, fig=figure, **keywords)
    return out.getvalue()


def loaded(figure, **keywords):
    return load_figure(io.BytesIO(saved(figure, **keywords)))


def pixels_of(png):
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"), int), image.mode


def drawn(figure, **keywords):
    out = io.BytesIO()
    figure.savefig(out, format="png", **keywords)
    return pixels_of(out.getvalue())[0]


def line_figure(x=(0, 1, 2), y=(3.0, 1.0, 2.0), **keywords):
    figure = Figure(figsize=(4, 3), dpi=100)
    figure.subplots().plot(x, y, **keywords)
    return figure
