"""Write data of others as YAML that no terminal and no CI system obeys."""

from __future__ import annotations

from typing import Any

import yaml

from wexa_sync.text.orders import json_without_orders, without_orders
from wexa_sync.text.visible import visible

_NEVER_FOLDED = 2**31 - 1
# libyaml is several times as fast, and not in every build of the library.
_Base: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc, valid-type]  # one of the two
    """Write each text so that it can be made harmless afterwards."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # the library's signature
        """Return True: what is there twice is written twice."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """Quote a text in which something has to be escaped; show another one of many lines as a block."""
    lines = value.split("\n")
    style = "|" if len(lines) > 1 else None
    if any(visible(line) != line for line in lines) or without_orders(value) != value:
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def yaml_text(data: Any) -> str:
    """Return JSON data as YAML: keys in their order, texts of many lines as blocks, what is hidden as escapes."""
    written = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_NEVER_FOLDED)
    return json_without_orders("".join(f"{visible(line)}\n" for line in written.split("\n")[:-1]))
