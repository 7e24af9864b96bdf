"""Request bodies, field for field as the API spells them. Keys that are not named here are tolerated and dropped."""

from typing import Any

from pydantic import BaseModel, Field

from wexa_sync.sandbox.world.outcomes import OUTCOMES
from wexa_sync.sandbox.world.store import Json

_LATEST_SECOND = 253_402_300_799  # the end of the year 9999: what ISO 8601 and Python's dates can hold


class Body(BaseModel):
    """A request body; `json_form` gives it back under the API's spellings."""

    def json_form(self, *, only_sent: bool = False) -> Json:
        """The body as a JSON object; with `only_sent`, without the keys that the client left out."""
        return self.model_dump(by_alias=True, exclude_unset=only_sent)


class AgentflowPut(Body):
    """Body of a PUT of an agentflow: any of these keys, none of them documented."""

    name: str = ""
    description: str = ""
    role: str = ""
    agents: list[Json] = []
    anomaly_detection: Json = {}
    cron_details: Json = {}
    default_goal: str = ""
    is_active: bool = Field(default=True, alias="isActive")


class ProjectUpdate(Body):
    """Body of a project update: all four fields, there is no partial update."""

    org_id: str = Field(alias="orgId")
    project_name: str = Field(alias="projectName")
    description: str
    coworker_role: str = Field(description="read back as coworkerRole")


class ProjectCreate(ProjectUpdate):
    """Body of a new project."""

    status: str = "published"


class Llm(Body):
    """The model an agent thinks with."""

    model: str
    max_tokens: int
    temperature: int | float


class Memory(Body):
    """An agent's memory; `lt` is the only type seen."""

    memory_type: str


class Prompt(Body):
    """An agent's prompt: text for the model, and a JSON text of rich-text nodes for the editor."""

    template: str
    variables: list[Any]
    display_template: str


class AgentUpdate(Body):
    """Body of an update of a skilled agent: all fields; its id, type and conditions can't be changed by this call."""

    role: str
    title: str
    skills: list[str] = Field(description="ids of skills; reads give whole skills")
    context: list[Any]
    triggers: list[Any]
    llm: Llm
    memory: Memory
    role_description: str
    prompt: Prompt
    has_knowledge_base: bool
    is_user_specific_task: bool
    is_preview_mode_enabled: bool


class Condition(Body):
    """An entry of an agent's conditions."""

    decision: str = ""
    condition: str = ""


class AgentCreate(AgentUpdate):
    """Body of a new skilled agent; the CLIENT chooses `_id`, 24 hex characters."""

    id: str | None = Field(default=None, alias="_id")
    agent_type: str
    conditions: list[Condition]


class AgentflowCreate(Body):
    """Body of a new agentflow; `projectID` stands in the query as well."""

    name: str
    description: str
    role: str
    project_id: str = Field(alias="projectID")
    agents: list[AgentCreate] = []
    anomaly_detection: Json = {}
    cron_details: Json = {}


class SkillCreate(Body):
    """Body of a new skill; `user_id` must be there and may be null."""

    name: str
    logo: str
    connector_name: str
    description: str
    project_id: str = Field(alias="projectID")
    connector_id: str
    user_id: str | None


class ConnectorConfig(Body):
    """Body of a new connector; `config` are the values for `ui_form` and may hold credentials."""

    name: str
    description: str
    category: str
    org_id: str
    project_id: str = Field(alias="projectID")
    logo: str
    ui_form: list[Json]
    config: Json = Field(default={}, repr=False)
    enabled: bool = True
    status: str = "pending"
    connector_type: str = "user"
    connector_group_tag: str = ""
    tags: list[Any] = []
    data_loaders: list[Any] = []
    actions: list[Json] = []
    is_configured: bool = False
    is_starred: bool = False
    is_deleted: bool = False
    triggers: list[Any] = []
    available_events: list[Json] = []
    is_premium: bool = False


class ConnectorStatus(Body):
    """Body of a change of a connector's status; the words pending, active, inactive and ready are seen."""

    new_status: str
    connector_id: str = Field(alias="connectorID")
    data_loader_config: Json


class ScheduleCreate(Body):
    """Body of a new schedule; `schedule` is the epoch second of its one run [guess]."""

    coworker_id: str = Field(description="id of an agentflow")
    goal: Json
    template: str
    display_template: str
    schedule: int = Field(ge=0, le=_LATEST_SECOND)


class ScheduleUpdate(Body):
    """Body of a PATCH of a schedule: any part of it, but not `coworker_id`."""

    goal: Json = {}
    template: str = ""
    display_template: str = ""
    schedule: int = Field(default=0, ge=0, le=_LATEST_SECOND)


class ExecutionCreate(Body):
    """Body of a new execution; `executed_by` is a user's id, or any text as a vendor test sends."""

    agentflow_id: str
    executed_by: str
    goal: str
    input_variables: Json
    project_id: str = Field(alias="projectID")


class ExecutionMove(Body):
    """Body of pause, resume, cancel and execute: documented, and left out by the SDK."""

    project_id: str | None = Field(default=None, alias="projectID")
    execution_id: str | None = None


class RuntimeInput(Body):
    """Answer to an agent that asked for input; not submitted means kept as a draft."""

    is_submitted: bool
    values: dict[str, str]
    agent_id: str


class AnomalyAnswer(Body):
    """Answer to an anomaly check."""

    is_approved: bool


class PreviewAnswer(Body):
    """Answer to a preview; not approved means kept as a draft."""

    agent_id: str
    is_approved: bool
    preview_input: Json


class ClockMove(Body):
    """Drive the sandbox's clock: seconds forward, and whether it stands still."""

    advance: float = Field(default=0.0, ge=0.0)
    freeze: bool | None = None


class OutcomeMatch(Body):
    """Which runs a script is for: both must hold, an empty text matches every run."""

    goal_contains: str = ""
    agentflow_name: str = ""


class OutcomeScript(Body):
    """What matching runs come to, after `seconds` of running (the usual time where left out)."""

    match: OutcomeMatch = OutcomeMatch()
    outcome: str = Field(pattern=f"^({'|'.join(OUTCOMES)})$")
    seconds: float | None = Field(default=None, ge=0.0)


class FaultText(Body):
    """A fault as `--fault` takes it."""

    fault: str
