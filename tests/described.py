"""What schemathesis found, trying what an API says of itself."""

from schemathesis.engine.events import EngineEvent, FatalError, NonFatalError, ScenarioFinished


def problems(event: EngineEvent) -> list[str]:
    """Return a sentence for each thing that is not as the API says."""
    if isinstance(event, NonFatalError | FatalError):
        return [str(event)]
    if not isinstance(event, ScenarioFinished):
        return []
    checks = [check for case in event.recorder.checks.values() for check in case]
    return [f"{check.name}: {check.failure_info.failure}" for check in checks if check.failure_info]


def statuses(event: EngineEvent) -> list[int]:
    """Return the statuses of the answers there were."""
    if not isinstance(event, ScenarioFinished):
        return []
    answers = [found.response for found in event.recorder.interactions.values()]
    return [answer.status_code for answer in answers if answer is not None]
