"""Whatever a source sends, only the bytes with the pinned SHA-256 get into the site."""

from collections.abc import Set
from pathlib import Path

import pytest

from cache import sha256
from downloads import fetch_checked
from errors import BuildError

RIGHT, WRONG = b"the file", b"another file"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WEBSIM_CACHE", str(tmp_path))
    return tmp_path


def right(names: Set[str]) -> dict[str, bytes]:
    return dict.fromkeys(names, RIGHT)


def wrong(names: Set[str]) -> dict[str, bytes]:
    return dict.fromkeys(names, WRONG)


def unreachable(names: Set[str]) -> dict[str, bytes]:
    return {}


def must_not_be_asked(names: Set[str]) -> dict[str, bytes]:
    raise AssertionError(f"asked for {names}")


def test_the_next_source_is_asked_when_one_is_not_reached_or_wrong() -> None:
    sources = [("a", unreachable), ("b", wrong), ("c", right), ("d", must_not_be_asked)]
    assert fetch_checked({"x.whl": sha256(RIGHT)}, sources) == {"x.whl": RIGHT}


def test_a_second_build_takes_it_from_the_cache() -> None:
    fetch_checked({"x.whl": sha256(RIGHT)}, [("a", right)])
    assert fetch_checked({"x.whl": sha256(RIGHT)}, [("a", must_not_be_asked)]) == {"x.whl": RIGHT}


def test_a_damaged_cache_is_replaced(cache: Path) -> None:
    (cache / "x.whl").write_bytes(WRONG)
    assert fetch_checked({"x.whl": sha256(RIGHT)}, [("a", right)]) == {"x.whl": RIGHT}
    assert (cache / "x.whl").read_bytes() == RIGHT


def test_the_error_names_file_source_and_both_hashes(cache: Path) -> None:
    with pytest.raises(BuildError) as caught:
        fetch_checked({"x.whl": sha256(RIGHT)}, [("a host", wrong)])
    assert str(caught.value) == (
        f"cannot get x.whl (x.whl from a host: expected sha256 {sha256(RIGHT)}, got {sha256(WRONG)}); "
        f"put the file into {cache} and build again"
    )
    assert not (cache / "x.whl").exists()


def test_the_error_says_when_no_source_had_it() -> None:
    with pytest.raises(BuildError, match=r"cannot get x\.whl \(no source had it\)"):
        fetch_checked({"x.whl": sha256(RIGHT)}, [("a", unreachable)])
