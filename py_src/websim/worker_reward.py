"""What a rank's Web Worker calls for the editor of rewards (workers/ranks/rank.ts). Strings are JSON."""

from __future__ import annotations

import io
import json
import math
import traceback
import zipfile
from dataclasses import replace

from pyodide.ffi import JsBuffer

from websim.batch_env import BatchEnv
from websim.errors import RewardError
from websim.live.reward_signals import signal_notes
from websim.live.reward_source import reward_source
from websim.live.reward_text import TEXT_FILE
from websim.live.reward_trial import FIRST_ENV, try_on_states
from websim.policy import Policy
from websim.tasks import get_spec


def sheet(env: str, options: str) -> str:
    """What is there to write a reward of: `RewardSheet` (workers/editors/reward_module.ts)."""
    spec = get_spec(env, **json.loads(options))
    environment = BatchEnv(replace(spec, reward=None), 1, first_env=FIRST_ENV)
    try:
        low, high = environment.action_bounds
        description = {
            "text": reward_source(spec),
            "signals": signal_notes(environment),
            "actions": environment.action_dim,
            "low": _finite(low.min()),
            "high": _finite(high.max()),
            "agents": [agent.name for agent in spec.agents],
        }
    finally:
        environment.close()
    return json.dumps(description)


def trial(env: str, options: str, text: str, policy: JsBuffer) -> str:
    """What a text gives (`try_on_states`) with the policies of a file; of an empty one, with random actions.

    An interrupt is told with the line that it came in.
    """
    data = policy.to_bytes()
    files = [] if not data else _unpacked(data) if data[:2] == b"PK" else [data]
    policies = [Policy.from_bytes(file, name="the policy") for file in files]
    spec = get_spec(env, **json.loads(options))
    try:
        return json.dumps(try_on_states(spec, text, {policy.name: policy for policy in policies}))
    except KeyboardInterrupt as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == TEXT_FILE]
        where = f"reward, line {lines[-1]}" if lines else "reward"
        raise RewardError(f"{where}: the trial was stopped here") from error


def _finite(bound: float) -> float | None:
    return float(bound) if math.isfinite(bound) else None


def _unpacked(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(name) for name in archive.namelist()]
