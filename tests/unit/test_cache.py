"""A result is made once for the same inputs, and never half."""

from pathlib import Path

import pytest

from cache import cached


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WEBSIM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_it_is_made_again_only_when_an_input_changed(tmp_path: Path) -> None:
    source = tmp_path / "input"
    made: list[str] = []

    def make(output: Path) -> None:
        made.append(source.read_text())
        output.write_text(source.read_text().upper())

    source.write_text("one")
    assert cached("x.txt", [source, "option"], make).read_text() == "ONE"
    assert cached("x.txt", [source, "option"], make).read_text() == "ONE"
    source.write_text("two")
    assert cached("x.txt", [source, "option"], make).read_text() == "TWO"
    assert cached("x.txt", [source, "other option"], make).read_text() == "TWO"
    assert made == ["one", "two", "two"]


def test_a_failed_make_leaves_nothing(cache: Path) -> None:
    def make(output: Path) -> None:
        output.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cached("x.txt", ["input"], make)
    assert list(cache.iterdir()) == []
