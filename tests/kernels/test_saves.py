"""Saved runs natively: they go on bit for bit, from any end, with other ranks, and past damage and a full disk."""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

import websim
from websim.algorithms import ALGORITHMS
from websim.api import new_folder, run
from websim.cli import main
from websim.dist import Communicator
from websim.errors import ConfigError, SaveError
from websim.saving.autosave import Autosave
from websim.saving.log_segments import Segment, logs_of
from websim.saving.run_folder import RunFolder
from websim.saving.run_manifest import from_text, to_text
from websim.saving.saved_rank import SavedRank, joined
from websim.saving.saved_run import read_run, run_from_file
from websim.session import Session
from websim.state import Log, State

#: As small as each algorithm allows, where it has the setting.
SMALL = {
    "num_steps": 8,
    "num_minibatches": 4,
    "update_epochs": 2,
    "learning_starts": 64,
    "batch_size": 32,
    "hidden": (8,),
    "eval_episodes": 2,
}
ITERATIONS = 6
TIMES = ("time/", "charts/SPS")


def small(algorithm: str, **settings):
    """A config of `ITERATIONS` or more iterations."""
    known = {f.name for f in fields(ALGORITHMS[algorithm].config)}
    defaults = {name: value for name, value in SMALL.items() if name in known}
    settings = {"env": "Hopper-v5", "num_envs": 16, "seed": 3, "total_steps": 16 * 8 * ITERATIONS} | settings
    return websim.TrainConfig.from_mapping({"algorithm": algorithm, **defaults, **settings})


def stopped_at(iteration: int, config, folder: Path):
    """Train in a folder, new or as it was saved there, and stop."""
    start = read_run(folder) if folder.exists() else None
    config = replace(config, autosave_seconds=1e-6)
    stop, place = threading.Event(), RunFolder(folder if start else new_folder(folder), config, start)

    def on_metrics(metrics):
        if metrics["iteration"] >= iteration:
            # The next save begins when the last one is written: then it is of this iteration.
            while not place.ready:
                time.sleep(0.001)
            stop.set()

    return run(config, on_metrics=on_metrics, stop=stop, folder=place, start=start)


def values(history):
    """Metrics without times."""
    return [{k: v for k, v in metrics.items() if not k.startswith(TIMES)} for metrics in history]


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_run_that_was_stopped_goes_on_bit_for_bit(algorithm, ranks, tmp_path):
    # An iteration of ARS is whole episodes.
    config = small(algorithm, ranks=ranks, **({"total_steps": 9000} if algorithm == "ars" else {}))
    whole = run(config)
    middle = len(whole.history) // 2
    assert middle >= 2
    stopped_at(middle, config, tmp_path / "run")
    assert read_run(tmp_path / "run").manifest["iteration"] == middle
    resumed = websim.resume(tmp_path / "run")
    assert resumed.policy.to_bytes() == whole.policy.to_bytes()
    assert values(resumed.history) == values(whole.history)
    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    assert values(map(json.loads, lines)) == values(whole.history)


def test_agents_of_several_policies_go_on_bit_for_bit(tmp_path):
    config = small("ppo", env="AntSumo", num_envs=4, total_steps=4 * 8 * 4)
    whole = run(config)
    stopped_at(2, config, tmp_path / "run")
    resumed = websim.resume(tmp_path / "run")
    assert {k: p.to_bytes() for k, p in resumed.policies.items()} == {
        k: p.to_bytes() for k, p in whole.policies.items()
    }


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1)])
def test_other_ranks_take_over_the_environments(before, after, tmp_path):
    whole = run(small("ppo"))
    stopped_at(3, small("ppo", ranks=before), tmp_path / "run")
    resumed = websim.resume(tmp_path / "run", ranks=after)
    np.testing.assert_allclose(resumed.policy.network.params, whole.policy.network.params, rtol=0, atol=1e-4)
    assert [m["charts/episodes"] for m in resumed.history] == [m["charts/episodes"] for m in whole.history]


@pytest.fixture
def saved(tmp_path) -> Path:
    """The folder of a run with two saves, of 3 and 4 iterations."""
    folder = tmp_path / "saved"
    stopped_at(3, small("ppo"), folder)
    stopped_at(4, small("ppo"), folder)
    return folder


