"""The window of the last 100 episodes does not depend on how environments are split over ranks."""

import numpy as np

from websim.dist import run_ranks
from websim.episodes import EpisodeWindow

LENGTHS = np.random.default_rng(0).integers(1, 6, 8)
STEPS = 120


def window_after_run(world_size):
    """8 environments; environment e ends an episode each LENGTHS[e] steps; its return is t + e / 10."""

    def program(comm):
        local = 8 // comm.world_size
        first = comm.rank * local
        window = EpisodeWindow()
        for iteration in range(STEPS // 10):
            for step in range(10):
                t = iteration * 10 + step
                ended = (t + 1) % LENGTHS[first : first + local] == 0
                envs = np.flatnonzero(ended) + first
                window.add(step, first, ended, t + envs / 10, LENGTHS[envs])
            window.merge(comm)
        return window.mean_return, window.mean_length, window.count

    return run_ranks(world_size, program)


def test_empty_window():
    assert EpisodeWindow().mean_return is None
    assert EpisodeWindow().mean_length is None


def test_ranks_agree_with_each_other_and_with_one_rank():
    (alone,) = window_after_run(1)
    assert window_after_run(2) == [alone] * 2
    assert window_after_run(4) == [alone] * 4


def test_it_holds_the_last_100_in_order():
    finished = [(t, e) for t in range(STEPS) for e in range(8) if (t + 1) % LENGTHS[e] == 0]
    ((mean_return, mean_length, count),) = window_after_run(1)
    assert count == len(finished)
    assert np.isclose(mean_return, np.mean([t + e / 10 for t, e in finished[-100:]]))
    assert np.isclose(mean_length, np.mean([LENGTHS[e] for _, e in finished[-100:]]))
