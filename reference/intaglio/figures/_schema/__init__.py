"""Schema: the closed tables of a figure's record. It needs no matplotlib: nor does `load_figure`.

Writer and reader use the same tables: savefig never writes what load_figure refuses.
"""

from intaglio.figures._schema.columns import check_columns
from intaglio.figures._schema.figure import FIGURE, KEYWORDS, SETTINGS
from intaglio.figures._schema.kinds import CALL, GROUND_ARTIST, artist
from intaglio.figures._schema.totals import Totals, count, maxima

__all__ = [
    "CALL",
    "FIGURE",
    "GROUND_ARTIST",
    "KEYWORDS",
    "SETTINGS",
    "Totals",
    "artist",
    "check_columns",
    "count",
    "maxima",
]
