"""Take files in two steps [guess]: their names come here, and each content to an address that the answer holds."""

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from wexa_sync.sandbox.bodies import Body
from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import reply
from wexa_sync.sandbox.routes.params import Here, MaybeProject, check_same_project
from wexa_sync.sandbox.world import files
from wexa_sync.sandbox.world.store import Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Files"])


class FileUpload(Body):
    """Ask for the upload of files: their names, and no content."""

    filenames: list[str]
    tags: list[str]
    project_id: str = Field(alias="projectID")
    source_type: str
    org_id: str


@router.post("/files/upload", summary="Upload files")
@turn
def upload_files(
    world: Here, request: Request, container_name: str, body: FileUpload, project_id: MaybeProject = None
) -> Response:
    """Make a file for each name, and answer as reading `upload_answer` says."""
    check_same_project(project_id, body.project_id)
    world.find_live("project", body.project_id)
    made = files.ask(world, body.json_form(), container_name)
    places = {row.id: files.address(world, row, request.url.hostname or "127.0.0.1") for row in made}
    if world.readings.says("upload_answer", "urls"):
        return reply({"urls": list(places.values())})
    if world.readings.says("upload_answer", "ids"):
        return reply({"ids": list(places)})
    return reply({"files": [{**row.body, "upload_url": places[row.id]} for row in made]})


@router.get("/file/{file_id}/", summary="Get files by fileid")
@turn
def get_file(world: Here, file_id: str, project_id: MaybeProject = None) -> Response:
    """Return one file, without its content."""
    return reply(_shown(world, file_id, project_id).body)


@router.get("/file/{project_id}/{file_id}/connector", summary="Get connector by fileid")
@turn
def get_connector_of_file(world: Here, project_id: str, file_id: str) -> Response:
    """Return the connector that holds a file [guess]; 404 for a file that lies in its project."""
    file = _shown(world, file_id, project_id)
    if file.owner is None:
        raise ApiError(404, f"Connector not found for file: {file_id}")
    connector = world.find("connector", file.owner)
    shown = ("_id", "name", "category", "status", "projectID")
    return reply({key: connector.body[key] for key in shown})


@router.get("/files/{project_id}/connector/{connector_id}", summary="Get files by connector_id")
@turn
def list_files_of_connector(world: Here, project_id: str, connector_id: str) -> Response:
    """List the files of a connector."""
    connector = world.find("connector", connector_id, project=project_id)
    return _files_of(world, connector)


@router.get("/files/{connector_id}/connector/", summary="Get files by connector_id (SDK 0.1.1 to 0.1.10)")
@turn
def list_files_of_connector_alone(world: Here, connector_id: str) -> Response:
    """List the files of a connector, named without its project."""
    return _files_of(world, world.find("connector", connector_id))


def _files_of(world: World, connector: Row) -> Response:
    found = [row.body for row in world.store.rows("file", owner=connector.id) if files.is_visible(world, row)]
    return reply({"files": found, "total_count": len(found)})


def _shown(world: World, file_id: str, project_id: str | None) -> Row:
    file = world.find("file", file_id, project=project_id)
    if not files.is_visible(world, file):
        raise ApiError(404, f"File not found: {file_id}")
    return file
