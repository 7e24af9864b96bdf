"""The rows of a table: their columns are those that they have, and each is a filter."""

from __future__ import annotations

import pytest

from tests.conftest import Desk, opened
from wexa_sync import engine
from wexa_sync.errors import UsageError
from wexa_sync.model import Asked, Viewed


def test_rows_are_shown_by_their_columns_all_pages_of_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    with opened() as remote:
        body = {"projectName": "Desk", "description": "", "coworker_role": "r", "orgId": remote.server.org_id}
        project = remote.raw("POST", "/v1/project", body).json()["_id"]
        assert remote.raw("POST", "/storage", projectID=project).ok
        columns = [{"column_id": id, "column_name": id, "column_type": "String"} for id in ("e.mail", "stage")]
        table = {"projectID": project, "table_name": "Candidates", "columns": columns}
        id = remote.raw("POST", "/create/table", table, projectID=project).json()["_id"]
        rows = [{"e.mail": f"{number}@x.org", "stage": "new" if number % 2 else "hired"} for number in range(250)]
        assert remote.raw("POST", f"/storage/{project}/{id}", rows).ok
        workspace = Desk(tmp_path_factory.mktemp("desk"), remote).workspace

        def get(most: int = 0, name: str = "", **filters: str) -> Viewed:
            return engine.get(workspace, "rows", Asked(name=name, filters=filters, most=most))

        everything = get(table="Candidates")
        assert len(everything.rows) == 250
        assert {title.text for title in everything.titles} >= {"TABLE", "ID", "e.mail", "stage"}
        assert "7@x.org" in everything.rows[7].cells
        assert len(get(stage="hired").rows) == 125
        assert len(get(most=3, query="1@x.org").rows) == 3
        assert get(name=everything.rows[7].id).rows[0].value["e.mail"] == "7@x.org"
        with pytest.raises(UsageError) as caught:
            get(stag="new")
        assert caught.value.hint == "Did you mean 'stage'?"
