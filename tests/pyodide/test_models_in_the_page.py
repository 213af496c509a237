"""Models in the wasm build: broken ones, and Menagerie's robots as the site packs them."""

import base64
import json
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest

from mutated_models import good_files, mutated_models, packed
from robot_files import needs_robots
from websim.errors import ModelError
from websim.models.files import ModelFiles
from websim.models.mjcf import compile_native, load_model
from websim.models.references import collect_assets
from websim.models.sources import Archive

#: What makes two models move and touch alike.
FIELDS = [
    *("body_mass", "body_inertia", "body_ipos", "body_iquat", "body_pos", "dof_M0", "jnt_range", "actuator_gainprm"),
    *("geom_type", "geom_pos", "geom_quat", "geom_size", "geom_rbound", "geom_contype", "geom_conaffinity"),
    *("mesh_pos", "mesh_quat", "mesh_facenum", "mesh_graphadr"),
]
FLOOR = '<geom type="plane" size="5 5 0.1"/>'
HERE = Path(__file__).parent


def load_in_wasm(models: list[ModelFiles], runtime: Path, folder: Path) -> list[dict[str, Any]]:
    """What load_models.mjs says of each model."""
    lines = [
        json.dumps(
            {
                "xml": model.xml,
                "assets": {name: base64.b64encode(data).decode() for name, data in model.assets.items()},
            }
        )
        for model in models
    ]
    file = folder / "models.jsonl"
    file.write_text("\n".join(lines))
    command = ["node", HERE / "load_models.mjs", runtime, file]
    result = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, timeout=150)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def native_sizes(model: ModelFiles) -> list[int] | None:
    """What load_models.mjs has under `sizes`, natively; None when the model is refused."""
    try:
        native = compile_native(model)
    except ModelError:
        return None
    return [native.nq, native.nv, native.nu, native.ngeom, native.nmesh]


def moved(model: mujoco.MjModel) -> np.ndarray:
    """Positions after 300 steps under drawn controls, floor contacts included."""
    data = mujoco.MjData(model)
    rng = np.random.default_rng(0)
    for _ in range(300):
        data.ctrl[:] = rng.uniform(-1, 1, model.nu)
        mujoco.mj_step(model, data)
    return data.qpos.copy()


def test_a_broken_model_is_refused_in_one_line_and_the_next_one_loads(runtime: Path, tmp_path: Path) -> None:
    names, models = ["good"], [load_model(packed(good_files()))]
    for name, archive in mutated_models(200):
        try:
            models.append(load_model(archive))
        except ModelError:
            continue
        names.append(name)
    assert len(models) > 100, "most are MuJoCo's to refuse"
    results = load_in_wasm(models, runtime, tmp_path)
    assert results[0]["sizes"][1] == compile_native(models[0]).nv
    for name, model, result in zip(names, models, results, strict=True):
        assert result["next"], name
        assert result["damage"] is None, name
        assert "\n" not in result["error"], name
        assert result["seconds"] < 10, name
        assert result.get("sizes") == native_sizes(model), f"{name}: {result['error']}"
        assert result["error"] or not result["check"], (
            f"{name}: the player refuses what MuJoCo loads: {result['check']}"
        )
    assert sum(result["error"] == "" for result in results) > 20
    assert results[-1]["megabytes"] < 100, "refused models leave nothing behind"


@needs_robots
@pytest.mark.parametrize(
    ("robot", "model", "bodies"),
    [
        ("franka_emika_panda", "panda.xml", 12),
        ("franka_emika_panda", "panda_nohand.xml", 10),
        ("universal_robots_ur5e", "ur5e.xml", 8),
        ("anybotics_anymal_c", "anymal_c.xml", 14),
    ],
)
def test_a_packed_robot_is_the_robot(robot: str, model: str, bodies: int, runtime: Path, tmp_path: Path) -> None:
    manifest = json.loads((runtime / "assets.json").read_text())["assets"]
    if f"{robot}.zip" not in manifest:
        pytest.fail("the site was built without robots: build it with MENAGERIE_ROOT set", pytrace=False)
    data = (runtime / manifest[f"{robot}.zip"]["file"]).read_bytes()
    assert not manifest[f"{robot}.zip"]["first"]
    assert len(data) < 2_000_000
    archive = Archive(data, robot)
    xml = (archive.read(model) or b"").decode().replace("<worldbody>", f"<worldbody>{FLOOR}", 1)
    small = compile_native(ModelFiles(xml, collect_assets(xml, archive, model)))
    included = f'<include file="menagerie/{robot}/{model}"/>'
    full = compile_native(load_model(f"<mujoco><worldbody>{FLOOR}</worldbody>{included}</mujoco>"))
    assert small.nbody == bodies
    for field in FIELDS:
        assert (getattr(small, field) == getattr(full, field)).all(), field
    np.testing.assert_allclose(moved(small), moved(full), rtol=0, atol=1e-12)
    with zipfile.ZipFile(BytesIO(data)) as files:
        assert "LICENSE" in files.namelist()

    [result] = load_in_wasm([ModelFiles(xml, collect_assets(xml, archive, model))], runtime, tmp_path)
    assert result["error"] == ""
    assert result["sizes"] == [full.nq, full.nv, full.nu, full.ngeom, full.nmesh]
    assert result["mass"] == pytest.approx(full.body_subtreemass[0], rel=1e-15)
    assert result["megabytes"] < 300
