"""What other tools keep in the same repository is left alone; what means to be a manifest never is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wexa_sync import engine
from wexa_sync.errors import InvalidManifests, NothingDeclared
from wexa_sync.manifests.sources import Sources
from wexa_sync.settings import read_settings

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

PROJECT = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk}\nspec: {projectName: Desk}\n"
FOREIGN: dict[str, str | bytes] = {
    "docker-compose.yml": "version: '3.8'\nservices:\n  web: {image: nginx, environment: {A: '${env:NOPE}'}}\n",
    "mkdocs.yml": "site_name: x\nemoji: !!python/name:material.extensions.emoji.twemoji\n",
    "k8s.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {}\n---\n"
    "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n",
    "openapi.yaml": "openapi: 3.0.0\ninfo: {title: x, version: 1.0.0}\npaths: {}\n",
    "velero.yaml": "apiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: x}\nspec: {}\n",
    "argo.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: x}\nspec: {}\n",
    "helm/templates/x.yaml": "{{- if .Values.a }}\napiVersion: {{ .x }}\nkind: ConfigMap\nmetadata:\n{{ end }}\n",
    "playbook.yml": "- hosts: all\n  tasks: []\n",
    "vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n3338\n3839\n",
    "cloudformation.yaml": "Resources: {A: !Ref B, C: !GetAtt D.E}\n",
    "serverless.yml": "service: x\nprovider: {name: aws, key: '${env:AWS_SECRET_KEY}', a: '${secret:NOPE}'}\n",
    "twice.yaml": "a: 1\na: 2\n",
    "broken.yaml": "a: [1\n",
    "numbers.yaml": "1: a\n2: b\n",
    "latin.yml": b"title: caf\xe9\n",
    "conflict.yml": "services:\n<<<<<<< HEAD\n  a: {}\n=======\n  b: {}\n>>>>>>> x\n",
    "drone.yml": "kind: pipeline\ntype: docker\nname: x\n",
    "schema.yaml": "properties: {apiVersion: {const: wexa.ai/v1}, kind: {const: Skill}}\n",
}


def read(folder: Folder, *paths: str) -> tuple[str, ...]:
    """Return the warnings of a reading, as from a repository without settings."""
    return engine.read(Sources(paths=tuple(map(Path, paths or ["."])), root=folder.path)).warnings


@pytest.mark.parametrize("name", FOREIGN)
def test_yaml_of_other_tools_is_skipped_with_a_word(folder: Folder, name: str) -> None:
    folder.write({"m.yaml": PROJECT, name: FOREIGN[name]})
    (said,) = read(folder)
    assert said.startswith("Skipped ")
    assert said.endswith(f"without `apiVersion: wexa.ai/v1`: {name}.")


def test_there_is_one_line_for_all_that_is_skipped(folder: Folder) -> None:
    folder.write({"m.yaml": PROJECT, **FOREIGN})
    assert read(folder) == (
        f"Skipped {len(FOREIGN) + 1} YAML documents of other tools, without `apiVersion: wexa.ai/v1`: argo.yaml, "
        f"broken.yaml, cloudformation.yaml and {len(FOREIGN) - 3} more.",
    )


def test_a_file_may_hold_documents_of_both(folder: Folder) -> None:
    folder.write({"m.yaml": f"{PROJECT}---\na: !x 1\n"})
    assert read(folder) == ("Skipped 1 YAML document of other tools, without `apiVersion: wexa.ai/v1`: m.yaml.",)
    folder.write({"m.yaml": f"{PROJECT}---\na: [\n"})
    with pytest.raises(InvalidManifests):
        read(folder)


def test_nothing_but_the_yaml_of_others_is_no_manifest_at_all(folder: Folder) -> None:
    folder.write({"docker-compose.yml": FOREIGN["docker-compose.yml"]})
    with pytest.raises(NothingDeclared, match="no manifest among the YAML here: docker-compose"):
        read(folder)


SKILL = "apiVersion: wexa.ai/v1\nkind: Skill\nmetadata: {name: s}\nspec: {name: S}\n"


@pytest.mark.parametrize(
    "text",
    [
        SKILL.replace("wexa.ai/v1", "wexa.ai/v2"),
        SKILL.replace("wexa.ai/v1", "Wexa.ai/v1"),
        SKILL.replace("wexa.ai/v1", "wexa.io/v1"),
        SKILL.replace("wexa.ai/v1", "wxea.ai/v1"),
        SKILL.replace("wexa.ai/v1", "wexa/v1"),
        SKILL.replace("wexa.ai/v1", "v1"),
        SKILL.replace("wexa.ai/v1", "1"),
        SKILL.replace("wexa.ai/v1", ""),
        SKILL.replace("wexa.ai/v1", "${var:version}"),
        SKILL.replace("apiVersion", "apiversion"),
        SKILL.replace("apiVersion", "api_version"),
        SKILL.replace("apiVersion", "apiVerison"),
        SKILL.replace("apiVersion: wexa.ai/v1\n", ""),
        SKILL.replace("apiVersion: wexa.ai/v1\nkind: Skill\n", ""),
        SKILL.replace("apiVersion: wexa.ai/v1\nkind: Skill", "kind: Skil"),
        SKILL.replace("apiVersion: wexa.ai/v1\nkind: Skill", "kind: agentflow"),
        SKILL.replace("kind: Skill\n", ""),
        "kind:\n",
        "kind: [",
        SKILL.replace("kind: Skill", "Kind: Skill"),
        SKILL.replace("kind: Skill", "kind: Deployment"),
        SKILL.replace("kind: Skill", "kind: ${var:kind}"),
        SKILL.replace("spec:", "spec: ["),
        SKILL.replace("name: S}", "name: S, name: T}"),
        SKILL.replace("metadata", "<<<<<<< HEAD\nmetadata"),
        SKILL.replace("metadata", "\tmetadata"),
        SKILL.replace("name: S}", "name: !x S}"),
        f"- {SKILL}".replace("\n", "\n  "),
        f"items:\n- {SKILL}".replace("\n", "\n  "),
        f"apiVersion: v1\nkind: List\nitems:\n- {SKILL}".replace("\n", "\n  ").replace("\n  k", "\nk", 1),
        f"apiVersion: v1\nkind: Service\n{SKILL}",
        f"skill:\n  {SKILL}".replace("\n", "\n  "),
        "version https://git-lfs.github.com/spec/v1\noid sha256:1a\nsize 9\n",
        "/annex/objects/SHA256E-s9--1a.yaml\n",
        "../shared/skill.yaml",
        b"\0GITCRYPT\0\1\2",
        b"\xef\xbb\xbf" + SKILL.encode(),
        SKILL.encode("utf-16"),
        SKILL.replace("name: S", "name: caf\xe9").encode("latin-1"),
        SKILL.encode("utf-16-le"),
    ],
    ids=lambda it: ascii(it)[:60],
)
def test_what_means_to_be_a_manifest_is_never_skipped(folder: Folder, text: str | bytes) -> None:
    folder.write({"a.yaml": PROJECT, "m.yaml": text})
    with pytest.raises(InvalidManifests) as caught:
        read(folder)
    assert {problem.source.file for problem in caught.value.problems} == {"m.yaml"}
    assert all(problem.hint for problem in caught.value.problems)


def test_what_is_named_is_a_manifest(folder: Folder) -> None:
    folder.write({"a/m.yaml": PROJECT, "a/b/compose.yml": FOREIGN["docker-compose.yml"]})
    assert read(folder, "a")
    with pytest.raises(InvalidManifests, match="problem"):
        read(folder, "a", "a/b/compose.yml")
    for manifests, fails in (("[a]", True), ("[a/m.yaml, a/b]", True), ("[.]", False)):
        folder.write({"wexa-sync.yaml": f"manifests: {manifests}\n"})
        for paths in ((), (Path("a"),)):
            sources = read_settings(Path(), {}, {}).sources(paths, env={})
            if fails:
                with pytest.raises(InvalidManifests):
                    engine.read(sources)
            else:
                assert engine.read(sources).warnings
