"""What the robots' scenes have in common."""

from __future__ import annotations

#: Ground and light. Variants of the world put their terrain in the place of "floor".
FLOOR = """<light pos="0 0 3" dir="0.2 0.2 -1" directional="true" castshadow="false"/>
    <geom name="floor" type="plane" size="10 10 0.1" rgba="0.3 0.33 0.37 1"/>"""