def newest_slot(folder: Path) -> Path:
    return folder / "saves" / read_run(folder).slot


def flip_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("file", ["rank0.part", "manifest.json"])
def test_a_damaged_save_gives_way_to_the_one_before(file, saved):
    assert read_run(saved).manifest["iteration"] == 4
    newest = newest_slot(saved)
    flip_a_byte(newest / file)
    run = read_run(saved)
    assert (run.manifest["iteration"], len(run.history)) == (3, 3)
    assert "the newest save of the run cannot be used, so the one before it is" in run.notes[0]
    assert "damaged" in run.notes[0]

    websim.resume(saved, total_steps=16 * 8 * 5)
    assert [m["iteration"] for m in read_run(saved).history] == [1, 2, 3, 4, 5]

    for slot in ("a", "b"):
        flip_a_byte(saved / "saves" / slot / "rank0.part")
    with pytest.raises(SaveError, match=r"no save of it can be used: .*rank0\.part is damaged"):
        read_run(saved)


def test_a_save_that_was_cut_short_is_as_if_it_had_never_begun(saved):
    (newest_slot(saved) / "manifest.json").unlink()
    run = read_run(saved)
    assert (run.manifest["iteration"], run.notes) == (3, ())


def test_damaged_curves_do_not_keep_a_run_from_going_on(saved):
    lines = (saved / "metrics.jsonl").read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"{", b"[", 1)
    (saved / "metrics.jsonl").write_bytes(b"".join(lines))
    run = read_run(saved)
    assert [m["iteration"] for m in run.history] == [1, 3, 4]
    assert run.notes == ("1 points of the run's curves are damaged and left out",)
    assert [m["iteration"] for m in websim.resume(saved).history] == [1, 3, 4, 5, 6]


def test_a_save_of_a_newer_version_is_told(saved):
    for slot in ("a", "b"):
        path = saved / "saves" / slot / "manifest.json"
        path.write_bytes(to_text(from_text(path.read_bytes()) | {"format": 2, "websim": "9.0"}))
    with pytest.raises(SaveError, match=r"expected format 1, got 2, written by websim 9\.0; .* update websim"):
        read_run(saved)


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "logs/../evil"])
def test_a_manifest_cannot_lead_out_of_its_folder(name, saved):
    path = newest_slot(saved) / "manifest.json"
    manifest = from_text(path.read_bytes())
    manifest["parts"][0]["file"] = name
    with pytest.raises(SaveError, match="cannot be read"):
        from_text(to_text(manifest))


def test_a_run_of_another_task_or_size_is_refused(saved):
    start = read_run(saved)
    another = r"save: HalfCheetah-v5: expected a run of this task and model \(fingerprint \w+\), got one of another"
    slower = r"save: Hopper-v5: expected a run of this task and model"
    for config, told in (
        (small("ppo", env="HalfCheetah-v5"), another),
        (small("ppo", env_options={"frame_skip": 3}), slower),
        (small("ppo", num_envs=8), "it does not fit this run"),
    ):
        session = Session(config, Communicator(), lambda: None)
        with pytest.raises(SaveError, match=told):
            start.resume(session)
        session.close()


def test_a_run_leaves_as_one_file_and_goes_on_elsewhere(saved, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["pack", str(saved), "there.websim-run"]) == 0
    file = run_from_file((tmp_path / "there.websim-run").read_bytes())
    assert [m["iteration"] for m in file.history] == [1, 2, 3, 4]
    assert main(["resume", "there.websim-run"]) == 0
    assert "going on with Hopper-v5 at 512 steps" in capsys.readouterr().out
    assert websim.load_policy("there/policy.websim").to_bytes() == run(small("ppo")).policy.to_bytes()
    assert main(["resume", "there.websim-run"]) == 2
    assert "there is not empty" in capsys.readouterr().err
    assert main(["resume", str(saved), "--out", "elsewhere"]) == 2
    assert "a folder's run goes on in it; --out (folder=) is for .websim-run files" in capsys.readouterr().err
    assert main(["resume", "there"]) == 2
    assert "the run has finished its 768 steps; ask for more" in capsys.readouterr().err

    data = bytearray((tmp_path / "there.websim-run").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "broken.websim-run").write_bytes(data)
    assert main(["resume", "broken.websim-run"]) == 2
    assert "damaged" in capsys.readouterr().err


