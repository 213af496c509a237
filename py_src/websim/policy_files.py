"""The policies of a run as files, one each."""

from __future__ import annotations

import io
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from websim.policy import Policy

#: A fixed date, so that equal policies are equal archives.
_DATE = (1980, 1, 1, 0, 0, 0)


def policy_file_names(policies: Mapping[str, Policy], stem: str = "policy") -> dict[str, str]:
    """File name of each policy: `<stem>.websim` of a single one, else `<stem>-<name>.websim`."""
    if len(policies) == 1:
        return dict.fromkeys(policies, f"{stem}.websim")
    return {name: f"{stem}-{name}.websim" for name in policies}


def save_policies(policies: Mapping[str, Policy], folder: str | PathLike[str], stem: str = "policy") -> list[Path]:
    """Write each policy's file into `folder`; their paths."""
    paths = []
    for name, file in policy_file_names(policies, stem).items():
        paths.append(Path(folder) / file)
        policies[name].save(paths[-1])
    return paths


def pack_policies(policies: Mapping[str, Policy]) -> bytes:
    """The policy file of a single policy; of several, a zip archive of their files."""
    if len(policies) == 1:
        return next(iter(policies.values())).to_bytes()
    # Slow to import in the page, and for few runs.
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, file in policy_file_names(policies).items():
            archive.writestr(zipfile.ZipInfo(file, _DATE), policies[name].to_bytes())
    return out.getvalue()
