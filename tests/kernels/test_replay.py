"""The replay against a plain list of everything that happened."""

import numpy as np
import pytest

from websim.algorithms.replay import Replay
from websim.errors import ConfigError
from websim.kernels import tiles

B, O, A = 3, 4, 2


class Recorder:
    """Steps B random environments; keeps every transition beside the replay that it fills."""

    def __init__(self, replay, seed=0):
        self.replay, self.rng = replay, np.random.default_rng(seed)
        self.obs = self.numbers(O)
        self.transitions = []

    def numbers(self, width):
        return self.rng.normal(size=(B, width)).astype(np.float32)

    def steps(self, count):
        for _ in range(count):
            actions, next_obs, reward = self.numbers(A), self.numbers(O), self.rng.normal(size=B).astype(np.float32)
            terminated, truncated = self.rng.random((2, B)) < 0.15
            self.replay.observe(self.obs)
            self.replay.add(actions, reward.astype(float), terminated, next_obs)
            self.transitions.append((self.obs, actions, reward, terminated, next_obs))
            self.obs = np.where((terminated | truncated)[:, None], self.numbers(O), next_obs)
        self.replay.observe(self.obs)

    def check(self):
        """Every transition that the replay says it holds, in an order of its own."""
        replay = self.replay
        steps, envs = np.divmod(self.rng.permutation((replay.stop - replay.start) * B), B)
        steps += replay.start
        count = len(steps)
        batch, following = tiles(count, replay.features), tiles(count, replay.features)
        replay.gather(batch, following, steps, envs)
        got, after = (tiled.transpose(0, 2, 1).reshape(-1, replay.features)[:count] for tiled in (batch, following))
        cut = 0
        for row, next_row, step, env in zip(got, after, steps, envs, strict=True):
            obs, actions, reward, terminated, next_obs = (part[env] for part in self.transitions[step])
            np.testing.assert_array_equal(row, [*obs, *actions, reward, not terminated])
            if not terminated:
                np.testing.assert_array_equal(next_row[:O], next_obs)
                cut += step + 1 < len(self.transitions) and (self.transitions[step + 1][0][env] != next_obs).any()
        return cut


@pytest.mark.parametrize("count", [1, 5, 20, 21, 22, 100, 1030, 2100])
def test_transitions_are_those_that_happened_also_after_it_wraps(count):
    recorder = Recorder(Replay(20 if count <= 100 else 1500, B, O, A))
    recorder.steps(count)
    assert (recorder.replay.start, recorder.replay.stop) == (max(0, count - recorder.replay.slots + 1), count)
    assert recorder.check() > 0 or count <= 5, "some episodes were cut off"


def test_an_environment_that_is_put_elsewhere_ends_what_came_before():
    recorder = Recorder(Replay(50, B, O, A))
    recorder.steps(10)
    recorder.obs = recorder.numbers(O)
    recorder.steps(10)
    assert recorder.check() > 0


@pytest.mark.parametrize("count", [3, 20, 57])
def test_logs_restore_it_and_only_new_rows_are_read(count):
    recorder = Recorder(Replay(20, B, O, A))
    recorder.steps(count)
    logs = recorder.replay.logs()
    for log in logs.values():
        assert len(log.read(log.start, log.stop)) == log.stop - log.start
        middle = (log.start + log.stop) // 2
        np.testing.assert_array_equal(log.read(middle, log.stop), log.read(log.start, log.stop)[middle - log.start :])
    other = Recorder(Replay(20, B, O, A), seed=5)
    other.steps(31)
    other.replay.load(logs, recorder.obs)
    recorder.replay = other.replay
    recorder.check()
    recorder.steps(13)
    recorder.check()
    assert recorder.replay.logs()["transitions"].stop == count + 13


def test_a_smaller_replay_takes_the_newest():
    recorder = Recorder(Replay(40, B, O, A))
    recorder.steps(90)
    smaller = Replay(7, B, O, A)
    smaller.load(recorder.replay.logs(), recorder.obs)
    assert (smaller.start, smaller.stop) == (83, 90)
    recorder.replay = smaller
    recorder.check()


def test_running_out_of_memory_is_told():
    with pytest.raises(ConfigError, match=r"buffer_size: no memory for 33 transitions of 400,000,000,000,016 bytes in"):
        Replay(10, B, 10**14, A)