def test_the_reward_of_a_file_is_not_run_unasked(tmp_path):
    text = "def reward(signals, actions, unhealthy):\n    return {'evil': np.ones(len(actions))}"
    config = small("ppo")
    run(config, on_metrics=lambda _: {"reward": text}, folder=RunFolder(new_folder(tmp_path / "a"), config))
    (tmp_path / "a.websim-run").write_bytes(read_run(tmp_path / "a").to_file())
    longer = {"total_steps": 2 * config.total_steps}
    with pytest.raises(SaveError, match=r"its reward is Python text, which going on would run; .*'evil'"):
        websim.resume(tmp_path / "a.websim-run", folder=tmp_path / "b", **longer)
    assert not (tmp_path / "b").exists()
    resumed = websim.resume(tmp_path / "a.websim-run", folder=tmp_path / "b", trust_reward=True, **longer)
    assert len(resumed.history) == 2 * ITERATIONS


def command(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "websim.cli", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


SMALL_TRAINING = ("HalfCheetah-v5", "--num-envs", 16, "--num-steps", 32, "--autosave-seconds", 0.2)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_run_goes_on_after_ctrl_c_and_after_kill(end, tmp_path):
    folder = tmp_path / "run"
    process = command("train", *SMALL_TRAINING, "--ranks", 2, "--out", folder)
    deadline = time.monotonic() + 60
    while not all((folder / "saves" / slot / "manifest.json").exists() for slot in "ab"):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(end)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == (0 if end == signal.SIGINT else -signal.SIGKILL)
    assert (f"next: websim resume {folder}" in output) == (end == signal.SIGINT)
    saved = read_run(folder)
    assert saved.notes == ()
    steps = saved.manifest["global_step"]
    resumed = websim.resume(folder, total_steps=steps + 1024)
    assert [m["global_step"] for m in resumed.history] == list(range(512, steps + 1025, 512))


def test_two_processes_cannot_go_on_with_one_run(saved):
    config = small("ppo")
    first = RunFolder(saved, config, read_run(saved))
    with pytest.raises(ConfigError, match="the run goes on in another process"):
        RunFolder(saved, config, read_run(saved))
    first.close()


def test_a_full_disk_is_told_once_and_training_goes_on(tmp_path):
    """No file may grow beyond what does not hold a rank for a while."""
    config = small("ppo", total_steps=16 * 8 * 40, autosave_seconds=0.01)
    told: list[str] = []
    folder = RunFolder(new_folder(tmp_path / "run"), config, tell=told.append)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def on_metrics(metrics):
        time.sleep(0.02)
        if metrics["iteration"] in (15, 30):
            limit = 2_000 if metrics["iteration"] == 15 else soft
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        if metrics["iteration"] == 29:
            during.append(read_run(tmp_path / "run").manifest["iteration"])

    during: list[int] = []
    try:
        result = run(config, on_metrics=on_metrics, folder=folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert len(result.history) == 40
    assert 1 <= during[0] <= 16
    assert len(told) == 2
    assert "The run could not be saved" in told[0]
    assert "training goes on, and the save of" in told[0]
    assert told[1] == "The run is saved again."
    assert read_run(tmp_path / "run").manifest["iteration"] == 40
    assert len(read_run(tmp_path / "run").history) == 40


class LoggingSession:
    """A session whose log grows by ten rows an iteration and is needed for the last 45."""

    def __init__(self, config, comm):
        self.config, self.comm, self.learner = config, comm, self
        self.iteration = self.global_step = 0
        self.elapsed = 0.0
        self.loaded: State | None = None

    def iterate(self):
        self.iteration += 1
        self.global_step += 10

    def state(self):
        stop = 10 * self.iteration
        log = Log(max(0, stop - 45), stop, lambda first, last: np.arange(first, last)[:, None])
        return State({"iteration": self.iteration}, {"row": np.zeros(2)}, {"learner/replay": log})

    def load_state(self, state):
        self.loaded = state


def test_logs_are_written_once_and_removed_when_no_save_needs_them(tmp_path):
    config = small("ppo")
    folder = RunFolder(new_folder(tmp_path / "run"), config)
    session = LoggingSession(config, Communicator())
    times = iter(range(10**6))
    autosave = Autosave(session, folder.add, ready=lambda: folder.ready, clock=lambda: float(next(times)))
    written: dict[str, int] = {}
    for _ in range(20):
        session.iterate()
        folder.add_metrics({"iteration": session.iteration})
        autosave.request()
        autosave.round()
        while not folder.ready:
            time.sleep(0.002)
        for path in (tmp_path / "run" / "saves" / "logs").iterdir():
            assert written.setdefault(path.name, path.stat().st_mtime_ns) == path.stat().st_mtime_ns
    folder.close()
    assert len(written) == 20
    assert sorted(path.name for path in (tmp_path / "run" / "saves" / "logs").iterdir()) == [
        f"learner-replay.0.{first}-{first + 10}.rows" for first in range(140, 200, 10)
    ]
    saved = read_run(tmp_path / "run")
    resumed = LoggingSession(config, Communicator())
    saved.resume(resumed)
    log = resumed.loaded.logs["learner/replay"]
    assert (log.start, log.stop) == (155, 200)
    np.testing.assert_array_equal(log.read(158, 197)[:, 0], np.arange(158, 197))

    resumed.comm = type("Two", (), {"rank": 0, "world_size": 2})()
    with pytest.raises(SaveError, match="expected 1 as when the run was saved, got 2: what it remembers"):
        saved.resume(resumed)
    flip_a_byte(tmp_path / "run" / "saves" / "logs" / "learner-replay.0.190-200.rows")
    assert read_run(tmp_path / "run").manifest["iteration"] == 19


class Clock:
    """Seconds that pass by command, and a hundredth of one with each look: then a copy takes that long."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 0.01
        return self.now


def test_saves_keep_to_their_seconds_and_copies_to_half_a_per_cent():
    session, clock = LoggingSession(small("ppo", autosave_seconds=5), Communicator()), Clock()
    shares = []
    autosave = Autosave(session, shares.append, clock=clock)
    copied = []
    for _ in range(215):
        session.iterate()
        clock.now += 0.1
        before = autosave._copied_iteration
        autosave.round()
        if autosave._copied_iteration != before:
            copied.append(clock.now)
    steps = [share.saved.iteration for share in shares]
    assert len(steps) == 5, "the first after a second, then every five, in about twenty"
    assert 7 <= steps[0] <= 10
    assert set(np.diff(steps)) <= set(range(40, 51))
    assert 3 <= len(copied) - len(steps) <= clock.now * 0.005 / 0.01
    before_stop = autosave._copied_iteration
    assert before_stop > steps[-1]
    autosave.stop()
    assert shares[-1].saved.iteration == before_stop


def test_a_save_waits_while_the_one_before_is_written():
    session, clock, shares = LoggingSession(small("ppo", autosave_seconds=5), Communicator()), Clock(), []
    ready = [False]
    autosave = Autosave(session, shares.append, ready=lambda: ready[0], clock=clock)
    for wait, expected in ((False, 0), (True, 1)):
        ready[0] = wait
        session.iterate()
        clock.now += 20
        autosave.round()
        assert len(shares) == expected


def test_a_log_with_a_gap_is_refused():
    parts = [Segment("a", 0, first, first + 2, np.zeros((2, 1))) for first in (0, 4)]
    with pytest.raises(SaveError, match="a has gaps"):
        logs_of(parts, 0)
    assert logs_of(parts, 1) == {}


def test_ranks_of_two_moments_are_not_joined():
    session = Session(small("ppo"), Communicator(), lambda: None)
    saved = SavedRank.of(session)
    ranks = [replace(saved, rank=i, world_size=2, iteration=i) for i in range(2)]
    with pytest.raises(SaveError, match="expected the 2 ranks of one run at one moment"):
        joined(ranks, 0, 1)
    session.close()


def test_saving_can_be_turned_off(tmp_path):
    config = small("ppo", autosave_seconds=0)
    run(config, folder=RunFolder(new_folder(tmp_path / "run"), config))
    assert os.listdir(tmp_path / "run" / "saves") == ["logs"]
