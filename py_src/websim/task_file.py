"""A task as data for the player, which has no Python: its worlds, compiled programs and agents.

The site's build writes one for each built-in task; a page writes one for an agent whose task is not as it comes. The
text is JSON (webapp/player/task_file.ts reads it):
    name
    xmls, programs (base64): of each variant of the world
    assets, files: what the models name, by the name that MuJoCo seeks: [archive, path] of the site, base64 of others
    per_episode: a variant is drawn for each episode, not environment
    max_episode_steps, keyframe (empty: none)
    choices: [K, A] actions of a discrete task, or null
    observations [agents, O], actions [agents, A]: each agent's columns of the scene's; all share one policy
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Mapping
from io import BytesIO

from websim.agents import policy_groups
from websim.engine import open_engine
from websim.errors import ModelError
from websim.spec import EnvSpec
from websim.worlds import world_files


def archived_files(archives: Mapping[str, bytes]) -> dict[bytes, list[str]]:
    """[archive, path] of each file of the site's zip archives, by its content."""
    found: dict[bytes, list[str]] = {}
    for name, data in archives.items():
        with zipfile.ZipFile(BytesIO(data)) as archive:
            found |= {archive.read(path): [name, path] for path in archive.namelist()}
    return found


def is_playable(spec: EnvSpec) -> bool:
    """Whether data says when its episodes end, and one policy moves all of it."""
    return spec.termination is None and len({agent.policy for agent in spec.agents}) <= 1


def task_file(spec: EnvSpec, archived: Mapping[bytes, list[str]]) -> str:
    """archived: files that the site has (`archived_files`). Raises ModelError when the task is not playable."""
    if not is_playable(spec):
        raise ModelError(
            f"{spec.name} cannot be played without Python: expected one policy and an end that bounds decide; "
            "send the policy's file"
        )
    worlds = world_files(spec)
    engine = open_engine(spec, 1)
    try:
        (group,) = policy_groups(spec, engine.model, engine.program.obs_dim)
        programs = [base64.b64encode(program.data).decode() for program in engine.programs]
    finally:
        engine.close()
    assets = worlds[0].assets
    content = {
        "name": spec.name,
        "xmls": [files.xml for files in worlds],
        "programs": programs,
        "assets": {name: archived[data] for name, data in assets.items() if data in archived},
        "files": {name: base64.b64encode(data).decode() for name, data in assets.items() if data not in archived},
        "per_episode": spec.variant_per == "episode",
        "max_episode_steps": spec.max_episode_steps,
        "keyframe": spec.keyframe or "",
        "choices": None if spec.discrete is None else spec.discrete.actions,
        "observations": group.observations.tolist(),
        "actions": group.actions.tolist(),
    }
    return json.dumps(content)
