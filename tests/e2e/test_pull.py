"""`wexa-sync pull` brings what others changed on the live side back into the files, and touches nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.hostile import TEXTS
from wexa_sync import engine
from wexa_sync.manifests.emit import quoted
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.variables import literal
from wexa_sync.model import Address, Choice
from wexa_sync.text.files import DEFAULTS_FILE

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk
    from wexa_sync.model import Plan
    from wexa_sync.repair.pull.result import Pulled

Work = Callable[["Plan"], list[str]]
Edit = tuple[str, str, str]

CLASSIFY = "support-desk/AgentFlow/triage/Agent/classify"


def others_change(desk: Desk, *edits: Edit, env: dict[str, str] | None = None) -> None:
    """Let others change what is live: they have the same state, and apply the manifests with these edits."""
    theirs = replace(desk, folder=desk.folder.with_name("theirs"))
    shutil.rmtree(theirs.folder, ignore_errors=True)
    shutil.copytree(desk.folder, theirs.folder)
    change(theirs.folder, *edits)
    plan = theirs.plan(env=env)
    assert plan.work, "others change something"
    assert {outcome.error for outcome in theirs.apply(plan)} == {""}


def change(folder: Path, *edits: Edit) -> None:
    """Replace texts in files."""
    for name, old, new in edits:
        text = (folder / name).read_bytes().decode()
        assert old in text, (name, old)
        (folder / name).write_bytes(text.replace(old, new).encode())


def pulled(
    desk: Desk, *, write: bool = True, gone: bool = False, env: dict[str, str] | None = None, **more: Any
) -> Pulled:
    """Pull into the folder of the desk."""
    given = {"paths": (desk.folder,), "root": desk.folder, "env": env or {}, **more}
    found = engine.pull(Sources(**given), desk.workspace, gone=gone)
    if write:
        engine.write_pulled(found, desk.workspace)
    return found


def ids_of(desk: Desk) -> dict[str, str]:
    """Return the ids that the state has."""
    return {str(address): record.id for address, record in desk.workspace.store.load().records.items()}


def edit_agent(desk: Desk, flow: str, title_now: str, **fields: str) -> None:
    """Let others change fields of an agent in Wexa Studio."""
    ids, raw = ids_of(desk), desk.remote.raw
    path = f"/agentflow/{ids[f'support-desk/AgentFlow/{flow}']}"
    agent = next(each for each in raw("GET", path).json()["agents"] if each["title"] == title_now)
    agent |= {"skills": [skill["_id"] for skill in agent["skills"]], **fields}
    where = f"{path}/update/skilled/{agent['_id']}"
    raw("POST", where, agent, projectID=ids["Project/support-desk"]).raise_for_status()


def contents(folder: Path) -> dict[str, bytes]:
    """Return what stands in each file of a folder, without the state."""
    files = (each for each in folder.rglob("*") if each.is_file() and ".wexa-sync" not in each.parts)
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in files}


INLINE = "|2-  # note\n            one\n              two\n"

EDITS: dict[str, tuple[list[Edit], list[Edit]]] = {
    "a plain text beside a comment": (
        [("triage.yaml", "title: Classifier", "title: Classifier   # short")],
        [("triage.yaml", "Classifier", '"Sorter: quick"')],
    ),
    "quotes": (
        [("triage.yaml", "Sorts tickets by urgency", "'it''s'"), ("triage.yaml", "Drafts answers", '"a"')],
        [("triage.yaml", "'it''s'", "'it''s new'"), ("triage.yaml", 'role: "a"', 'role: "b"')],
    ),
    "a literal block": (
        [
            (
                "triage.yaml",
                "{file: prompts/classify.md}",
                "|-  # note\n            one\n              two\n\n            three",
            )
        ],
        [("triage.yaml", "            three", "            3\n            four")],
    ),
    "a literal block of one line": (
        [("triage.yaml", "{file: prompts/classify.md}", "|\n              one")],
        [("triage.yaml", "              one", "              other")],
    ),
    "a folded block": (
        [
            (
                "triage.yaml",
                "{file: prompts/classify.md}",
                ">-\n            one\n            two\n\n            three\n            four",
            )
        ],
        [("triage.yaml", "            three\n            four", "            drei")],
    ),
    "a file": ([], [("prompts/classify.md", "later", "${env:HOME} later")]),
    "a file with CRLF": (
        [("prompts/classify.md", "\n", "\r\n")],
        [("prompts/classify.md", "everything else", "all else")],
    ),
    "a CRLF manifest": (
        [("triage.yaml", "\n", "\r\n")],
        [("triage.yaml", "Classifier", "Sorter")],
    ),
    "a reference in a set": (
        [("triage.yaml", "skills: [draft-answer]", "skills:\n        # first\n        - draft-answer   # one")],
        [("triage.yaml", "        - draft-answer   # one", "        - draft-answer   # one\n        - summarise")],
    ),
    "a reference taken out": (
        [("triage.yaml", "skills: [draft-answer]", "skills:\n        - summarise\n        - draft-answer   # one")],
        [("triage.yaml", "        - summarise\n        - draft-answer   # one", "        - draft-answer   # one")],
    ),
    "a number": ([], [("triage.yaml", "0.4", "0.9")]),
    "true and false": ([], [("triage.yaml", "is_preview_mode_enabled: false", "is_preview_mode_enabled: true")]),
    "a variable's look": (
        [("triage.yaml", "Drafts answers", "x")],
        [("triage.yaml", "role: x", 'role: "$${var:x} and ${other} $$${env:y}"')],
    ),
    "a time": ([], [("schedule.yaml", "2035-01-02T07:00:00Z", "2035-01-03T07:00:00Z")]),
    "a text that looks like a number": (
        [],
        [("project.yaml", "coworker_role: Support coworker", 'coworker_role: "1.10"')],
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_the_files_become_what_a_person_would_have_written(desk: Desk, work: Work, name: str) -> None:
    ours, theirs = EDITS[name]
    change(desk.folder, *ours)
    desk.apply()
    others_change(desk, *theirs)
    before = contents(desk.folder)
    found = pulled(desk, write=False)
    assert contents(desk.folder) == before, "nothing is written without --write"
    desk.remote.forget()
    pulled(desk)
    assert desk.remote.writes == []
    assert found.refused == ()
    assert contents(desk.folder) == contents(desk.folder.with_name("theirs"))
    assert work(desk.plan()) == []
    assert pulled(desk).files == (), "there is nothing left to pull"


TWICE: dict[str, tuple[Edit, Edit]] = {
    "a text": (("triage.yaml", "title: Classifier", "title: B"), ("triage.yaml", "title: B", "title: C")),
    "a text that is as it was applied again": (
        ("triage.yaml", "title: Classifier", "title: B"),
        ("triage.yaml", "title: B", "title: Classifier"),
    ),
    "a prompt": (("prompts/answer.md", "brief", "short"), ("prompts/answer.md", "short", "kind")),
    "a set": (
        ("triage.yaml", "[draft-answer]", "[draft-answer, summarise]"),
        ("triage.yaml", "[draft-answer, summarise]", "[summarise]"),
    ),
    "two fields": (("triage.yaml", "title: Classifier", "title: B"), ("triage.yaml", "Sorts tickets", "Sorts")),
}


@pytest.mark.parametrize("name", TWICE)
def test_a_second_pull_needs_no_apply(desk: Desk, work: Work, name: str) -> None:
    desk.apply()
    state = (desk.folder / ".wexa-sync/state.json").read_bytes()
    for edit in TWICE[name]:
        others_change(desk, edit)
        assert pulled(desk).refused == ()
        assert contents(desk.folder) == contents(desk.folder.with_name("theirs"))
        assert work(desk.plan()) == []
    assert (desk.folder / ".wexa-sync/state.json").read_bytes() == state, "what was pulled may never be merged"


def test_after_a_pull_both_sides_may_change_a_field_all_the_same(desk: Desk) -> None:
    desk.apply()
    change(desk.folder, ("triage.yaml", "title: Answerer", "title: A"))
    others_change(
        desk, ("triage.yaml", "title: Classifier", "title: B"), ("triage.yaml", "title: A\n", "title: Answerer\n")
    )
    pulled(desk)
    others_change(desk, ("triage.yaml", "title: B", "title: C"), ("triage.yaml", "title: A\n", "title: D\n"))
    change(desk.folder, ("triage.yaml", "title: B", "title: ours"))
    refused = pulled(desk).refused
    assert [each.message.partition(":")[0] for each in refused] == [CLASSIFY, CLASSIFY.replace("classify", "answer")]


def test_what_was_pulled_is_known_until_the_next_apply(desk: Desk) -> None:
    desk.apply()
    others_change(desk, ("triage.yaml", "title: Classifier", "title: B"))
    pulled(desk)
    change(desk.folder, ("triage.yaml", "title: B", "title: ours"))
    desk.apply()
    others_change(desk, ("triage.yaml", "title: ours", "title: C"))
    change(desk.folder, ("triage.yaml", "title: ours", "title: B"))
    assert len(pulled(desk).refused) == 1, "B is a change of the repository by now"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"wexa-sync-pulled": {"x": 1}}', '{"wexa-sync-pulled": 1}', "\0"])
def test_a_damaged_note_of_a_pull_is_no_note(desk: Desk, text: str) -> None:
    desk.apply()
    others_change(desk, ("triage.yaml", "title: Classifier", "title: B"))
    pulled(desk)
    (note,) = (desk.folder / ".wexa-sync").glob("pulled-*.json")
    note.write_text(text, "utf-8")
    others_change(desk, ("triage.yaml", "title: B", "title: C"))
    assert refusals(pulled(desk)) == [f"11:14 {CLASSIFY}: the repository and the live side both changed it"]


def refusals(found: Pulled) -> list[str]:
    """Return why something was not pulled, with its place."""
    return [f"{each.source.line}:{each.source.column} {each.message}" for each in found.refused]


def test_what_both_sides_changed_is_refused_and_what_the_repository_changed_stays(desk: Desk) -> None:
    desk.apply()
    others_change(desk, ("triage.yaml", "title: Classifier", "title: B"), ("triage.yaml", "Shortens tickets", "S"))
    change(
        desk.folder, ("triage.yaml", "title: Classifier", "title: C"), ("triage.yaml", "title: Answerer", "title: A")
    )
    found = pulled(desk)
    assert refusals(found) == [f"11:14 {CLASSIFY}: the repository and the live side both changed it"]
    text = (desk.folder / "triage.yaml").read_text("utf-8")
    assert "title: C\n" in text
    assert "title: A\n" in text
    assert "role: S\n" in text, "what can be pulled is pulled"


def test_variables_aliases_merges_and_shared_files_are_refused_with_their_place(desk: Desk) -> None:
    env = {"ROLE": "Drafts"}
    change(
        desk.folder,
        ("triage.yaml", "role: Drafts answers", "role: ${env:ROLE}"),
        ("triage.yaml", "role: Shortens tickets", "role: &r Shortens tickets"),
        ("triage.yaml", "title: Answerer", "title: *r"),
        ("triage.yaml", "      llm:\n        temperature: 0.4", "      <<: {llm: {temperature: 0.4}}"),
        ("triage.yaml", "{file: prompts/summarise.md}", "{file: prompts/classify.md}"),
        ("skills.yaml", "description: Shortens a ticket to three sentences.", "description: x"),
    )
    desk.apply(desk.plan(env=env))
    others_change(
        desk,
        ("triage.yaml", "role: ${env:ROLE}", "role: other"),
        ("triage.yaml", "role: &r Shortens tickets", "role: &r short"),
        ("triage.yaml", "0.4", "0.5"),
        ("prompts/classify.md", "later", "never"),
        env=env,
    )
    before = contents(desk.folder)
    found = pulled(desk, env=env)
    assert contents(desk.folder) == before
    said = "\n".join(refusals(found))
    assert f"15:19 {CLASSIFY}: prompts/classify.md is used" in said
    assert "prompts/classify.md is used more than once, at " in said
    assert "the value comes from ${env:ROLE}" in said
    assert "the value of title is an alias" in said
    assert "llm is merged in with `<<`" in said
    assert "role can't be changed here" in said
    assert len(found.refused) == 6


def test_a_secret_is_neither_written_nor_shown(desk: Desk, cli: Cli) -> None:
    env = {**desk.remote.env, "TOKEN": "sentinel-secret-11"}
    change(desk.folder, ("triage.yaml", "role: Drafts answers", "role: Bearer ${secret:TOKEN}"))
    cli(desk.folder, "apply", "--auto-approve", env=env)
    cli(desk.folder, "plan", env=env)
    theirs = desk.folder.with_name("theirs")
    shutil.copytree(desk.folder, theirs)
    change(theirs, ("triage.yaml", "Shortens tickets", "says ${secret:TOKEN} too"))
    cli(theirs, "apply", "--auto-approve", env={**env, "TOKEN": "sentinel-secret-22"})
    for given in (env, {**env, "TOKEN": "sentinel-secret-22"}, {**desk.remote.env}):
        done = cli(desk.folder, "pull", "--write", env=given, code=3)
        assert "sentinel" not in done.stdout + done.stderr + "".join(map(str, contents(desk.folder).values()))
        assert "a secret stands or stood there" in done.stderr


def test_a_field_of_defaults_is_written_into_the_manifest(desk: Desk, work: Work) -> None:
    (desk.folder / DEFAULTS_FILE).write_text("Agent:\n  llm: {temperature: 0.7, max_tokens: 100}\n", "utf-8")
    desk.apply()
    theirs = ("triage.yaml", "title: Classifier\n", "title: Classifier\n      llm: {max_tokens: 200}\n")
    others_change(desk, theirs)
    pulled(desk)
    text = (desk.folder / "triage.yaml").read_text("utf-8")
    assert "max_tokens: 200" in text
    assert "0.7" not in text
    assert work(desk.plan()) == []


def test_gone_takes_the_manifest_the_record_and_its_prompts_out(desk: Desk, cli: Cli) -> None:
    env = desk.remote.env
    change(
        desk.folder,
        ("schedule.yaml", "Summarise the tickets that stayed open over the holidays.", "{file: prompts/s.md}"),
    )
    (desk.folder / "prompts/s.md").write_text("All of them.\n", "utf-8")
    (desk.folder / "wexa-sync.yaml").write_text("settle: 0.5\n", "utf-8")
    cli(desk.folder, "apply", "--auto-approve", env=env)
    ids = ids_of(desk)
    project = ids["Project/support-desk"]
    path = f"/schedule/coworker/{ids['support-desk/Schedule/new-year-digest']}"
    desk.remote.raw("DELETE", path, projectID=project).raise_for_status()
    named = cli(desk.folder, "pull", "--write", env=env, code=3)
    assert "support-desk/Schedule/new-year-digest is not live any more" in named.stderr
    assert (desk.folder / "schedule.yaml").exists()
    cli(desk.folder, "pull", "--gone", env=env, code=2)
    assert (desk.folder / "schedule.yaml").exists()
    cli(desk.folder, "pull", "--gone", "--write", env=env)
    assert not (desk.folder / "schedule.yaml").exists()
    assert not (desk.folder / "prompts/s.md").exists()
    assert (desk.folder / "prompts/answer.md").exists()
    assert "new-year-digest" not in cli(desk.folder, "state", "list", env=env).stdout
    assert "No changes." in cli(desk.folder, "plan", env=env).stdout


def test_targets_and_paths_choose(desk: Desk) -> None:
    desk.apply()
    others_change(desk, ("triage.yaml", "title: Classifier", "title: B"), ("project.yaml", "Support coworker", "Other"))
    sources = Sources(paths=(desk.folder,), root=desk.folder)
    one = engine.pull(sources, desk.workspace, Choice(targets=(Address.parse(CLASSIFY),)))
    assert [each.file.name for each in one.files] == ["triage.yaml"]
    part = replace(sources, paths=(desk.folder / "project.yaml",), whole=(desk.folder,))
    other = engine.pull(part, desk.workspace)
    assert [each.file.name for each in other.files] == ["project.yaml"]


def test_a_file_that_changed_meanwhile_is_refused_before_any_is_written(desk: Desk) -> None:
    desk.apply()
    others_change(desk, ("triage.yaml", "title: Classifier", "title: B"), ("prompts/answer.md", "brief", "short"))
    found = pulled(desk, write=False)
    assert len(found.files) == 2
    (desk.folder / "prompts/answer.md").write_text("mine\n", "utf-8")
    before = contents(desk.folder)
    with pytest.raises(Exception, match=r"answer\.md: the file has changed meanwhile"):
        engine.write_pulled(found, desk.workspace)
    assert contents(desk.folder) == before


def test_exit_codes(desk: Desk, cli: Cli) -> None:
    env = desk.remote.env
    cli(desk.folder, "apply", "--auto-approve", env=env)
    assert "Nothing to pull" in cli(desk.folder, "pull", env=env).stderr
    others_change(desk, ("prompts/answer.md", "brief", "short"))
    shown = cli(desk.folder, "pull", env=env, code=2)
    assert "prompts/answer.md\n@@ " in shown.stdout
    assert "-Be friendly and brief." in shown.stdout
    written = cli(desk.folder, "pull", "--write", env=env)
    assert written.stdout == shown.stdout
    assert "1 file changed" in written.stderr
    assert "No changes." in cli(desk.folder, "plan", env=env).stdout


def test_a_value_of_an_environment_is_written_where_it_stands(desk: Desk, cli: Cli) -> None:
    settings = (
        "# ours\nenvironments:\n  staging:\n    state: .wexa-sync/staging.json\n    overlays:\n"
        f"      {CLASSIFY}:\n        role: Staging sorts   # there\n"
        "  production:\n    state: .wexa-sync/production.json\n"
    )
    (desk.folder / "wexa-sync.yaml").write_text(settings, "utf-8")
    env = {**desk.remote.env, "WEXA_SYNC_ENV": "staging"}
    cli(desk.folder, "apply", "--auto-approve", env=env)
    theirs = desk.folder.with_name("theirs")
    shutil.copytree(desk.folder, theirs)
    change(theirs, ("wexa-sync.yaml", "Staging sorts", "Others sort"), ("triage.yaml", "Shortens tickets", "Short"))
    cli(theirs, "apply", "--auto-approve", env=env)
    cli(desk.folder, "pull", "--write", env=env)
    assert contents(desk.folder) == contents(theirs)
    assert "No changes." in cli(desk.folder, "plan", env=env).stdout


def test_hostile_texts_come_back_as_they_are_and_obey_nobody(desk: Desk, cli: Cli) -> None:
    env = desk.remote.env
    for number in range(len(TEXTS)):
        (desk.folder / f"p{number}.yaml").write_text(
            f"apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {{name: p{number}}}\nspec:\n  projectName: P{number}\n"
            "  description: x   # hostile\n",
            "utf-8",
        )
    for file in ("triage", "skills", "schedule", "execution", "project"):
        (desk.folder / f"{file}.yaml").unlink()
    cli(desk.folder, "apply", "--auto-approve", env=env)
    theirs = desk.folder.with_name("theirs")
    shutil.copytree(desk.folder, theirs)
    for number, text in enumerate(TEXTS):
        change(theirs, (f"p{number}.yaml", "description: x", f"description: {quoted(literal(text))}"))
    cli(theirs, "apply", "--auto-approve", "--force", env=env)
    done = cli(desk.folder, "pull", "--write", env=env)
    shown = cli.on_terminal(desk.folder, "pull", "--write", env=env).stdout
    assert "\x1b]" not in done.stdout + shown
    assert "\n::error::" not in done.stdout
    assert "No changes." in cli(desk.folder, "plan", env=env).stdout
    assert all("# hostile" in text.decode() for name, text in contents(desk.folder).items() if name.endswith("yaml"))


def test_a_prompt_of_a_megabyte(desk: Desk, work: Work) -> None:
    change(desk.folder, ("triage.yaml", "{file: prompts/answer.md}", "|\n            one"))
    desk.apply()
    large = "".join(f"line {number} of it\n" for number in range(60_000))
    (desk.folder / "large.md").write_text(large, "utf-8")
    others_change(
        desk, ("triage.yaml", "|\n            one", "{file: large.md}"), ("prompts/classify.md", "later", large)
    )
    pulled(desk)
    assert "            line 59999 of it\n" in (desk.folder / "triage.yaml").read_text("utf-8")
    assert work(desk.plan()) == []


def test_after_a_kill_in_the_middle_the_same_command_writes_the_rest(desk: Desk, cli: Cli) -> None:
    env = desk.remote.env
    cli(desk.folder, "apply", "--auto-approve", env=env)
    edits = (("triage.yaml", "title: Classifier", "title: B"), ("prompts/answer.md", "brief", "short"))
    others_change(desk, *edits)
    before = contents(desk.folder)
    kill = (
        "import os, wexa_sync.text.rewrite as it\nreal = it.rewrite\n"
        "def once(*given):\n    real(*given)\n    os._exit(9)\nit.rewrite = once"
    )
    cli(desk.folder, "pull", "--write", env=env, code=9, before=kill)
    between = contents(desk.folder)
    assert sum(between[name] != before[name] for name in before) == 1
    assert between.keys() == before.keys(), "nothing is left behind"
    cli(desk.folder, "pull", "--write", env=env)
    assert contents(desk.folder) == contents(desk.folder.with_name("theirs"))


def test_what_the_live_side_took_away_is_taken_out(desk: Desk, work: Work) -> None:
    change(
        desk.folder,
        ("triage.yaml", "      role: Drafts answers\n", "      role: Drafts\n      role_description: x   # why\n"),
    )
    desk.apply()
    edit_agent(desk, "triage", "Answerer", role_description="")
    assert pulled(desk).refused == ()
    assert 'role_description: ""   # why' in (desk.folder / "triage.yaml").read_text("utf-8")
    assert work(desk.plan()) == []


def test_a_value_that_is_not_valid_is_refused_and_one_at_the_same_path_of_another_document_is_not(desk: Desk) -> None:
    flow = (desk.folder / "triage.yaml").read_text("utf-8")
    other = flow.replace("name: triage", "name: other").replace("Ticket triage", "Other")
    (desk.folder / "triage.yaml").write_text(f"{flow}---\n{other}", "utf-8")
    desk.apply()
    edit_agent(desk, "triage", "Classifier", title="", role="Sorts")
    edit_agent(desk, "other", "Classifier", title="Sorter", role="Sorts")
    edit_agent(desk, "other", "Answerer", role="Drafts")
    assert refusals(pulled(desk)) == [f"11:14 {CLASSIFY}: what is live is not valid in a manifest: must not be empty"]
    text = (desk.folder / "triage.yaml").read_text("utf-8")
    assert [text.count(f" {each}\n") for each in ("Classifier", "Sorter", "Sorts", "Drafts")] == [1, 1, 2, 1]


def test_a_name_that_another_manifest_has_is_refused_unless_that_one_goes(desk: Desk, work: Work) -> None:
    def project(name: str) -> None:
        spec = f"{{projectName: {name}, description: d, coworker_role: r}}"
        text = f"apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {{name: {name}}}\nspec: {spec}\n"
        (desk.folder / f"{name}.yaml").write_text(text, "utf-8")

    for file in desk.folder.glob("*.yaml"):
        file.unlink()
    for name in ("one", "two", "three"):
        project(name)
    desk.apply()
    others_change(desk, ("three.yaml", "projectName: three", "projectName: four"))
    ids = ids_of(desk)
    desk.remote.raw("DELETE", f"/v1/project/{ids['Project/two']}").raise_for_status()
    body = {"projectName": "two", "orgId": desk.remote.server.org_id, "description": "d", "coworker_role": "r"}
    desk.remote.raw("PUT", f"/v1/project/{ids['Project/one']}", body).raise_for_status()
    found = pulled(desk)
    assert [each.message.partition(":")[0] for each in found.refused] == ["Project/one"]
    assert "Project/two has the same projectName as Project/one" in found.refused[0].message
    assert "projectName: four" in (desk.folder / "three.yaml").read_text("utf-8")
    assert pulled(desk, gone=True).refused == ()
    assert "projectName: two" in (desk.folder / "one.yaml").read_text("utf-8")
    assert not (desk.folder / "two.yaml").exists()
    assert work(desk.plan()) == []
