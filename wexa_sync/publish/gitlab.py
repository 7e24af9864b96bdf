"""Keep one note for each environment on a merge request of GitLab: the same way as a comment on GitHub."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wexa_sync.errors import PublishError
from wexa_sync.model import Secret
from wexa_sync.publish.github import HINTS, GitHub
from wexa_sync.publish.job import Job, address_of
from wexa_sync.publish.posts import Place, put
from wexa_sync.publish.sticky import Sticky

_HOW = "GITLAB_TOKEN has to be a token of the project with the scope api, and a role that may comment."


class GitLab(GitHub):
    """Represent the API of GitLab for one job. The token is one of the project: a job's own may not comment."""

    hints: Mapping[int, str] = {**HINTS, **dict.fromkeys((401, 403), _HOW)}

    def __init__(self, job: Job, **seams: Callable[[float], object]) -> None:
        super().__init__(job, **seams)
        self._root = f"{job.api_url}/projects/{job.repository}"

    def login(self) -> str:
        """Return the name that the token writes under."""
        answer = self._sent("GET", f"{self.job.api_url}/user", None, "say whose token this is", "")
        return str(answer.get("username", "")) if isinstance(answer, dict) else ""

    def _sign(self) -> tuple[str, str]:
        return "PRIVATE-TOKEN", self.job.token.reveal()


def gitlab_job(env: Mapping[str, str]) -> tuple[Job, int]:
    """Return the job that these variables describe, and the number of its merge request."""
    for name in ("GITLAB_TOKEN", "CI_API_V4_URL", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID"):
        if not env.get(name):
            hint = "Set GITLAB_TOKEN to a token of the project, in a job of a merge request: GitLab sets the others."
            raise PublishError(f"{name} is not set, so GitLab can't be called", hint=hint)
    project, number = env["CI_PROJECT_ID"], env["CI_MERGE_REQUEST_IID"]
    if not (project.isascii() and project.isdigit() and number.isascii() and number.isdigit()):
        raise PublishError("CI_PROJECT_ID or CI_MERGE_REQUEST_IID is no number", hint="GitLab sets both.")
    url = address_of("CI_API_V4_URL", env["CI_API_V4_URL"])
    run, log = env.get("CI_PIPELINE_ID", ""), env.get("CI_JOB_URL", "")
    job = Job(
        api_url=url,
        graphql_url="",
        token=Secret(template="GITLAB_TOKEN", value=env["GITLAB_TOKEN"].strip()),
        repository=project,
        run=int(run) if run.isascii() and run.isdigit() else 0,
        run_url=log if log.startswith("https://") and log.isprintable() and not set(log) & set(" )<>") else "",
        commit=env.get("CI_COMMIT_SHA", ""),
    )
    return job, int(number)


def put_note(gitlab: GitLab, number: int, sticky: Sticky) -> str:
    """Write the note on that merge request. Return "" where a newer pipeline has written there already."""
    notes = f"merge_requests/{number}/notes"
    place = Place(list=notes, item=notes, what=f"the note on merge request !{number}", right="", change="PUT", more={})
    return put(gitlab, place, sticky)
