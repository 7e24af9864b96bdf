#!/usr/bin/env bash
# What the action does. The inputs come as variables (INPUT_...): none of them is ever read as code, and each stands
# behind its option, so that none is read as an option.
set -euo pipefail

finish() { # Tell later steps what came of it, and end with that exit code.
  local code=$1
  {
    wexa-sync ci outputs --plan "$work/plan.json" --report "$work/report.json" || true
    echo "plan-path=$([ ! -e "$work/change.plan" ] || echo "$work/change.plan")"
    echo "exit-code=${2:-$code}"
  } >>"${GITHUB_OUTPUT:-/dev/null}"
  exit "$code"
}

warn() { echo "::warning title=wexa-sync::$1"; } # Only texts of this file: others could hold orders to the runner.

run() { # Run a command; where the job is cancelled, have it end in order. Its exit code is in $code.
  local child="" cancelled=""
  trap 'cancelled=yes; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null' INT TERM
  "$@" &
  child=$!
  [ -z "$cancelled" ] || kill -TERM "$child" 2>/dev/null || true
  code=0
  wait "$child" || code=$?
  while kill -0 "$child" 2>/dev/null; do # a signal ended the wait, not the command
    code=0
    wait "$child" || code=$?
  done
  trap - INT TERM
}

install() {
  local package=${INPUT_PACKAGE:-${WEXA_SYNC_PACKAGE:-}} venv=${RUNNER_TEMP:?}/wexa-sync-venv
  [ "$package" = none ] && return
  if [ -z "$package" ]; then
    package=wexa-sync
    [ ! -e "${GITHUB_ACTION_PATH:-}/pyproject.toml" ] || package=$GITHUB_ACTION_PATH
  fi
  [ -x "$venv/bin/wexa-sync" ] || {
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -- "$package"
  }
  export PATH="$venv/bin:$PATH"
}

credentials() { # Let git reach the state in this repository, for this step alone: nothing is left in the checkout.
  local basic count=${GIT_CONFIG_COUNT:-0} key="http.${GITHUB_SERVER_URL:-https://github.com}/.extraheader"
  [ -n "${GITHUB_TOKEN:-}" ] || return 0
  basic=$(printf 'x-access-token:%s' "$GITHUB_TOKEN" | base64 | tr -d '\n')
  echo "::add-mask::$basic"
  # The empty one takes back what a checkout may have left: two such headers are refused.
  export "GIT_CONFIG_KEY_$count=$key" "GIT_CONFIG_VALUE_$count="
  export "GIT_CONFIG_KEY_$((count + 1))=$key" "GIT_CONFIG_VALUE_$((count + 1))=AUTHORIZATION: basic $basic"
  export GIT_CONFIG_COUNT=$((count + 2))
}

outputs() { # Print the options that write the files NAME.json and NAME.md, the summary, and marks beside the lines.
  printf '%s\n' --output "json=$work/$1.json" --output "markdown=$work/$1.md" --output annotations=-
  [ -z "${GITHUB_STEP_SUMMARY:-}" ] || printf '%s\n' --output "step-summary=$GITHUB_STEP_SUMMARY"
}

plan() { # Plan, and leave the exit code in $code: 0 for nothing to do, 2 for changes.
  mapfile -t files < <(outputs plan)
  local own=(--out "$work/change.plan")
  [ -z "$INPUT_AGAINST" ] || own=(--against "$INPUT_AGAINST")
  [ -z "$INPUT_BASE" ] || own+=(--base "$INPUT_BASE")
  run wexa-sync plan "${common[@]}" "${state[@]}" "${files[@]}" "${own[@]}" --detailed-exitcode "${args[@]}" -- "${paths[@]}"
}

