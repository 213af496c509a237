"""`websim export`, `import` and `record`, and `train --tensorboard`: what they write, print and refuse."""

import json
from pathlib import Path

import minari
import numpy as np
import onnxruntime
import pytest
from policies import random_policy

import websim
from websim.cli import main

FOREIGN = Path(__file__).parents[1] / "data/foreign_policies"


@pytest.fixture
def policy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    random_policy("Hopper-v5").save("hopper.websim")
    return websim.load_policy("hopper.websim")


def test_export_writes_what_the_ending_says(policy, capsys):
    assert main(["export", "hopper.websim", "hopper.onnx"]) == 0
    assert capsys.readouterr().out == "wrote hopper.onnx\n"
    obs = np.random.default_rng(0).normal(size=(20, 11)).astype(np.float32)
    actions = onnxruntime.InferenceSession("hopper.onnx").run(None, {"obs": obs})[0]
    np.testing.assert_allclose(actions, policy.predict(obs), atol=1e-5)
    assert main(["export", "hopper.websim", "hopper.safetensors"]) == 0
    assert main(["import", "hopper.safetensors", "again.websim"]) == 0
    assert Path("again.websim").read_bytes() == Path("hopper.websim").read_bytes()


def test_import_then_evaluate(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    source, statistics = str(FOREIGN / "sb3_normalized.zip"), str(FOREIGN / "sb3_normalized.pkl")
    assert main(["import", source, "swimmer.websim", "--task", "Swimmer-v5", "--normalizer", statistics]) == 0
    assert capsys.readouterr().out.endswith("next: websim evaluate swimmer.websim --episodes 20\n")
    with np.load(FOREIGN / "sb3_normalized.npz") as recorded:
        actions = websim.load_policy("swimmer.websim").predict(recorded["observations"])
        np.testing.assert_allclose(actions, recorded["actions"], rtol=0, atol=1e-5)
    assert main(["evaluate", "swimmer.websim", "--episodes", "1"]) == 0


@pytest.mark.usefixtures("policy")
def test_record_writes_an_archive_and_a_data_set(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path / "minari"))
    arguments = ["--episodes", "3", "--seed", "2", "--sampled", "--minari", "hopper/a-v0", "--author", "Ada"]
    assert main(["record", "hopper.websim", "episodes.npz", *arguments]) == 0
    assert capsys.readouterr().out == f"wrote episodes.npz\nwrote {tmp_path}/minari/hopper/a-v0\n"
    with np.load("episodes.npz") as arrays:
        assert len(arrays["lengths"]) == 3
        assert json.loads(str(arrays["metadata"]))["deterministic"] is False
        assert minari.load_dataset("hopper/a-v0").total_steps == arrays["lengths"].sum()


def test_metrics_of_a_run_for_tensorboard_and_as_csv(tmp_path, capsys):
    out = tmp_path / "a"
    run = ["train", "Hopper-v5", "--steps", "600", "--num-envs", "4", "--tensorboard", "--out", str(out)]
    assert main(run) == 0
    (events,) = out.glob("events.out.tfevents.*")
    assert b"charts/SPS" in events.read_bytes()
    assert main(["export", str(out / "metrics.jsonl"), str(tmp_path / "metrics.csv")]) == 0
    lines = (tmp_path / "metrics.csv").read_text().splitlines()
    assert len(lines) == 1 + len((out / "metrics.jsonl").read_text().splitlines())
    assert "charts/episodic_return" in lines[0].split(",")
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["export", "hopper.websim", "hopper.pt"], "format: expected one of websim, onnx, safetensors, got 'pt'"),
        (["export", "none.websim", "a.onnx"], "none.websim: cannot read the file: No such file"),
        (["export", "hopper.websim", "no/folder.onnx"], "no/folder.onnx: cannot write the file"),
        (["import", str(FOREIGN / "sb3_tanh.zip"), "a.websim"], "name the task"),
        (["import", str(FOREIGN / "sb3_tanh.npz"), "a.websim", "--task", "Hopper-v5"], "sb3_tanh.npz: not a file that"),
        (["record", "hopper.websim"], "record: expected a file to write, or --minari"),
        (["record", "hopper.websim", "a.npz", "--episodes", "0"], "episodes: expected a whole number from 1"),
        (["record", "hopper.websim", "--minari", "not an id", "--episodes", "1"], "Minari cannot write 'not an id'"),
    ],
)
@pytest.mark.usefixtures("policy")
def test_mistakes_exit_with_2_and_one_sentence(arguments, message, capsys, tmp_path):
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["hopper.websim"], "nothing is written"
