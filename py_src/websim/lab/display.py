"""Values as a notebook shows them: by MIME type, as IPython's rich display names the methods."""

from __future__ import annotations

import base64
import io
import sys
from typing import Any

from websim.lab.outputs import CellOutput

#: Characters of a value's text.
MAX_REPR = 20_000
#: Drawn finer than shown, for screens with small pixels.
DPI, SHARPNESS = 100, 1.5

_METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
}

#: Of the cell that runs.
_output: CellOutput | None = None


def set_output(output: CellOutput | None) -> None:
    """Where `display` and figures go from now on."""
    global _output
    _output = output


def display(*values: Any) -> None:
    """Show values below the cell, each as a cell's last expression is shown."""
    if _output is None:
        raise RuntimeError("display: no cell is running")
    for value in values:
        _output.show(*bundle(value))


def bundle(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A value by MIME type, and the metadata of that: its size, for a figure."""
    if _is_figure(value):
        return figure_bundle(value)
    text = repr(value)
    if len(text) > MAX_REPR:
        text = f"{text[:MAX_REPR]}… ({len(text):,} characters)"
    data: dict[str, Any] = {"text/plain": text}
    for kind, name in _METHODS.items():
        # A class has its instances' method, which cannot be called.
        method = None if isinstance(value, type) else getattr(value, name, None)
        shown = method() if callable(method) else None
        if isinstance(shown, bytes):
            shown = base64.b64encode(shown).decode()
        if isinstance(shown, str):
            data[kind] = shown
    return data, {}


def figure_bundle(figure: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A matplotlib figure as a PNG picture; it is closed, so that it is not shown again at the cell's end."""
    from matplotlib import pyplot

    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=DPI * SHARPNESS, bbox_inches="tight", facecolor="white")
    pyplot.close(figure)
    png = picture.getvalue()
    # A PNG file has its size at bytes 16 to 24.
    width, height = (round(int.from_bytes(png[at : at + 4], "big") / SHARPNESS) for at in (16, 20))
    data = {"text/plain": repr(figure), "image/png": base64.b64encode(png).decode()}
    return data, {"image/png": {"width": width, "height": height}}


def _is_figure(value: Any) -> bool:
    module = sys.modules.get("matplotlib.figure")
    return module is not None and isinstance(value, module.Figure)
