"""Models gone wrong, the same ones in each run: a rich good one, and what accidents and malice make of it."""

import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

GOOD = """<mujoco model="rich">
  <compiler angle="radian" meshdir="meshes" texturedir="textures" autolimits="true"/>
  <option timestep="0.005" iterations="20" integrator="implicitfast"/>
  <size memory="8M" nuser_geom="2"/>
  <default>
    <joint damping="0.1" armature="0.01"/>
    <default class="limb"><geom type="capsule" size="0.04" density="500"/></default>
  </default>
  <asset>
    <mesh name="wedge" file="wedge.obj" scale="0.1 0.1 0.1"/>
    <mesh name="pyramid" file="pyramid.stl"/>
    <mesh name="inline" vertex="0 0 0  1 0 0  0 1 0  0 0 1" scale="0.1 0.1 0.1"/>
    <hfield name="hills" file="hills.png" size="2 2 0.1 0.1"/>
    <hfield name="dunes" file="dunes.bin" size="2 2 0.1 0.1"/>
    <texture name="grid" type="2d" builtin="checker" width="16" height="16" rgb1="0 0 0" rgb2="1 1 1"/>
    <texture name="photo" type="2d" file="photo.png"/>
    <material name="grid" texture="grid" texrepeat="4 4"/>
    <material name="photo" texture="photo"/>
    <model name="tool" file="parts/tool.xml"/>
  </asset>
  <worldbody>
    <light pos="0 0 3"/>
    <geom name="floor" type="plane" size="5 5 0.1" material="grid"/>
    <geom type="hfield" hfield="hills" pos="4 0 0"/>
    <geom type="hfield" hfield="dunes" pos="-4 0 0"/>
    <include file="parts/posts.xml"/>
    <replicate count="3" offset="0 0.5 0" euler="0 0 0.1">
      <body pos="2 0 1"><freejoint/><geom size="0.1" user="1 2"/></body>
    </replicate>
    <body name="torso" pos="0 0 1">
      <joint name="slide" type="slide" axis="1 0 0"/>
      <geom name="torso" type="mesh" mesh="wedge" material="photo" mass="1"/>
      <geom type="mesh" mesh="pyramid" mass="0.1"/>
      <geom type="mesh" mesh="inline" mass="0.1"/>
      <site name="hand" pos="0.3 0 0"/>
      <camera name="eye" pos="0 -1 0"/>
      <body name="arm" pos="0.2 0 0" childclass="limb">
        <joint name="shoulder" type="ball" range="0 1"/>
        <geom fromto="0 0 0 0.3 0 0"/>
        <body name="forearm" pos="0.3 0 0">
          <joint name="elbow" axis="0 1 0" range="-2 0.1"/>
          <geom fromto="0 0 0 0.2 0 0"/>
          <site name="tip" pos="0.2 0 0"/>
          <attach model="tool" body="blade" prefix="tool_"/>
        </body>
      </body>
    </body>
    <body name="cloth" pos="0 1 1">
      <flexcomp name="patch" type="grid" count="3 3 1" spacing="0.1 0.1 0.1" dim="2" mass="0.1" radius="0.01">
        <edge equality="true"/>
      </flexcomp>
    </body>
    <body name="rope" pos="0 -1 1">
      <composite type="cable" prefix="r" curve="s" count="6 1 1" size="0.5" offset="0 0 0">
        <joint kind="main" damping="0.01"/>
        <geom type="capsule" size="0.01"/>
      </composite>
    </body>
  </worldbody>
  <tendon>
    <spatial name="cord" range="0 2"><site site="hand"/><site site="tip"/></spatial>
    <fixed name="sum"><joint joint="slide" coef="1"/><joint joint="elbow" coef="0.5"/></fixed>
  </tendon>
  <equality>
    <connect body1="forearm" body2="cloth" anchor="0 0 0" active="false"/>
    <joint joint1="elbow" polycoef="0 0.1 0 0 0" active="false"/>
  </equality>
  <contact><exclude body1="torso" body2="arm"/></contact>
  <actuator>
    <motor name="push" joint="slide" gear="10" ctrlrange="-1 1"/>
    <position name="bend" joint="elbow" kp="5" ctrlrange="-1 1"/>
    <muscle name="pull" tendon="cord" lengthrange="0.1 2"/>
  </actuator>
  <sensor>
    <framepos objtype="site" objname="tip"/>
    <jointpos joint="elbow" nsample="3" delay="0.02"/>
    <touch site="hand"/>
    <contact geom1="torso" num="2" data="found force"/>
    <user dim="3"/>
  </sensor>
  <custom><numeric name="gains" size="4" data="1 2 3"/><text name="note" data="hello"/></custom>
  <keyframe><key name="home" ctrl="0 0 0"/></keyframe>
</mujoco>
"""
POSTS = """<mujocoinclude>
  <geom name="post" type="cylinder" size="0.05 0.4" pos="1 1 0.4"/>
  <include file="parts/more.xml"/>
</mujocoinclude>
"""
MORE = '<mujocoinclude><geom type="ellipsoid" size="0.1 0.2 0.1" pos="1 -1 0.2"/></mujocoinclude>'
TOOL = """<mujoco>
  <worldbody><body name="blade"><geom type="box" size="0.05 0.01 0.01" mass="0.1"/></body></worldbody>
</mujoco>
"""
_CORNERS = [(-1, -1, 0), (1, -1, 0), (0, 1, 0), (0, 0, 1)]
_FACES = [(0, 2, 1), (0, 1, 3), (1, 2, 3), (2, 0, 3)]

