"""`_headers` files are read as the hosts read them."""

from pathlib import Path

import pytest

from header_rules import Rule, headers_for, read_rules


@pytest.fixture
def rules(tmp_path: Path) -> list[Rule]:
    (tmp_path / "_headers").write_text("# a note\n/*\n  A: 1\n\n/x/*.wasm\n  B: two: three\n/x/y.wasm\n  B: 4\n")
    return read_rules(tmp_path / "_headers")


def test_every_matching_rule_applies(rules: list[Rule]) -> None:
    assert headers_for(rules, "/") == {"A": "1"}
    assert headers_for(rules, "/x/z.wasm") == {"A": "1", "B": "two: three"}
    assert headers_for(rules, "/x/zwasm") == {"A": "1"}


def test_a_header_set_twice_is_joined(rules: list[Rule]) -> None:
    assert headers_for(rules, "/x/y.wasm")["B"] == "two: three, 4"
