"""A request is refused: the one exception that becomes an answer."""


class ApiError(Exception):
    """A request is refused, with this HTTP status, error type and message.

    details: what a program can go by, where the API says more than words; has an `error_code`.
    """

    def __init__(
        self, status: int, type: str, message: str, details: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.type = type
        self.message = message
        self.details = details


def invalid(message: str) -> ApiError:
    """Return the error for a request that says something it can't."""
    return ApiError(400, "invalid_request_error", message)
