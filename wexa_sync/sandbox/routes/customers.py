"""Show the organization's plan: quota, usage and credit history. The sandbox enforces no quota."""

from collections import Counter

from fastapi import APIRouter
from starlette.responses import Response

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import reply
from wexa_sync.sandbox.routes.params import Here, Limit
from wexa_sync.sandbox.world.clock import iso
from wexa_sync.sandbox.world.seed import ORG_ID, ORG_NAME, USER_ID
from wexa_sync.sandbox.world.store import Json
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(prefix="/customer", tags=["Customer"])

_THIRTY_DAYS = 30 * 24 * 3600
_SWITCHES_ON = (
    "premium_connectors",
    "anomaly_detection",
    "knowledge_base",
    "triggers",
    "api_access",
    "webhooks",
    "chat_support",
    "slack_channel_support",
    "email_support",
    "scheduling_and_cron_jobs",
)
_SWITCHES_OFF = ("bring_your_own_provider", "custom_llm_fine_tuning")
_QUOTA: Json = {
    "number_of_premium_connectors": 100,
    "number_of_coworkers": 50,
    "number_of_agents_per_coworker": 50,
    "number_of_members": 1,
    "number_of_workspaces": 1000,
    "number_of_credits": {"subscription_credits": 500, "top_up_credits": 0},
    "number_of_tables": 1000,
    "number_of_rows_per_table": 1000,
    "number_of_connectors": 50,
    "storage_space_in_mb": 1024,
    "access_controls": dict.fromkeys(_SWITCHES_ON, True) | dict.fromkeys(_SWITCHES_OFF, False),
    "base_credit_deduction_per_execution": 0.03,
    "marketplace": {"connectors": {}},
}


@router.get("", summary="Get customer")
@turn
def get_customer(world: Here, organization_id: str) -> Response:
    """Return the plan of an organization, its quota and its usage."""
    check_organization(organization_id)
    customer = {
        "organization_name": ORG_NAME,
        "organization_id": ORG_ID,
        "user_id": USER_ID,
        "customer_id": None,
        "email": "user@example.com",
        "quota": _QUOTA | (world.store.setting("quota") or {}),
        "usage": _usage(world),
        "plan": "pro",
        "subscription_id": None,
        "trial_end_date": None,
        "is_trial_active": True,
        "billing_cycle_expiry": iso(world.now() + _THIRTY_DAYS),
        "support_plan_expiry": None,
    }
    return reply(customer)


@router.get("/credit_history", summary="Get credit history")
@turn
def get_credit_history(world: Here, organization_id: str, limit: Limit = None) -> Response:
    """List the credits that were used, newest first. `total` counts all entries."""
    check_organization(organization_id)
    credits_used = world.store.rows("credit", owner=ORG_ID)[::-1]
    return reply({"total": len(credits_used), "data": credits_used[:limit]})


def check_organization(organization_id: str) -> None:
    """Raise ApiError for an organization that is not the sandbox's."""
    if organization_id != ORG_ID:
        raise ApiError(404, f"Organization not found: {organization_id}")


def _usage(world: World) -> Json:
    runs = Counter(row.body["model"] for row in world.store.rows("credit"))
    return {
        "number_of_coworkers": world.store.count("agentflow"),
        "number_of_members": 1,
        "number_of_workspaces": world.store.count("project"),
        "number_of_agent_executions": {"llm_wise_usage": dict(runs)},
        "number_of_tables": world.store.count("table"),
        "number_of_connectors": world.store.count("connector"),
        "storage_space_in_mb": 0,
        "number_of_premium_connectors": 0,
    }
