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


@pytest.mark.parametrize("size", SIZES)
def test_sums_of_many_rounds_and_sizes_are_those_of_their_rank_and_round(size):
    def program(comm):
        for turn in range(300):
            # Sizes that stay and that change, of both precisions, between gathers.
            array = np.full(1 + turn // 7 % 3 * 5000, turn + comm.rank, (np.float32, np.float64)[turn % 5 == 0])
            comm.all_sum(array, tag="sum")
            assert (array == size * turn + size * (size - 1) // 2).all(), turn
            if turn % 3 == 0:
                comm.barrier(tag="between")

    run_ranks(size, program)


@pytest.mark.parametrize(
    ("arrays", "tag", "message"),
    [
        ([np.zeros(3)] * 2, ["gradient", "moments"], "rank 0: #1 'gradient', 24 bytes; rank 1: #1 'moments', 24 bytes"),
        ([np.zeros(3), np.zeros(4)], ["a", "a"], "rank 0: #1 'a', 24 bytes; rank 1: #1 'a', 32 bytes"),
        ([np.float32([1, 2]), np.float32([3])], ["a", "a"], "rank 0: #1 'a', 8 bytes; rank 1: #1 'a', 4 bytes"),
        ([np.float32([1, 2]), np.zeros(3)], ["a", "b"], "rank 0: #1 'a', 8 bytes; rank 1: #1 'b', 24 bytes"),
    ],
)
def test_mismatched_collectives_raise_on_all_ranks(arrays, tag, message):
    def program(comm):
        array = arrays[comm.rank].copy()
        with pytest.raises(CollectiveMismatchError, match="ranks met in different collectives: ") as error:
            comm.all_sum(array, tag=tag[comm.rank])
        np.testing.assert_array_equal(array, arrays[comm.rank])
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
