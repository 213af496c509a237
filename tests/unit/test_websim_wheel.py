"""The package as the page gets it."""

import zipfile
from io import BytesIO

from conftest import REPO
from websim.models.mjcf import GYMNASIUM_MODELS, gymnasium_model_path
from websim_wheel import build_websim_wheel


def test_it_has_the_sources_the_models_and_no_native_code() -> None:
    with zipfile.ZipFile(BytesIO(build_websim_wheel(REPO))) as wheel:
        names = wheel.namelist()
        assert wheel.read("websim/worker.py") == (REPO / "py_src/websim/worker.py").read_bytes()
        for model in GYMNASIUM_MODELS:
            assert wheel.read(f"websim/assets/{model}") == gymnasium_model_path(model).read_bytes()
    assert not [name for name in names if name.endswith((".so", ".pyc"))]
    # A wheel lists every file of its own, itself included.
    assert sum(name.endswith(".dist-info/RECORD") for name in names) == 1


def test_the_same_sources_give_the_same_bytes() -> None:
    assert build_websim_wheel(REPO) == build_websim_wheel(REPO)
