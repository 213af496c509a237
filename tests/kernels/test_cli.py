"""The command line: what it writes, prints and refuses."""

import json

import pytest

import websim
from websim.cli import main


def test_train_then_evaluate(tmp_path, capsys):
    out = tmp_path / "a"
    assert main(["train", "Hopper-v5", "--steps", "1e3", "--num-envs", "8", "--ranks", "2", "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert "1,000/1,000 steps" in text
    assert "steps/s" in text
    assert text.endswith(f"next: websim evaluate {out}/policy.websim --episodes 20\n")
    assert json.loads((out / "config.json").read_text())["total_steps"] == 1000
    lines = (out / "metrics.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["global_step"] >= 1000
    assert websim.load_policy(out / "policy.websim").spec.name == "Hopper-v5"

    assert main(["evaluate", str(out / "policy.websim"), "--episodes", "3"]) == 0
    assert "Hopper-v5: return" in capsys.readouterr().out


def test_options_of_the_task_are_given_as_json_and_come_back_with_the_policy(tmp_path, capsys):
    out = tmp_path / "a"
    options = '{"frame_skip": 2, "ctrl_cost_weight": 0.5}'
    assert main(["train", "Hopper-v5", "--steps", "1e3", "--env-options", options, "--out", str(out)]) == 0
    assert json.loads((out / "config.json").read_text())["env_options"] == json.loads(options)
    assert websim.load_policy(out / "policy.websim").spec.frame_skip == 2
    assert main(["evaluate", str(out / "policy.websim"), "--episodes", "1"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "Hopper-v5", "--env-options", '{"gravity": 1}'], "Hopper-v5: unknown option 'gravity'"),
        (["train", "Nope-v5"], "unknown task 'Nope-v5'"),
        (["train", "Hopper-v5", "--num-envs", "0"], "num_envs: expected a whole number from 1 to 65536, got 0"),
        (["train", "Hopper-v5", "--num-envs", "1e9"], "num_envs: expected a whole number from 1 to 65536"),
        (["train", "Hopper-v5", "--num-envs", "7", "--ranks", "2"], "cannot be divided evenly over 2 ranks"),
        (["train", "Hopper-v5", "--ranks", "4096"], "ranks: this machine has"),
        (["train", "Hopper-v5", "--learning-rate", "nan"], "learning_rate: expected a number from 1e-09 to 1, got nan"),
        (["train", "Hopper-v5", "--seed", "1.5"], "seed: expected a whole number"),
        (["evaluate", "none.websim"], "cannot read the policy file"),
    ],
)
def test_wrong_settings_exit_with_2_and_one_sentence(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir()), "nothing is half-started"


def test_a_word_for_a_number_exits_with_2(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["train", "Hopper-v5", "--num-envs", "many"])
    assert exit_.value.code == 2
    assert "expected a number, got 'many'" in capsys.readouterr().err


def test_a_used_folder_is_not_overwritten(tmp_path, capsys):
    (tmp_path / "keep").write_text("")
    assert main(["train", "Hopper-v5", "--out", str(tmp_path)]) == 2
    assert "is not empty; name a new folder" in capsys.readouterr().err
