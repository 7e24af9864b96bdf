"""Declare File: uploaded once for each content. The call takes names, and the content goes to an address it answers.

Nobody has seen that answer, so it needs the setting `file.upload`.
"""

from __future__ import annotations

from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.contents import Contents
from wexa_sync.kinds.endpoint import Endpoint, Operation

FILE = Kind(
    name="File",
    schema="file.schema.json",
    nature=Nature.ACTION,
    display="filename",
    identity=("filename", "content"),
    contents=Contents(field="content", name="filename", size="size"),
    endpoints={
        Operation.CREATE: Endpoint(
            method="POST",
            path="/files/upload",
            query={"projectID": "{project}", "container_name": "{project}"},
            body={"filenames": ["{spec.filename}"], "projectID": "{project}", "org_id": "{org}"},
            fields=("tags", "source_type"),
            undocumented="file.upload",
        ),
        Operation.READ: Endpoint(method="GET", path="/file/{id}/", query={"projectID": "{project}"}),
    },
    hints={
        Operation.CREATE: "How the content is sent is known from no source. With `allow_undocumented: [file.upload]` "
        "in wexa-sync.yaml it goes to the address that the response names; or upload the file in Wexa Studio.",
        Operation.UPDATE: "A file is uploaded anew where its content, name or tags change.",
    },
)
