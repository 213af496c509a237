"""matplotlib's backend for cells: `plt.show()`, or the cell's end, puts the open figures below the cell.

matplotlib loads it by `MPLBACKEND=module://websim.lab.figures`.
"""

from __future__ import annotations

from typing import Any

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from websim.lab.display import display


class FigureManager(FigureManagerBase):
    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        show_open_figures()


class FigureCanvas(FigureCanvasAgg):
    manager_class: Any = FigureManager


def show_open_figures() -> None:
    """Show and close all figures that are open."""
    for manager in Gcf.get_all_fig_managers():
        display(manager.canvas.figure)
