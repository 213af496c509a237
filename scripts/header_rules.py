"""Response headers by path, read from a `_headers` file as Netlify and Cloudflare Pages understand it."""

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    pattern: re.Pattern[str]
    headers: tuple[tuple[str, str], ...]


def read_rules(path: Path) -> list[Rule]:
    """A line at the margin is a path, where `*` stands for anything; indented lines below it are its headers."""
    rules: list[tuple[str, list[tuple[str, str]]]] = []
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line[0].isspace():
            rules.append((line.strip(), []))
        else:
            name, _, value = line.partition(":")
            rules[-1][1].append((name.strip(), value.strip()))
    return [Rule(re.compile(".*".join(map(re.escape, path.split("*")))), tuple(headers)) for path, headers in rules]


def headers_for(rules: list[Rule], path: str) -> dict[str, str]:
    """The headers of every rule that matches `path`; a header set twice is joined by a comma, as the hosts do."""
    headers: dict[str, str] = {}
    for rule in rules:
        if rule.pattern.fullmatch(path):
            for name, value in rule.headers:
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
