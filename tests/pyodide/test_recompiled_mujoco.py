"""The post-linked MuJoCo, whose steps are recompiled, against the npm build that it was made from: equal bit by bit."""

import itertools
import json
import subprocess
from pathlib import Path

from conftest import REPO, built
from websim.models.mjcf import gymnasium_model_path

NPM = REPO / "node_modules/@mujoco/mujoco"
STEPS = 300
#: Sizes by type, in the order of mjtGeom, whose first two are plane and hfield.
SHAPES = {
    "sphere": ".15",
    "capsule": ".1 .1",
    "ellipsoid": ".1 .15 .2",
    "cylinder": ".15 .12",
    "box": ".15 .12 .14",
    "mesh": None,
}

GYMNASIUM = (
    "ant",
    "half_cheetah",
    "hopper",
    "humanoid",
    "humanoidstandup",
    "inverted_double_pendulum",
    "inverted_pendulum",
    "pusher_v5",
    "reacher",
    "swimmer",
    "walker2d_v5",
)

# A bit of everything that the recompiled functions have a branch for.
SCENE = """
<mujoco>
  <option timestep="0.004" cone="{cone}" solver="{solver}" integrator="{integrator}" jacobian="{jacobian}"
          wind="1 0 0" density="1.2" viscosity="0.001" noslip_iterations="{noslip}"><flag energy="enable"/></option>
  <asset>
    <mesh name="rock" vertex="0 0 0  .2 0 0  0 .2 0  0 0 .2  .15 .15 .15"/>
    <hfield name="bowl" nrow="4" ncol="4" size=".9 .9 .8 .1" elevation="1 1 1 1 1 0 0 1 1 0 0 1 1 1 1 1"/>
  </asset>
  <default><geom friction="1 .01 .001" condim="6"/></default>
  <worldbody>
    <geom type="plane" size="5 5 .1" pos="0 0 -.2"/>
    <geom type="hfield" hfield="bowl" pos="0 0 -.2"/>
    <body pos="0 0 .3"><freejoint/><geom type="box" size=".1 .15 .2" euler="20 30 0"/><site name="imu"/></body>
    <body pos=".1 0 .65"><freejoint/><geom type="sphere" size=".15"/></body>
    <body pos="-.1 .1 .95"><freejoint/><geom type="capsule" size=".1 .2" euler="70 0 0"/></body>
    <body pos="0 -.2 1.25"><freejoint/><geom type="cylinder" size=".1 .2" euler="40 20 0"/></body>
    <body pos=".2 .1 1.5"><freejoint/><geom type="ellipsoid" size=".1 .15 .2"/></body>
    <body pos="-.2 -.1 1.75" gravcomp=".3"><freejoint/><geom type="mesh" mesh="rock"/></body>
    <body name="arm" pos="0 .1 1"><joint name="ball" type="ball" damping=".1" range="0 90"/>
      <geom type="capsule" fromto="0 0 0 0 0 -.4" size=".05"/>
      <body pos="0 0 -.4">
        <joint name="hinge" axis="0 1 0" range="-60 60" frictionloss=".1" stiffness="1" armature=".1"/>
        <geom type="capsule" fromto="0 0 0 .3 0 -.3" size=".04"/><site name="tip" pos=".3 0 -.3"/>
        <body pos=".3 0 -.3"><joint name="slide" type="slide" axis="0 0 1" range="-.1 .1"/>
          <geom name="hand" type="box" size=".05 .05 .1"/></body></body></body>
    <body name="target" pos=".3 .2 .4" mocap="true"><site name="goal"/></body>
  </worldbody>
  <tendon>
    <fixed name="coupled" range="-.5 .5"><joint joint="hinge" coef="1"/><joint joint="slide" coef="2"/></fixed>
    <spatial name="rope" range="0 .6" stiffness="5" damping=".1"><site site="tip"/><site site="goal"/></spatial>
  </tendon>
  <equality>
    <weld body1="arm" body2="target" active="false"/><joint joint1="slide" joint2="hinge" polycoef="0 .1 0 0 0"/>
  </equality>
  <actuator>
    <motor joint="hinge" gear="3"/><position joint="slide" kp="50" kv="1"/>
    <general tendon="coupled" dyntype="filter" dynprm=".1" gainprm="2" biastype="affine" biasprm="0 -1 -.1"/>
  </actuator>
  <sensor>
    <accelerometer site="imu"/><gyro site="imu"/><velocimeter site="imu"/><touch site="tip"/><force site="tip"/>
    <framequat objtype="site" objname="tip"/><tendonpos tendon="rope"/><subtreecom body="arm"/><clock/>
  </sensor>
</mujoco>
"""


