"""Metrics as CSV, JSON and TensorBoard events."""

import csv
import io
import json
import struct

import pytest
from tensorboardX.proto.event_pb2 import Event

from websim.errors import ConfigError
from websim.exchange.metric_files import export_metrics, metrics_csv, metrics_json, read_history
from websim.exchange.tensorboard import TensorBoardWriter

HISTORY = [
    {"iteration": 1, "global_step": 4096, "charts/episodic_return": None, "losses/value_loss": 0.1234567890123},
    {"iteration": 2, "global_step": 8192, "charts/episodic_return": -1.5e-7, "losses/value_loss": 1e30},
]


def test_csv_has_a_line_for_each_iteration():
    rows = list(csv.DictReader(io.StringIO(metrics_csv(HISTORY))))
    assert rows[0]["charts/episodic_return"] == ""
    numbers = [{name: float(text) if text else None for name, text in row.items()} for row in rows]
    assert numbers == HISTORY
    assert metrics_csv(HISTORY).count("\n") == 3
    assert metrics_csv(HISTORY).startswith(
        "iteration,global_step,charts/episodic_return,losses/value_loss\n1,4096,,0.12"
    )


def test_csv_of_metrics_that_come_later():
    text = metrics_csv([{"a": 1}, {"a": 2, "b": 3}])
    assert text == "a,b\n1,\n2,3\n"


def test_json_is_the_history():
    assert json.loads(metrics_json(HISTORY)) == HISTORY
    assert json.loads(metrics_json([])) == []


def test_the_log_of_a_run_is_read():
    text = "".join(json.dumps(metrics) + "\n" for metrics in HISTORY)
    assert read_history(text, name="metrics.jsonl") == HISTORY


@pytest.mark.parametrize("text", ["[1]\n", "{\n", "PK\x03"])
def test_what_is_no_log_is_told(text):
    with pytest.raises(ConfigError, match=r"^a\.jsonl: expected one JSON object a line"):
        read_history(text, name="a.jsonl")


def test_an_unknown_format_is_told():
    with pytest.raises(ConfigError, match="format: expected one of csv, json, got 'xlsx'"):
        export_metrics(HISTORY, "xlsx")


def events(folder):
    """Of the one event file: records of a length, its checksum, the event and its checksum."""
    (path,) = folder.glob("events.out.tfevents.*")
    data = path.read_bytes()
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        yield Event.FromString(data[at + 12 : at + 12 + length])
        at += 16 + length


def test_tensorboard_gets_all_that_has_a_value(tmp_path):
    with TensorBoardWriter(tmp_path) as writer:
        for metrics in HISTORY:
            writer(metrics)
    scalars = [
        (event.step, value.tag, value.simple_value) for event in events(tmp_path) for value in event.summary.value
    ]
    assert scalars == [
        (4096, "iteration", 1),
        (4096, "losses/value_loss", pytest.approx(0.1234567890123)),
        (8192, "iteration", 2),
        (8192, "charts/episodic_return", pytest.approx(-1.5e-7)),
        (8192, "losses/value_loss", pytest.approx(1e30)),
    ]
