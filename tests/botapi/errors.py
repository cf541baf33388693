"""Refusals, in the words and the shape of the real server."""

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """One refusal: `description` is what follows `Bad Request: ` and its kin on the wire."""

    def __init__(
        self, status: int, description: str, parameters: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description
        self.parameters = dict(parameters or {})

    def body(self) -> dict[str, Any]:
        """The JSON body; `parameters` is there only when it says something."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.status,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(words: str, parameters: Mapping[str, Any] | None = None) -> ApiError:
    """A 400 with the prefix every one of them carries."""
    return ApiError(400, f"Bad Request: {words}", parameters)


def forbidden(words: str) -> ApiError:
    """A 403 with its prefix."""
    return ApiError(403, f"Forbidden: {words}")


def conflict(words: str) -> ApiError:
    """A 409 with its prefix."""
    return ApiError(409, f"Conflict: {words}")


def too_many_requests(retry_after: int) -> ApiError:
    """A 429; `retry_after` in whole seconds, said twice as the real server does."""
    return ApiError(
        429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}
    )


UNAUTHORIZED = ApiError(401, "Unauthorized")
MALFORMED_TOKEN = ApiError(404, "Not Found")
NO_SUCH_METHOD = ApiError(404, "Not Found: method not found")
TOO_LARGE = ApiError(413, "Request Entity Too Large")
