"""Figures that carry their data: savefig, capture, load_figure. See docs/figures.md."""

from intaglio.figures._capture import capture
from intaglio.figures._colorbar_frame import framed
from intaglio.figures._data import ArtistData, AxesData, FigureData, load_figure
from intaglio.figures._savefig import savefig

__all__ = ["ArtistData", "AxesData", "FigureData", "capture", "framed", "load_figure", "savefig"]
