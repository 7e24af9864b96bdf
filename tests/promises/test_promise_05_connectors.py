"""Promise 5 for connectors: nothing of a config is said or kept, be it a `${secret:}` or a text in the manifest.

The server shows all of it in its reads.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.conftest import copy_example

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli, Remote

PIN, OTHER, TOKEN = "sentinel-pin-77aa", "sentinel-pin-88bb", "sentinel-loader-99cc"
SENTINELS = (PIN, OTHER, TOKEN, "desk@example.com", "10000000000")
PRINTED = (
    *(("plan", "-v", "--details", "--format", "json"), ("plan", "--details", "--format", "html"), ("snapshot",)),
    *(("explain", "channels/Connector/support-line"), ("state", "show", "channels/Connector/support-line")),
    *(("history", "--format", "json"), ("get", "connector", "--format", "json"), ("get", "connector", "Support line")),
)


def test_nothing_of_a_config_is_said_or_kept(tmp_path: Path, cli: Cli, remote: Remote) -> None:
    folder = copy_example("channels", tmp_path / "desk")
    (folder / "wexa-sync.yaml").write_text("settle: 0.2\n", "utf-8")
    manifest = folder / "connector.yaml"
    loader = f"\n  data_loader_config: {{auth: {{token: {TOKEN}}}}}"
    manifest.write_text(manifest.read_text("utf-8").replace("status: ready", f"status: ready{loader}"), "utf-8")
    run = partial(cli, folder, env={**remote.env, "WHATSAPP_PIN": PIN})
    said = [run("plan", "-v", "--details", "--out", "first.plan")]
    said += [run("apply", "first.plan", "-v", "--auto-approve", "--format", "json", "--log-format", "json")]
    said += [run(*words, "--log-format", "json") for words in PRINTED]
    changed = run("plan", "--details", env={**remote.env, "WHATSAPP_PIN": OTHER})
    assert "the API can't change config once it is created" in changed.stdout
    for done in (*said, changed):
        assert not [each for each in SENTINELS if each in done.stdout + done.stderr]
    assert PIN.encode() not in (folder / "first.plan").read_bytes()
    (folder / "first.plan").unlink()  # a saved plan has the texts of the manifest that it sends, as the manifest has
    kept = [each for each in folder.rglob("*") if each.is_file() and each != manifest]
    assert "state.json" in {each.name for each in kept}
    assert not [(file.name, each) for file in kept for each in SENTINELS if each.encode() in file.read_bytes()]
    live = remote.raw("GET", "/connectors/").json()["connectors"][-1]
    assert (live["config"]["config"]["pin"], live["data_loader_config"]["auth"]) == (PIN, {"token": TOKEN})