do_plan() {
  plan
  if [ "$pull_request" = yes ] && [ "$INPUT_COMMENT" = true ] && [ -z "$INPUT_AGAINST" ]; then
    wexa-sync ci comment "${common[@]}" --markdown "$work/plan.md" --plan "$work/plan.json" ||
      warn "The comment could not be written; the log says why. The plan is in the summary of this job."
  fi
  [ "$code" = 2 ] && finish 0 2
  finish "$code"
}

do_apply() {
  if [ "$pull_request" = yes ]; then
    echo "::error title=wexa-sync::A pull request is planned, never applied. Apply on the branch that it is merged into."
    exit 64
  fi
  plan
  [ "$code" = 2 ] || finish "$code" # nothing to do, or no plan
  local expect=() counts
  counts=$(wexa-sync ci outputs --plan "$work/plan.json")
  # What is blocked or orphaned stays so: there is nothing to review, and no other plan than this one is meant.
  [[ $counts != *work=0* ]] || INPUT_EXPECT=$(sed -n 's/^digest=//p' <<<"$counts")
  case $INPUT_EXPECT in
    any) ;;
    reviewed)
      local digest
      digest=$(wexa-sync ci reviewed "${common[@]}" --out "$work/reviewed.json") || {
        echo "::error title=wexa-sync::Nothing was applied: no reviewed plan was found. The log says what to do."
        finish 1
      }
      expect=(--expect "$digest")
      [ ! -e "$work/reviewed.json" ] || expect+=(--reviewed "$work/reviewed.json")
      ;;
    *) expect=(--expect "$INPUT_EXPECT") ;;
  esac
  rm -f "$work/change.plan"
  mapfile -t files < <(outputs report)
  run wexa-sync apply "${common[@]}" "${state[@]}" "${files[@]}" --auto-approve --lock-timeout 15m "${expect[@]}" "${args[@]}" \
    -- "${paths[@]}"
  if [ "$INPUT_EXPECT" = reviewed ] && [ "$INPUT_COMMENT" = true ]; then
    wexa-sync ci comment "${common[@]}" --applied --markdown "$work/report.md" ||
      warn "The comment could not be written; the log says why. The report is in the summary of this job."
  fi
  finish "$code"
}

do_drift() { # An issue says it, so that the job is red only where nobody would hear of it otherwise.
  mapfile -t files < <(outputs plan)
  run wexa-sync drift "${common[@]}" "${state[@]}" "${files[@]}"
  local about=(--markdown "$work/plan.md")
  [ "$code" = 0 ] && about=(--gone)
  case $code in 0 | 2) ;; *) finish "$code" ;; esac
  [ "$INPUT_COMMENT" = true ] || finish "$code"
  wexa-sync ci issue "${common[@]}" "${about[@]}" || {
    warn "The issue could not be written; the log says why."
    finish "$code"
  }
  finish 0 "$code"
}

: "${INPUT_COMMAND:=plan}" "${INPUT_COMMENT:=true}" "${INPUT_EXPECT:=reviewed}" "${INPUT_AGAINST:=}" "${INPUT_BASE:=}"
case ${GITHUB_EVENT_NAME:-} in pull_request*) pull_request=yes ;; *) pull_request=no ;; esac
cd -- "${INPUT_WORKING_DIRECTORY:-.}"
work=$(mktemp -d "${RUNNER_TEMP:?}/wexa-sync.XXXXXX")
common=() state=() args=() paths=() code=0
[ -z "${INPUT_ENV:-}" ] || common=(--env "$INPUT_ENV")
[ -z "${INPUT_STATE:-}" ] || state=(--state "$INPUT_STATE")
[ -z "${INPUT_PATHS:-}" ] || mapfile -t paths < <(printf '%s' "$INPUT_PATHS" | sed '/^[[:space:]]*$/d')
read -r -d '' -a args <<<"${INPUT_ARGS:-}" || true
install
credentials
case $INPUT_COMMAND in
  plan | apply | drift) "do_$INPUT_COMMAND" ;;
  *)
    echo "::error title=wexa-sync::The input command is plan, apply or drift."
    exit 64
    ;;
esac