_NUMBERS = [
    *("nan", "inf", "-inf", "0", "-1", "1", "1e-300", "1e308", "-1e308", "1e9", "-7", "65536"),
    *("2147483647", "2147483648", "4294967297", "99999999999999999999", "abc", "1e", "0x10", "1,5", "true"),
]


def _obj() -> bytes:
    lines = [f"v {x} {y} {z}" for x, y, z in _CORNERS] + [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in _FACES]
    return "\n".join(lines).encode() + b"\n"


def _stl() -> bytes:
    faces = [
        struct.pack("<12fH", 0, 0, 0, *(0.1 * x for corner in face for x in _CORNERS[corner]), 0) for face in _FACES
    ]
    return bytes(80) + struct.pack("<I", len(faces)) + b"".join(faces)


def png(width: int, height: int, pixels: bytes | None = None) -> bytes:
    """A grey PNG; without `pixels`, one that only says it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + pixels[y * width : (y + 1) * width] for y in range(height)) if pixels else b""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def good_files() -> dict[str, bytes]:
    """The good model's files, by path; the main one is model.xml."""
    return {
        "model.xml": GOOD.encode(),
        "parts/posts.xml": POSTS.encode(),
        "parts/more.xml": MORE.encode(),
        "parts/tool.xml": TOOL.encode(),
        "meshes/wedge.obj": _obj(),
        "meshes/pyramid.stl": _stl(),
        "meshes/hills.png": png(4, 4, bytes(range(16))),
        "meshes/dunes.bin": struct.pack("<2i9f", 3, 3, *range(9)),
        "textures/photo.png": png(2, 2, bytes(4)),
    }


def packed(files: dict[str, bytes]) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 3, 10, 50))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _replace_one(pattern: str, replacement: Callable[[re.Match[str], random.Random], str]) -> "Mutation":
    def mutate(data: bytes, rng: random.Random) -> bytes:
        text = data.decode()
        found = list(re.finditer(pattern, text))
        if not found:
            return data
        match = rng.choice(found)
        return (text[: match.start()] + replacement(match, rng) + text[match.end() :]).encode()

    return mutate


Mutation = Callable[[bytes, random.Random], bytes]

