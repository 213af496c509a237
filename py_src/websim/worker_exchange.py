"""What a rank's Web Worker calls to export, open and ask policies (workers/ranks/rank.ts).

Files and numbers come as JS typed arrays, settings as JSON.
"""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
from pyodide.ffi import JsBuffer

from websim.exchange.formats import export_policy
from websim.exchange.formats import open_policy as read_policy
from websim.exchange.metric_files import export_metrics
from websim.models.sources import BROWSER_ROBOTS
from websim.policy import Policy
from websim.policy_files import policy_file_names
from websim.task_file import archived_files, task_file
from websim.tasks import MODEL_OPTION, get_spec


def convert_policies(file: JsBuffer, format: str) -> bytes:
    """What `pack_policies` wrote, a file or a zip archive of several, with each policy in another format."""
    data = file.to_bytes()
    if data[:2] != b"PK":
        return export_policy(Policy.from_bytes(data), format)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        policies = [Policy.from_bytes(archive.read(name), name=name) for name in archive.namelist()]
    files = policy_file_names({policy.name: policy for policy in policies})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for policy in policies:
            name = files[policy.name].removesuffix("websim") + format
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), export_policy(policy, format))
    return out.getvalue()


def open_policy(file: JsBuffer, name: str, task: str, options: str, normalizer: JsBuffer) -> bytes:
    """The `.websim` file of a policy of any known format. Empty: no task, no normalizer."""
    policy = read_policy(
        file.to_bytes(),
        name,
        task=task or None,
        task_options=json.loads(options),
        normalizer=normalizer.to_bytes() or None,
    )
    return policy.to_bytes()


def describe_policy(file: JsBuffer) -> str:
    """JSON of a `.websim` file: its task, and how many numbers it takes and gives."""
    policy = Policy.from_bytes(file.to_bytes())
    discrete = policy.spec.discrete is not None
    return json.dumps(
        {
            "task": policy.spec.name,
            "options": dict(policy.spec.options),
            "obs_dim": policy.network.obs_dim,
            "action_dim": 1 if discrete else len(policy.low),
            "discrete": discrete,
        }
    )


def predict(file: JsBuffer, observations: JsBuffer) -> bytes:
    """Deterministic actions float32 [B, A] (discrete: [B]) of a `.websim` file for observations float32 [B, O]."""
    policy = Policy.from_bytes(file.to_bytes())
    rows = np.frombuffer(observations.to_bytes(), np.float32)
    obs_dim = policy.network.obs_dim
    if rows.size % obs_dim:
        raise ValueError(f"predict: expected observations of {obs_dim} numbers each, got {rows.size} numbers")
    return policy.predict(rows.reshape(-1, obs_dim)).astype(np.float32).tobytes()


def metrics_file(history: str, format: str) -> str:
    """A run's history, JSON, as "csv" or "json"."""
    return export_metrics(json.loads(history), format)


def playable_task(env: str, options: str) -> str:
    """A task with its options as the player reads it (`websim.task_file`)."""
    given = json.loads(options)
    # A model that is an option stays whole, so that it can be told from its task's file.
    archives = [] if MODEL_OPTION in given else BROWSER_ROBOTS.glob("*.zip")
    return task_file(get_spec(env, **given), archived_files({path.name: path.read_bytes() for path in archives}))
