"""Describe the request bodies, field by field in the API's spelling. Unknown keys are accepted and dropped."""

from typing import Any

from pydantic import BaseModel, Field

from wexa_sync.sandbox.world.outcomes import OUTCOMES
from wexa_sync.sandbox.world.store import Json

_LATEST_SECOND = 253_402_300_799  # the end of the year 9999, the last that ISO 8601 and Python's dates can hold


class Body(BaseModel):
    """Hold a request body; `json_form` returns it in the API's spelling."""

    def json_form(self, *, only_sent: bool = False) -> Json:
        """Return the body as a JSON object; with `only_sent`, without the keys that the client did not send."""
        return self.model_dump(by_alias=True, exclude_unset=only_sent)


class AgentflowPut(Body):
    """Update an agentflow (PUT): any of these keys. None of them is documented."""

    name: str = ""
    description: str = ""
    role: str = ""
    agents: list[Json] = []
    anomaly_detection: Json = {}
    cron_details: Json = {}
    default_goal: str = ""
    is_active: bool = Field(default=True, alias="isActive")


class ProjectUpdate(Body):
    """Update a project: all four fields, because there is no partial update."""

    org_id: str = Field(alias="orgId")
    project_name: str = Field(alias="projectName")
    description: str
    coworker_role: str = Field(description="read back as coworkerRole")


class ProjectCreate(ProjectUpdate):
    """Create a project."""

    status: str = "published"


class Llm(Body):
    """Name the model that an agent uses."""

    model: str
    max_tokens: int
    temperature: int | float


class Memory(Body):
    """Describe an agent's memory; `lt` is the only type seen."""

    memory_type: str


class Prompt(Body):
    """Hold an agent's prompt: text for the model, and JSON text of rich-text nodes for the editor."""

    template: str
    variables: list[Any]
    display_template: str


class AgentUpdate(Body):
    """Update a skilled agent: all fields. This call can't change the agent's id, type and conditions."""

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
    """Hold one of an agent's conditions."""

    decision: str = ""
    condition: str = ""


class AgentCreate(AgentUpdate):
    """Add a skilled agent; the CLIENT chooses `_id`, 24 hex characters."""

    id: str | None = Field(default=None, alias="_id")
    agent_type: str
    conditions: list[Condition]


class DeciderCreate(Body):
    """Add a decision agent. Its body was never seen: a title, a role and the conditions are wanted here."""

    id: str | None = Field(default=None, alias="_id")
    role: str
    title: str
    conditions: list[Condition] = Field(min_length=1)
    skills: list[str] = []
    context: list[Any] = []
    triggers: list[Any] = []
    llm: Llm | None = None
    memory: Memory | None = None
    role_description: str = ""
    prompt: Prompt | None = None
    has_knowledge_base: bool = False
    is_user_specific_task: bool = False
    is_preview_mode_enabled: bool = False


class AgentflowCreate(Body):
    """Create an agentflow; `projectID` is also in the query."""

    name: str
    description: str
    role: str
    project_id: str = Field(alias="projectID")
    agents: list[AgentCreate] = []
    anomaly_detection: Json = {}
    cron_details: Json = {}


class SkillCreate(Body):
    """Create a skill; `user_id` is required and may be null."""

    name: str
    logo: str
    connector_name: str
    description: str
    project_id: str = Field(alias="projectID")
    connector_id: str
    user_id: str | None


class ConnectorConfig(Body):
    """Create a connector; `config` holds the values for `ui_form`, which may be credentials."""

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
    """Change a connector's status; the words pending, active, inactive and ready were seen."""

    new_status: str
    connector_id: str = Field(alias="connectorID")
    data_loader_config: Json


class ConnectorQuery(Body):
    """Find configured connectors: the values that a connector must have, and the fields to return."""

    query: Json
    projection: Json = {}


class ScheduleCreate(Body):
    """Create a schedule; `schedule` is the epoch second of its one run [guess]."""

    coworker_id: str = Field(description="id of an agentflow")
    goal: Json
    template: str
    display_template: str
    schedule: int = Field(ge=0, le=_LATEST_SECOND)


class ScheduleUpdate(Body):
    """Update a schedule (PATCH): any field but `coworker_id`."""

    goal: Json = {}
    template: str = ""
    display_template: str = ""
    schedule: int = Field(default=0, ge=0, le=_LATEST_SECOND)


class Runner(Body):
    """Say who starts an execution, as one public client does."""

    id: str = Field(alias="_id")
    type: str = "manual"


class ExecutionCreate(Body):
    """Create an execution; `executed_by` is a user's id, or any text, as a vendor test sends, or a `Runner`."""

    agentflow_id: str
    executed_by: str | Runner
    goal: str
    input_variables: Json
    project_id: str | None = Field(default=None, alias="projectID", description="the one in the query is enough")


class ExecutionMove(Body):
    """Pause, resume, cancel or execute. The body is documented; the SDK sends none."""

    project_id: str | None = Field(default=None, alias="projectID")
    execution_id: str | None = None


class RuntimeInput(Body):
    """Give an agent the input that it asked for. Input that is not submitted is kept as a draft."""

    is_submitted: bool
    values: dict[str, str]
    agent_id: str


class AnomalyAnswer(Body):
    """Answer an anomaly check."""

    is_approved: bool


class PreviewAnswer(Body):
    """Answer a preview. A preview that is not approved is kept as a draft."""

    agent_id: str
    is_approved: bool
    preview_input: Json


class ClockMove(Body):
    """Move the sandbox's clock forward by seconds, and stop it or let it run."""

    advance: float = Field(default=0.0, ge=0.0)
    freeze: bool | None = None


class OutcomeMatch(Body):
    """Select the runs that a script is for. Both fields must match; an empty text matches every run."""

    goal_contains: str = ""
    agentflow_name: str = ""


class OutcomeScript(Body):
    """Choose the outcome of matching runs, after `seconds` of running (by default the usual time)."""

    match: OutcomeMatch = OutcomeMatch()
    outcome: str = Field(pattern=f"^({'|'.join(OUTCOMES)})$")
    seconds: float | None = Field(default=None, ge=0.0)


class FaultText(Body):
    """Hold a fault as `--fault` takes it."""

    fault: str