_NUMBER = r"(?<=[\" ])-?\d+(?:\.\d+)?(?=[\" ])"
_ELEMENT = r"<(?!/|mujoco)[^>]*/>"
#: By what happened.
_ACCIDENTS: dict[str, Mutation] = {
    "cut": _cut,
    "flipped bits": _flip,
    "number": _replace_one(_NUMBER, lambda match, rng: rng.choice(_NUMBERS)),
    "more numbers": _replace_one(_NUMBER, lambda match, rng: " ".join([match[0]] * rng.choice((2, 4, 40)))),
    "no value": _replace_one(r'"[^"]*"', lambda match, rng: '""'),
    "other value": _replace_one(
        r'"[^"]*"', lambda match, rng: rng.choice(('"floor"', '"torso"', '"mesh"', '"x&y;"', '"../x"'))
    ),
    "lost attribute": _replace_one(r' [a-z0-9]+="[^"]*"', lambda match, rng: ""),
    "lost element": _replace_one(_ELEMENT, lambda match, rng: ""),
    "element twice": _replace_one(_ELEMENT, lambda match, rng: match[0] * 2),
    "nested": _replace_one(_ELEMENT, lambda match, rng: "<body>" * 99 + match[0] + "</body>" * 99),
    "too deep": _replace_one(_ELEMENT, lambda match, rng: "<body>" * 3000 + match[0] + "</body>" * 3000),
    "multiplied": _replace_one(
        r"<geom [^>]*/>",
        lambda match, rng: f'<replicate count="{rng.choice((0, -1, 7, 10**6))}" offset="1 0 0">{match[0]}</replicate>',
    ),
    "renamed": _replace_one(
        r"(?<=[< ])[a-z]{3,}(?=[ =])", lambda match, rng: rng.choice(("geom", "bodi", "name", "size"))
    ),
    "swapped names": _replace_one(
        r"(?<=<)(geom|joint|body|site|mesh|hfield|motor)(?= )",
        lambda match, rng: rng.choice(("geom", "joint", "body", "site", "mesh", "flexcomp", "composite", "include")),
    ),
    "includes itself": _replace_one(r"<geom [^>]*/>", lambda match, rng: '<include file="model.xml"/>'),
    "includes in a circle": _replace_one(r"<geom [^>]*/>", lambda match, rng: '<include file="parts/./posts.xml"/>'),
    "attaches itself": _replace_one(r'file="parts/tool.xml"', lambda match, rng: 'file="model.xml"'),
    "outside": _replace_one(r'file="', lambda match, rng: match[0] + rng.choice(("../", "/", "../../etc/", "C:/"))),
}
_BINARY = ["cut", "flipped bits", "flipped bits"]


def mutated_models(count: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """(what happened, zip archive) of models that are broken in one to three ways."""
    rng = random.Random(seed)
    for index in range(count):
        files = good_files()
        happened = []
        for _ in range(rng.choice((1, 1, 2, 3))):
            if rng.random() < 0.08:
                path = rng.choice(list(files))
                happened.append(f"{path} lost")
                if path != "model.xml":
                    del files[path]
                continue
            xml = rng.random() < 0.75
            path = rng.choice([path for path in files if path.endswith(".xml") == xml] or list(files))
            path = "model.xml" if path.endswith(".xml") and rng.random() < 0.8 else path
            # Numbers go wrong in the most ways, and what they break is MuJoCo's to find.
            kinds = [*_ACCIDENTS, *["number"] * 12, "more numbers", "other value"] if path.endswith(".xml") else _BINARY
            kind = rng.choice(kinds)
            try:
                files[path] = _ACCIDENTS[kind](files[path] or b" ", rng)
            except UnicodeDecodeError:
                continue
            happened.append(f"{path} {kind}")
        archive = packed(files)
        if rng.random() < 0.05:
            archive = (_cut if rng.random() < 0.5 else _flip)(archive, rng)
            happened.append("archive broken")
        yield f"{index}: {', '.join(happened)}", archive
