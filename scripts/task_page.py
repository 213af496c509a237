"""docs/tasks.md: what each built-in task is, from its factory and its compiled program."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable

from websim.agents import policy_groups
from websim.batch_env import BatchEnv
from websim.spec import EnvSpec
from websim.tasks import TASKS, get_spec

_HEAD = """\
# Tasks

The built-in tasks, with the numbers of their observations and actions at the default options, and the control steps
after which an episode is truncated. Options are keywords of `make_vec`, and `env_options` in the settings of a run:

```python
import websim

envs = websim.make_vec("Ant-v5", num_envs=2, ctrl_cost_weight=0.1, include_cfrc_ext_in_observation=False)
```

Those whose names end in `-v5` are Gymnasium 1.4's: the same options but for those of drawing, and in each step the same
observations, rewards, terminations, truncations and `info` entries from the same state, to 1e-6. `xml_file` is the name
of a model that comes with Gymnasium, or a path. Two things differ: observations are float32, and physics that
diverges ends the episode.

Tasks of Panda, UR5e and ANYmal C need the robots' files: natively from the package `mujoco-menagerie`, which downloads
them, or from a folder that `MENAGERIE_ROOT` names. [Your own task](tasks_howto.md) says how to write one.

Swarm and AntSumo are tasks of [several agents](agents.md), which `parallel_env` opens; their numbers are of each agent.
"""


def tasks_page() -> str:
    """The page's text. It needs the compiled kernels."""
    lines = [_HEAD, "| task | what | observations | actions | steps |", "|---|---|---:|---:|---:|"]
    for name in TASKS:
        observations, actions = _sizes(name)
        steps = get_spec(name).max_episode_steps
        lines.append(f"| [`{name}`](#{_anchor(name)}) | {_what(name)} | {observations} | {actions} | {steps} |")
    lines += ["", "## Options", ""]
    for name, factory in TASKS.items():
        lines += [f"### {name}", "", _options(factory), ""]
    return "\n".join(lines)


def _sizes(name: str) -> tuple[str, str]:
    """Numbers of observations and actions, with agents those of each: "2 x 34"."""
    env = BatchEnv(get_spec(name), 1)
    groups = policy_groups(env.spec, env.model, env.obs_dim)
    env.close()
    agents = f"{len(env.spec.agents)} x " if env.spec.agents else ""
    return agents + str(groups[0].observations.shape[1]), agents + str(groups[0].actions.shape[1])


def _what(name: str) -> str:
    """The task in a few words: of "Ant-v5: walk on four legs. Behaviour: ...", the middle."""
    text = inspect.getdoc(sys.modules[TASKS[name].__module__]) or ""
    return text.splitlines()[0].removeprefix(f"{name}: ").split(". ")[0].removesuffix(".")


def _options(factory: Callable[..., EnvSpec]) -> str:
    parameters = inspect.signature(factory).parameters
    return " · ".join(f"`{name}={parameter.default!r}`" for name, parameter in parameters.items()) or "None."


def _anchor(name: str) -> str:
    return name.lower()
