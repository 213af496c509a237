"""Variants of a world: the model's text with another ground, or with obstacles, and nothing else changed."""

import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from websim.errors import ConfigError, ModelError
from websim.tasks.templates.terrain import TERRAINS, terrain_variants
from websim.variants import Flat, Obstacles, Rough, Slope, Stairs, variant_xml

MODEL = """<mujoco>
  <include file="menagerie/some_robot/robot.xml"/>
  <worldbody>
    <geom name="floor" type="plane" size="5 5 0.1" pos="0 0 -0.25" friction="0.8"/>
    <body name="ball"><freejoint/><geom size="0.1"/></body>
  </worldbody>
</mujoco>"""


def varied(variant):
    return ET.fromstring(variant_xml(MODEL, variant))


def floor_of(root):
    return root.find("worldbody/geom[@name='floor']")


def heights_of(root):
    """Heights [rows, columns] over the world's origin, as MuJoCo places them."""
    field = root.find("asset/hfield")
    elevation = np.array(field.get("elevation").split(), float).reshape(int(field.get("nrow")), int(field.get("ncol")))
    top = float(field.get("size").split()[2])
    return float(floor_of(root).get("pos").split()[2]) + top * elevation


def test_flat_is_the_model_as_it_is():
    assert variant_xml(MODEL, Flat()) == MODEL


@pytest.mark.parametrize("variant", [Slope(5), Rough(radius=2), Stairs(radius=2), Obstacles()])
def test_all_else_stays(variant):
    root = varied(variant)
    assert root.find("include").get("file") == "menagerie/some_robot/robot.xml"
    assert root.find("worldbody/body").get("name") == "ball"
    assert floor_of(root).get("friction") == "0.8"
    assert len(root.findall(".//geom[@name='floor']")) == 1


@pytest.mark.parametrize("angle", [10.0, -25.0])
def test_a_slope_rises_along_x_by_its_angle(angle):
    w, x, y, z = map(float, floor_of(varied(Slope(angle))).get("quat").split())
    along = np.array([1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)])
    assert math.degrees(math.atan2(along[2], along[0])) == pytest.approx(angle)
    assert along[1] == 0


def test_a_slope_replaces_any_orientation():
    root = ET.fromstring(variant_xml(MODEL.replace("friction", 'xyaxes="0 1 0 -1 0 0" friction'), Slope(10)))
    assert floor_of(root).get("xyaxes") is None


def test_hills_are_as_high_as_they_say_and_the_middle_is_flat():
    variant = Rough(height=0.2, wavelength=1.0, radius=5, resolution=0.1)
    heights = heights_of(varied(variant)) + 0.25
    assert heights.min() == pytest.approx(0)
    assert heights.max() == pytest.approx(0.2)
    axis = np.linspace(-5, 5, 101)
    x, y = np.meshgrid(axis, axis)
    away = np.hypot(x, y)
    assert np.all(heights[away <= 0.5] == 0)
    assert heights[away > 1.5].std() > 0.04, "not one hill among flat ground"
    # Hills every `wavelength`: along a line, the mean height is crossed about twice in each.
    line = heights[10] > heights[10].mean()
    assert 8 <= np.count_nonzero(line[1:] != line[:-1]) <= 30


def test_the_same_seed_gives_the_same_hills():
    first, again, other = (variant_xml(MODEL, Rough(radius=2, seed=seed)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


@pytest.mark.parametrize("step_height", [0.1, -0.1])
def test_stairs_go_up_or_down_ring_by_ring(step_height):
    heights = heights_of(varied(Stairs(step_height=step_height, step_depth=0.5, radius=3, resolution=0.1))) + 0.25
    middle = len(heights) // 2
    outward = heights[middle, middle:]
    # 0.5 m is five cells: the first two rings are the flat middle, then each is a step.
    np.testing.assert_allclose(outward[[0, 4, 9, 10, 14, 15]], np.array([0, 0, 0, 1, 1, 2]) * step_height, atol=1e-6)
    np.testing.assert_allclose(heights[middle:, middle], outward, atol=1e-12)


def test_obstacles_stand_on_the_floor_outside_of_their_clearance():
    variant = Obstacles(count=30, size=(0.2, 0.3, 0.1), clearance=1.5, radius=4, seed=2)
    boxes = varied(variant).findall("worldbody/geom[@type='box']")
    positions = np.array([box.get("pos").split() for box in boxes], float)
    assert len(boxes) == 30
    assert {box.get("size") for box in boxes} == {"0.2 0.3 0.1"}
    np.testing.assert_allclose(positions[:, 2], -0.25 + 0.1)
    distances = np.hypot(positions[:, 0], positions[:, 1])
    assert 1.5 <= distances.min() < 2.5
    assert 3 < distances.max() <= 4


def test_obstacles_need_no_floor():
    assert "obstacle_0" in variant_xml("<mujoco/>", Obstacles(count=1))


def test_a_terrain_needs_a_floor():
    told = "variant Slope: the model has no geom named 'floor' in its worldbody; name its ground plane so"
    with pytest.raises(ModelError, match=re.escape(told)):
        variant_xml("<mujoco><worldbody><geom name='ground' type='plane' size='1 1 1'/></worldbody></mujoco>", Slope(5))


@pytest.mark.parametrize(
    ("variant", "told"),
    [
        (Slope(math.nan), "variant Slope: angle: expected -60.0 to 60.0, got nan"),
        (Rough(wavelength=0), "variant Rough: wavelength: expected 0.01 to 1000.0, got 0"),
        (Rough(height="high"), "variant Rough: height: expected 0.0 to 100.0, got 'high'"),
        (Rough(radius=1000, resolution=0.001), "variant Rough: expected at most 1001 points a side"),
        (Stairs(step_depth=-1), "variant Stairs: step_depth: expected 0.01 to 1000.0, got -1"),
        (Obstacles(count=10**9), "variant Obstacles: count: expected 0 to 1000, got 1000000000"),
        (Obstacles(size=(1, 1, 0)), "variant Obstacles: size: expected 0.001 to 100.0, got (1, 1, 0)"),
        (Obstacles(clearance=7, radius=6), "variant Obstacles: expected a clearance within the radius, got 7"),
    ],
)
def test_numbers_that_make_no_ground_are_told(variant, told):
    with pytest.raises(ModelError, match=re.escape(told)):
        variant_xml("<mujoco><worldbody><geom name='floor' type='plane' size='1 1 1'/></worldbody></mujoco>", variant)


def test_text_that_is_not_well_formed_is_told():
    with pytest.raises(ModelError, match=r"variant Rough: the model's text is not well-formed XML .*line 1"):
        variant_xml("<mujoco><a & b/></mujoco>", Rough())


def test_terrains_have_names():
    assert terrain_variants("flat") == ()
    assert terrain_variants("rough") == (TERRAINS["rough"],)
    assert terrain_variants(["flat", "stairs"]) == (Flat(), TERRAINS["stairs"])
    with pytest.raises(ConfigError, match=r"terrain: expected one or several of flat, slope, .*, got 'lava'"):
        terrain_variants("lava")
    with pytest.raises(ConfigError, match="terrain"):
        terrain_variants(())
