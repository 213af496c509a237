"""Models with their files, natively: found where MuJoCo looks for them, or refused in one sentence."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from conftest import REPO
from mutated_models import good_files, packed, png
from robot_files import needs_robots
from websim.errors import ModelError
from websim.models import limits
from websim.models.files import ModelFiles
from websim.models.mjcf import GYMNASIUM_MODELS, compile_native, load_model, robots_of


def obj(height: float) -> bytes:
    """A pyramid."""
    corners = [(-1, -1, 0), (1, -1, 0), (0, 1, 0), (0, 0, height)]
    faces = ["f 1 3 2", "f 1 2 4", "f 2 3 4", "f 3 1 4"]
    return "\n".join([f"v {x} {y} {z}" for x, y, z in corners] + faces).encode()


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder / "model.xml"


def body(inside: str = '<geom size="1"/>') -> str:
    return f"<mujoco><worldbody>{inside}</worldbody></mujoco>"


def mesh_model(compiler: str = "", file: str = "x.obj") -> str:
    return (
        f'<mujoco>{compiler}<asset><mesh name="m" file="{file}"/></asset>'
        '<worldbody><geom type="mesh" mesh="m"/></worldbody></mujoco>'
    )


def refused(model: object) -> str:
    with pytest.raises(ModelError) as caught:
        compile_native(load_model(model))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", GYMNASIUM_MODELS)
def test_every_model_of_gymnasium_loads_by_its_name(name: str) -> None:
    assert compile_native(load_model(name)).nv > 0


@pytest.mark.parametrize("pack", [False, True])
def test_all_kinds_of_files_are_collected_from_a_folder_and_from_a_zip(pack: bool, tmp_path: Path) -> None:
    files = good_files()
    path = write(tmp_path, dict(files))
    loaded = load_model(packed(files) if pack else path)
    assert loaded.xml == files["model.xml"].decode()
    assert set(loaded.assets) == files.keys() - {"model.xml"}
    model = compile_native(loaded)
    assert (model.nhfield, model.nflex, model.ntex, model.ntendon) == (2, 1, 2, 2)
    # What was loaded loads again.
    assert load_model(loaded) == loaded


@pytest.mark.parametrize(
    ("files", "found"),
    [
        # As MuJoCo resolves names on disk: the main file's directory and the compiler's, whoever includes.
        ({"model.xml": mesh_model('<compiler meshdir="md"/>'), "md/x.obj": 1}, "md/x.obj"),
        ({"model.xml": mesh_model('<compiler assetdir="md"/>'), "md/x.obj": 1}, "md/x.obj"),
        ({"model.xml": mesh_model('<compiler strippath="true" meshdir="md"/>', "a/x.obj"), "md/x.obj": 1}, "md/x.obj"),
        ({"model.xml": mesh_model('<compiler meshdir="a"/><compiler meshdir="md"/>'), "md/x.obj": 1}, "md/x.obj"),
        (
            {
                "model.xml": '<mujoco><include file="in/r.xml"/></mujoco>',
                "in/r.xml": mesh_model('<compiler meshdir="md"/>'),
                "md/x.obj": 1,
                "in/md/x.obj": 2,
            },
            "md/x.obj",
        ),
        # Then the included file's directory.
        (
            {
                "model.xml": '<mujoco><compiler meshdir="md"/><include file="in/r.xml"/></mujoco>',
                "in/r.xml": mesh_model(),
                "in/x.obj": 1,
                "in/md/x.obj": 2,
            },
            "md/x.obj",
        ),
        # Then, beyond MuJoCo, the compiler's directory beside the included file: a robot in a folder of its own.
        (
            {
                "model.xml": '<mujoco><include file="in/r.xml"/></mujoco>',
                "in/r.xml": mesh_model('<compiler meshdir="md"/>'),
                "in/md/x.obj": 1,
            },
            "md/x.obj",
        ),
        (
            {
                "model.xml": '<mujoco><include file="s/a.xml"/></mujoco>',
                "s/a.xml": '<mujoco><include file="t/b.xml"/></mujoco>',
                "s/t/b.xml": mesh_model(),
                "s/t/x.obj": 1,
            },
            "x.obj",
        ),
    ],
)
def test_a_name_is_looked_for_where_mujoco_looks(files: dict[str, str | int], found: str, tmp_path: Path) -> None:
    meshes = {name: obj(data) for name, data in files.items() if isinstance(data, int)}
    texts = {name: data for name, data in files.items() if isinstance(data, str)}
    loaded = load_model(write(tmp_path, texts | meshes))
    assert loaded.assets[found] == obj(1)
    # A file of the same last name elsewhere must not be taken for it: MuJoCo would, if the name were another.
    decoy = ModelFiles(loaded.xml, dict(loaded.assets) | {"elsewhere/x.obj": obj(9)})
    tip = np.ptp(compile_native(decoy).mesh_vert.reshape(-1, 3), axis=0)
    assert tip == pytest.approx(np.ptp(compile_native(loaded).mesh_vert.reshape(-1, 3), axis=0))
    assert tip.max() < 3


def test_two_files_of_one_name_are_told_apart_or_refused(tmp_path: Path) -> None:
    two = '<mujoco><asset><mesh name="a" file="a/x.obj"/><mesh name="b" file="b/x.obj"/></asset></mujoco>'
    assert (
        compile_native(load_model(write(tmp_path, {"model.xml": two, "a/x.obj": obj(1), "b/x.obj": obj(2)}))).nmesh == 2
    )
    robots = '<mujoco><include file="a/r.xml"/><include file="b/r.xml"/></mujoco>'
    robot = '<mujoco><compiler meshdir="md"/><asset><mesh name="{}" file="x.obj"/></asset></mujoco>'
    files = {"a/r.xml": robot.format("a"), "b/r.xml": robot.format("b"), "a/md/x.obj": obj(1), "b/md/x.obj": obj(2)}
    assert refused(write(tmp_path, {"model.xml": robots, **files})) == (
        "b/r.xml, line 1: <mesh>: MuJoCo looks for two files under the name md/x.obj, one of them b/x.obj; "
        "rename it, or attach the models instead of including them"
    )


def test_an_attached_model_has_directories_of_its_own(tmp_path: Path) -> None:
    main = (
        '<mujoco><compiler meshdir="none"/><asset><model name="r" file="robot/r.xml"/></asset>'
        '<worldbody><attach model="r" body="b" prefix="r_"/></worldbody></mujoco>'
    )
    robot = (
        mesh_model('<compiler meshdir="md"/>')
        .replace("<geom", '<body name="b"><geom')
        .replace("</worldbody>", "</body></worldbody>")
    )
    loaded = load_model(write(tmp_path, {"model.xml": main, "robot/r.xml": robot, "robot/md/x.obj": obj(1)}))
    assert set(loaded.assets) == {"robot/r.xml", "robot/md/x.obj"}
    assert compile_native(loaded).nmesh == 1


def test_what_mujocos_parser_accepts_is_read(tmp_path: Path) -> None:
    include = "<include file='&#97;&amp;b&#x2e;xml'/>"
    odd = f"\ufeff<?xml version='1.0'?><!-- a -- b --><mujoco model='R & D > x'>{include}</mujoco>"
    loaded = load_model(write(tmp_path, {"model.xml": odd, "a&b.xml": body()}))
    assert compile_native(loaded).ngeom == 1
    laughs = '<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><mujoco model="&b;"/>'
    assert compile_native(load_model(laughs)).ngeom == 0, "entities are not expanded"


def test_a_message_of_mujoco_has_the_authors_line() -> None:
    assert refused("<mujoco>\n<!-- a\n -->\n  <bad/>\n</mujoco>") == (
        "MuJoCo cannot load the model: XML Error: Schema violation: unrecognized element; Element 'bad', line 4"
    )


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (mesh_model(), "model, line 1: <mesh> names a file that is not there: expected x.obj"),
        (mesh_model(file="&#xd800;&#9999999;.obj"), "not there: expected &#xd800;&#9999999;.obj"),
        (
            '<mujoco>\n<include file="r.xml"/></mujoco>',
            "model, line 2: <include> names a file that is not there: expected r.xml",
        ),
        (
            mesh_model(file="../x.obj"),
            "model, line 1: <mesh> leaves the model's folder: ../x.obj; put the file below the model",
        ),
        (mesh_model(file="/etc/passwd"), "model, line 1: <mesh> names the file '/etc/passwd': expected a path from"),
        (mesh_model(file="C:\\x.obj"), "model, line 1: <mesh> names the file 'C:/x.obj': expected a path from"),
        (mesh_model(file="http://a/x.obj"), "names the file 'http://a/x.obj': expected a path from"),
        (
            body("<body>" * 200 + "</body>" * 200),
            "model, line 1: <body>: expected at most 100 nested elements, got more",
        ),
        (
            body('<replicate count="1000"><replicate count="1000"><geom size="1"/></replicate></replicate>'),
            "<geom>: expected at most 20,000 elements, replicated ones counted in a model, got 1,001,",
        ),
        (
            body('<replicate count="600"><body><freejoint/><geom size="1"/></body></replicate>'),
            "<freejoint>: expected at most 3,000 degrees of freedom in a model, got 3,600 up to here",
        ),
        (
            body('<body name="b"><flexcomp name="f" type="grid" count="99 99 99" spacing="1 1 1" dim="3"/></body>'),
            "<flexcomp>: expected at most 3,000 degrees of freedom in a model, got 2,910,897",
        ),
        (
            body('<body name="b"><composite type="cable" prefix="c" curve="s" count="9999 1 1" size="1"/></body>'),
            "<composite>: expected",
        ),
        (
            '<mujoco><asset><hfield name="h" nrow="65536" ncol="65536" size="1 1 1 1"/></asset></mujoco>',
            "<hfield>: expected at most 4,194,304 cells of height fields in a model, got 4,294,967,296",
        ),
        (
            '<mujoco><asset><texture name="t" type="2d" builtin="flat" width="9999" height="9999"/></asset></mujoco>',
            "<texture>: expected at most 134,217,728 pixels of textures in a model, got 599,880,006",
        ),
        ('<mujoco>\n<size memory="1T"/></mujoco>', "model, line 2: <size>: memory: expected at most 536,870,912, got"),
        (
            '<mujoco><size nuser_body="2000000000"/></mujoco>',
            "<size>: nuser_body: expected at most 1,000, got 2,000,000,000",
        ),
        ('<mujoco><option iterations="2000000000"/></mujoco>', "<option>: iterations: expected at most 10,000, got"),
        (
            '<mujoco><compiler><lengthrange inttotal="1e9" timestep="1e-6"/></compiler></mujoco>',
            "<lengthrange>: expected inttotal / timestep of at most 100,000 steps, got 1,000,000,000,000,000",
        ),
        # These two end the process where MuJoCo is left to find them.
        (
            body('<body name="b"><flexcomp name="f"><contact activelayers="0"/></flexcomp></body>'),
            "<contact>: activelayers: expected at least 1, got 0",
        ),
        (
            '<mujoco><asset><texture name="t" builtin="flat" width="1" height="1" nchannel="0"/></asset></mujoco>',
            "<texture>: nchannel: expected at least 1, got 0",
        ),
        (body('<geom size="1"/>' * 20_001), "<geom>: expected at most 20,000 elements"),
        (
            body('<replicate count="&#50;&#x30;00&#48;"><geom size="1"/></replicate>'),
            "<geom>: expected at most 20,000 elements, replicated ones counted in a model, got 20,003",
        ),
        ("<mujoco>" + " " * 16_000_001 + "</mujoco>", "model: expected at most 16.0 MB of XML, got 16.0 MB"),
    ],
)
def test_a_text_that_asks_for_too_much_is_refused_before_mujoco_reads_it(xml: str, message: str) -> None:
    assert message in refused(xml)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"model.xml": '<mujoco><include file="a.xml"/></mujoco>', "a.xml": '<m><include file="a.xml"/></m>'},
            "a.xml, line 1: <include>: model.xml includes a.xml includes a.xml: a file cannot include itself",
        ),
        (
            {
                "model.xml": '<mujoco><asset><model name="m" file="a.xml"/></asset></mujoco>',
                "a.xml": '<mujoco><asset><model name="m" file="a.xml"/></asset></mujoco>',
            },
            "a.xml, line 1: <model>: model.xml includes a.xml includes a.xml: a file cannot include itself",
        ),
        (
            {"model.xml": '<mujoco><include file="0.xml"/></mujoco>'}
            | {f"{i}.xml": f'<m><include file="{i + 1}.xml"/></m>' for i in range(20)},
            "expected at most 16 files that include one another, got more",
        ),
        (
            {
                "model.xml": '<mujoco><asset><hfield name="h" file="h.png" size="1 1 1 1"/></asset></mujoco>',
                "h.png": png(60_000, 60_000),
            },
            "<hfield>: expected at most 4,194,304 cells of height fields in a model, got 3,600,000,00",
        ),
        (
            {
                "model.xml": '<mujoco><asset><texture name="t" type="2d" file="t.png"/></asset></mujoco>',
                "t.png": png(60_000, 60_000),
            },
            "<texture>: expected at most 134,217,728 pixels of textures in a model, got 3,600,000,00",
        ),
    ],
)
def test_files_that_never_end_or_unpack_to_gigabytes_are_refused(
    files: dict[str, str | bytes], message: str, tmp_path: Path
) -> None:
    assert message in refused(write(tmp_path, files))


def test_models_that_attach_models_twice_over_are_counted_before_they_multiply(tmp_path: Path) -> None:
    twice = '<mujoco><asset><model name="a" file="{0}.xml"/><model name="b" file="{0}.xml"/></asset></mujoco>'
    files: dict[str, str | bytes] = {f"{i}.xml": twice.format(i + 1) for i in range(14)}
    files |= {"14.xml": body(), "model.xml": twice.format(0)}
    assert "expected at most 20,000 elements" in refused(write(tmp_path, files))


def test_a_link_does_not_lead_out_of_the_models_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.obj").write_bytes(obj(1))
    path = write(tmp_path / "model", {"model.xml": mesh_model()})
    (tmp_path / "model/x.obj").symlink_to(tmp_path / "secret.obj")
    assert "names a file that is not there" in refused(path)


def zipped(change: Callable[[zipfile.ZipFile], None]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        change(archive)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("names", "main"),
    [
        (["a.xml", "parts/b.xml"], "a.xml"),
        (["robot/a.xml", "robot/parts/b.xml"], "a.xml"),
        (["a.xml", "scene.xml"], "scene.xml"),
        (["a.xml", "model.xml"], "model.xml"),
        (["robot/model.xml", "__MACOSX/robot/._model.xml"], "model.xml"),
    ],
)
def test_the_main_file_of_a_zip(names: list[str], main: str) -> None:
    files = {name: body(f'<geom name="{name.rpartition("/")[2]}" size="1"/>').encode() for name in names}
    assert f'name="{main}"' in load_model(packed(files)).xml


def test_archives_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    assert refused(packed({"a.xml": b"", "b.xml": b""})) == (
        "the archive: expected one .xml file at the top of the archive, or scene.xml or model.xml among them, "
        "got a.xml, b.xml; name the model's main file scene.xml"
    )
    assert "got none" in refused(packed({"a.txt": b""}))
    assert "is not a zip archive that can be read" in refused(b"PK nonsense")
    assert "expected at most 2000 files, got 2001" in refused(packed({f"{i}.txt": b"" for i in range(2001)}))
    bomb = zipped(lambda archive: archive.writestr("model.xml", b" " * 70_000_000))
    assert len(bomb) < 100_000
    assert refused(bomb) == "model.xml: expected at most 64.0 MB, got 70.0 MB"
    # An archive that declares less than it holds.
    small = b"x" * 1000
    liar = packed({"model.xml": small}).replace((1000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert "model.xml" in refused(liar)
    path = tmp_path / "robot.zip"
    path.write_bytes(packed(good_files()))
    assert compile_native(load_model(path)).nv == 65


def test_a_name_that_is_no_model_says_what_is_one() -> None:
    assert (
        "unknown model 'hoper.xml': expected MJCF text, the path of an .xml, .mjcf or .zip file, or one of ant.xml"
        in (refused("hoper.xml"))
    )


@needs_robots
@pytest.mark.parametrize(("robot", "model"), [("franka_emika_panda", "panda"), ("anybotics_anymal_c", "anymal_c")])
def test_a_robot_of_menagerie_is_included_by_its_name(robot: str, model: str) -> None:
    xml = f'<mujoco><include file="menagerie/{robot}/{model}.xml"/><worldbody><geom size="1"/></worldbody></mujoco>'
    assert robots_of(xml) == [robot]
    loaded = load_model(xml)
    assert all(name.startswith(("assets/", "menagerie/")) for name in loaded.assets)
    assert compile_native(loaded).nmesh > 20


def test_a_robot_that_is_not_there_says_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    xml = '<mujoco><include file="menagerie/franka_emika_panda/panda.xml"/></mujoco>'
    monkeypatch.setenv("MENAGERIE_ROOT", str(REPO / "docs"))
    assert "or set MENAGERIE_ROOT to a folder that has it" in refused(xml)
    monkeypatch.setitem(sys.modules, "mujoco_menagerie", None)
    assert "install it with `pip install mujoco-menagerie`" in refused(xml)


def test_a_model_that_leaves_no_memory_to_train_in_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("websim.models.mjcf.MAX_ARENA_BYTES", 10_000_000)
    assert refused("ant.xml").startswith(
        "the model's working memory takes too much memory: expected at most 10.0 MB, got "
    )


def test_the_page_has_the_same_limits_for_compiled_models() -> None:
    text = (REPO / "workers/physics/mujoco.ts").read_text()
    for name in ("MAX_MODEL_BYTES", "MAX_ARENA_BYTES"):
        assert f"const {name} = {getattr(limits, name) // 2**20} * 2 ** 20;" in text


def test_200_broken_models_end_as_a_model_or_a_model_error() -> None:
    # In a process of its own: what MuJoCo must not do is end it.
    code = """
from mutated_models import mutated_models
from websim.errors import ModelError
from websim.models.mjcf import compile_native, load_model
for name, archive in mutated_models(200):
    print(name, end=": ", flush=True)
    try:
        compile_native(load_model(archive))
    except ModelError as error:
        assert "\\n" not in str(error) and len(str(error)) > 20, error
        print("refused")
    else:
        print("loaded")
assert compile_native(load_model("ant.xml")).nv == 14
"""
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=REPO / "tests", capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, (result.stdout.splitlines() or [""])[-1] + result.stderr
    endings = [line.rpartition(": ")[2] for line in result.stdout.splitlines()]
    assert len(endings) == 200
    assert endings.count("loaded") > 20
    assert endings.count("refused") > 100