def scenes() -> dict[str, str]:
    """Every pair of solver and cone, of integrator and Jacobian."""
    solvers = list(itertools.product(("PGS", "CG", "Newton"), ("pyramidal", "elliptic")))
    integrators = list(itertools.product(("Euler", "RK4", "implicit", "implicitfast"), ("dense", "sparse")))
    return {
        f"{solver} {cone} {integrator} {jacobian}": SCENE.format(
            solver=solver, cone=cone, integrator=integrator, jacobian=jacobian, noslip=2 * (integrator == "Euler")
        )
        for (solver, cone), (integrator, jacobian) in itertools.product(solvers, integrators)
    }


def pairs_of_shapes() -> tuple[str, set[str]]:
    """A scene in which each shape falls on each, on a plane and on a height field; the pairs of their mjtGeom."""
    kinds = ["plane", "hfield", *SHAPES]
    ground = '<geom type="plane" size="1 1 .1" pos="0 0 -.15"/>'
    places, pairs = [ground], {f"0-{2 + i}" for i in range(len(SHAPES))}
    for i, (low, high) in enumerate(itertools.product(kinds[1:], SHAPES)):
        where = f"{i % 7} {i // 7}"
        places.append(f'<geom {geom(low)} pos="{where} 0"/>')
        places.append(f'<body pos="{where} .33" euler="10 20 30"><freejoint/><geom {geom(high)}/></body>')
        pairs.add("-".join(str(kind) for kind in sorted(map(kinds.index, (low, high)))))
    assets = SCENE[SCENE.index("<asset>") : SCENE.index("<default>")].replace(".9 .9 .8 .1", ".3 .3 .1 .1")
    return f"<mujoco>{assets}<worldbody>{''.join(places)}</worldbody></mujoco>", pairs


def geom(shape: str) -> str:
    """Attributes of a geom of the kind."""
    if shape in ("mesh", "hfield"):
        return f'type="{shape}" {shape}="{"rock" if shape == "mesh" else "bowl"}"'
    return f'type="{shape}" size="{SHAPES[shape]}"'


def compare(tmp_path: Path, models: dict[str, str]) -> dict[str, tuple[int, list[str]]]:
    """Of each model: how many steps agree, and which pairs of geom types touched in them."""
    (tmp_path / "models.json").write_text(json.dumps(models))
    loader = tmp_path / "mujoco.mjs"
    loader.write_bytes((NPM / "mujoco.js").read_bytes())
    files = [loader, NPM / "mujoco.wasm", built("build/mujoco.wasm"), tmp_path / "models.json"]
    script = Path(__file__).parent / "compare_modules.mjs"
    command = ["node", *map(str, [script, *files, STEPS])]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    agreed: dict[str, tuple[int, list[str]]] = json.loads(result.stdout)
    return agreed


def test_gymnasiums_robots_step_alike(tmp_path: Path) -> None:
    models = {name: gymnasium_model_path(f"{name}.xml").read_text() for name in GYMNASIUM}
    agreed = compare(tmp_path, models)
    assert {name: same for name, (same, _) in agreed.items()} == dict.fromkeys(models, STEPS)


def test_all_shapes_solvers_and_integrators_step_alike(tmp_path: Path) -> None:
    models = scenes()
    agreed = compare(tmp_path, models)
    assert {name: same for name, (same, _) in agreed.items()} == dict.fromkeys(models, STEPS)


def test_all_pairs_of_shapes_collide_alike(tmp_path: Path) -> None:
    model, pairs = pairs_of_shapes()
    ((same, touched),) = compare(tmp_path, {"pairs": model}).values()
    assert same == STEPS
    assert pairs <= set(touched)


def test_a_module_without_names_is_refused(tmp_path: Path) -> None:
    """As after a release of MuJoCo that strips its names."""
    (tmp_path / "bare.wasm").write_bytes(b"\0asm\1\0\0\0")
    files = [str(tmp_path / "bare.wasm"), str(tmp_path / "out.wasm")]
    command = ["node", "wasm_build/postlink_mujoco.mjs", *files, "python"]
    result = subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=60)
    assert result.returncode != 0
    assert "bare.wasm: no function cos, exp, mj_forward" in result.stderr
    assert "use the pinned version" in result.stderr
    assert not (tmp_path / "out.wasm").exists()
