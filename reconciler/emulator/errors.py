"""The API's refusals: status, and the texts that clients match on.

Texts quoted from public issue threads and client code stand in the constants below and are exact; where no
text is known the ActiveRecord style of the known ones is followed ("Name can't be blank"), and the caller's
comment says so.
"""

from __future__ import annotations

OH_SNAP = (
    "Oh snap, something went wrong! We've logged the error and will take a look - please reach out to us "
    "if you continue having trouble."
)
NOT_FOUND = "Not found"
INVALID_TOKEN = "Invalid authentication token"
INSUFFICIENT_IPV4 = (
    "The specified project contains insufficient public IPv4 space to complete the request. "
    "Please e-mail support@packet.com."
)
NO_RESERVATION = "There are no available hardware reservations for selected plan and facility"
NOT_PROVISIONABLE = "Server is not provisionable"
DELETE_PROVISIONING = "Cannot delete a device while it is provisioning"
DELETE_LOCKED = "Cannot delete a locked item"
NO_SSH_KEY = "must have at least one SSH key"
VOLUME_IN_USE = "Cannot detach since volume is actively being used on your server"
RATE_LIMITED = "Rate limit exceeded"


class ApiError(Exception):
    """A request refused with a status and one or more texts; nothing was changed."""

    def __init__(self, status: int, *errors: str) -> None:
        super().__init__(f"{status}: {'; '.join(errors)}")
        self.status = status
        self.errors = errors


def invalid(*errors: str) -> ApiError:
    """422: validation, conflict and capacity alike (the API of 2019 used neither 400 nor 409)."""
    return ApiError(422, *errors)


def not_found() -> ApiError:
    """404, for an unknown path as for an unknown id."""
    return ApiError(404, NOT_FOUND)


def not_yours(resource: str) -> ApiError:
    """403: somebody else's, or a device that failed to provision or was reclaimed (packngo#112)."""
    return ApiError(403, f"You are not authorized to view this {resource}")


def blank(field: str) -> ApiError:
    """422 for a missing value, in the API's ActiveRecord words."""
    return invalid(f"{field} can't be blank")


def error_body(status: int, errors: tuple[str, ...]) -> dict[str, object]:
    """The JSON of a refusal: `error` for a bad token, `errors` for all else (2019 clients had to read both)."""
    if status == 401:
        return {"error": errors[0] if errors else INVALID_TOKEN}
    return {"errors": list(errors)}
