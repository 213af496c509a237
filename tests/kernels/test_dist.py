"""Collectives: sums in rank order, moments, broadcast, and what happens when ranks do not meet."""

import numpy as np
import pytest

from websim.dist import run_ranks
from websim.errors import CollectiveMismatchError

SIZES = [1, 2, 4]


@pytest.mark.parametrize("size", SIZES)
def test_all_sum_and_all_mean(size):
    def program(comm):
        total = np.arange(5, dtype=np.float32) * (comm.rank + 1)
        mean = total.copy()
        comm.all_sum(total, tag="sum")
        comm.all_mean(mean, tag="mean")
        return total, mean

    for total, mean in run_ranks(size, program):
        np.testing.assert_array_equal(total, np.arange(5) * (size * (size + 1) / 2))
        np.testing.assert_allclose(mean, total / size)


def test_sums_run_in_rank_order():
    # In float32, (1e8 + 1) - 1e8 + 1 and other orders differ: rank order gives 1.
    values = [1e8, 1.0, -1e8, 1.0]

    def program(comm):
        array = np.array([values[comm.rank]], np.float32)
        comm.all_sum(array, tag="sum")
        return array[0]

    expected = np.float32(0)
    for value in values:
        expected = np.float32(expected + np.float32(value))
    assert run_ranks(4, program) == [expected] * 4
    assert expected == 1


@pytest.mark.parametrize("size", SIZES)
def test_all_stats_equals_the_moments_of_all_samples(size):
    samples = [np.random.default_rng(r).normal(5, 2, (10 * (r + 1), 3)) for r in range(size)]

    def program(comm):
        mine = samples[comm.rank]
        mean = mine.mean(0)
        return comm.all_stats(len(mine), mean, ((mine - mean) ** 2).sum(0), tag="stats")

    everything = np.concatenate(samples)
    for count, mean, m2 in run_ranks(size, program):
        assert count == len(everything)
        np.testing.assert_allclose(mean, everything.mean(0), rtol=1e-12)
        np.testing.assert_allclose(m2 / count, everything.var(0), rtol=1e-12)


@pytest.mark.parametrize("size", SIZES)
def test_broadcast_gives_rank_0s_value(size):
    value = [{"command": "stop"}, {"text": "grüße" * 100}]
    assert run_ranks(size, lambda comm: comm.broadcast(value if comm.rank == 0 else [], tag="v")) == [value] * size


@pytest.mark.parametrize("size", SIZES)
def test_broadcasting_nothing_costs_one_collective(size):
    def program(comm):
        nothing = comm.broadcast(None, tag="changes")
        return nothing, comm._sequence

    assert run_ranks(size, program) == [(None, int(size > 1))] * size


@pytest.mark.parametrize(
    ("length", "tag", "message"),
    [
        ([3, 3], ["gradient", "moments"], "rank 0: #1 'gradient', 24 bytes; rank 1: #1 'moments', 24 bytes"),
        ([3, 4], ["gradient", "gradient"], "rank 0: #1 'gradient', 24 bytes; rank 1: #1 'gradient', 32 bytes"),
    ],
)
def test_mismatched_collectives_raise_on_all_ranks(length, tag, message):
    def program(comm):
        with pytest.raises(CollectiveMismatchError, match="ranks met in different collectives: ") as error:
            comm.all_sum(np.zeros(length[comm.rank]), tag=tag[comm.rank])
        return str(error.value)

    for text in run_ranks(2, program):
        assert text.endswith(message)


def test_a_rank_that_fails_releases_the_others():
    def program(comm):
        if comm.rank == 1:
            raise ValueError("broken on purpose")
        comm.barrier(tag="end")

    with pytest.raises(ValueError, match="broken on purpose"):
        run_ranks(3, program)


def test_assert_replicated_names_the_rank_that_differs():
    def program(comm):
        comm.assert_replicated(np.ones(3), tag="same")
        comm.assert_replicated(np.full(3, comm.rank), tag="parameters")

    with pytest.raises(AssertionError, match="parameters: rank 1 differs from rank 0"):
        run_ranks(2, program)
