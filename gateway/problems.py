"""Problems as RFC 9457 writes them, and the one table that maps refusals to HTTP statuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.contracts.errors import Refusal

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem. `advice` is what the page /problems/<code> tells to do about it."""

    code: str
    status: int
    title: str
    advice: str


_TYPES: Final = (
    # what services refuse (services/contracts/errors.py)
    ProblemType("refused", 409, "Refused", "The service does not carry this out. The detail says why."),
    ProblemType(
        "invalid",
        422,
        "Some fields are not right",
        "Each entry of `errors` names a field (a JSON Pointer into the body, or a parameter) and says what is wrong "
        "with it. Correct them and send the request again.",
    ),
    ProblemType(
        "unknown_reference",
        422,
        "A record that the request names is not known",
        "Check the ids. A record made moments ago may not have arrived everywhere: then repeat the request.",
    ),
    ProblemType("not_found", 404, "There is nothing here", "Check the address; or sign in, if it is not public."),
    ProblemType(
        "forbidden",
        403,
        "You may not do this",
        "You are known, but hold no mandate for this, or your API key lacks the scope. Ask a coordinator of the "
        "region, or issue a key with more scopes.",
    ),
    ProblemType(
        "sign_in_needed",
        401,
        "Sign in first",
        "Send `Authorization: Bearer <API key>`, or sign in by e-mail. A key or session may also have expired.",
    ),
    ProblemType(
        "conflict", 409, "The record's state does not allow this", "Read the record again, then decide what to do."
    ),
    ProblemType(
        "version_mismatch",
        412,
        "The record changed in the meantime",
        "Read the record again, apply your change to what it is now, and send the new ETag in If-Match.",
    ),
    ProblemType(
        "key_reused",
        422,
        "This Idempotency-Key was used for another request",
        "Use a new key for a new request; the same key only to repeat the very same one.",
    ),
    ProblemType(
        "late",
        503,
        "The request came too late to the service; it was not carried out",
        "Repeat it after the time in Retry-After.",
    ),
    ProblemType(
        "unfinished",
        503,
        "A part of the request was carried out in time",
        "Repeat it after the time in Retry-After with the same Idempotency-Key: it goes on from there.",
    ),
    ProblemType("too_many", 429, "A limit of the service is reached", "The detail says which limit it is."),
    ProblemType(
        "store_away",
        503,
        "The outcome is unknown",
        "The service cannot reach its store. Repeat the request with the same Idempotency-Key after the time in "
        "Retry-After: it is carried out at most once, and you get its one answer.",
    ),
    # what the gateway says itself
    ProblemType(
        "outcome_unknown",
        503,
        "The outcome is unknown",
        "The service did not answer in time. Repeat the request with the same Idempotency-Key after the time in "
        "Retry-After: it is carried out at most once, and you get its one answer.",
    ),
    ProblemType(
        "service_away",
        503,
        "This part of the node cannot be reached now",
        "Nothing was carried out. Repeat the request after the time in Retry-After.",
    ),
    ProblemType("bad_request", 400, "The request cannot be read", "The detail says what is wrong with it."),
    ProblemType(
        "invalid_query",
        400,
        "Some parameters are not right",
        "Each entry of `errors` names a parameter of the query and says what is wrong with it.",
    ),
    ProblemType("method_not_allowed", 405, "This method is not allowed here", "The header Allow lists the methods."),
    ProblemType("not_acceptable", 406, "Not in that format", "Ask for one of the types that /openapi.json lists."),
    ProblemType(
        "length_required",
        411,
        "Say how long the body is",
        "Send Content-Length, not the body in chunks: then of a file that was cut off on its way nothing is done.",
    ),
    ProblemType("too_slow", 408, "The body came too slowly", "Send the request again, on a better connection."),
    ProblemType("too_large", 413, "The body is too large", "The detail says how large it may be."),
    ProblemType("too_long_address", 414, "The address is too long", "Shorten the query."),
    ProblemType(
        "unsupported_media_type",
        415,
        "Not this kind of body",
        "Send JSON with `Content-Type: application/json` (CSV with `text/csv` for the import).",
    ),
    ProblemType(
        "other_origin",
        403,
        "This came from another site",
        "A request that a session's cookie signs must come from the node's own pages. Programs use an API key.",
    ),
    ProblemType(
        "rate_limited",
        429,
        "Too many requests",
        "Wait for the time in Retry-After. RateLimit-Policy says how many are allowed in which time.",
    ),
    ProblemType(
        "internal_error",
        500,
        "Something broke here",
        "It is our mistake and has been logged. Tell the operator the correlation id.",
    ),
)
TYPES: Final[Mapping[str, ProblemType]] = {kind.code: kind for kind in _TYPES}
RETRY_AFTER_SECONDS: Final = 2


class Problem(Exception):
    """Ends a request with a problem, e.g. `raise Problem("not_found", "There is no event with this id.")`.

    Args:
        code: one of TYPES (KeyError otherwise: a mistake of ours).
        detail: a sentence for the caller that helps; the type's title says the rest.
        errors: [{"pointer": JSON Pointer into the body, or "parameter": name of the query's, "message": str}].
        headers: more headers of the answer.
        more: more members of the problem's JSON.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self.type = TYPES[code]
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.more = dict(more or {})
        if self.type.status in (429, 503):
            self.headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS))
        if self.type.status == 401:
            self.headers.setdefault("WWW-Authenticate", 'Bearer realm="malmi"')
        super().__init__(detail)

    def to_json(self, base: str, instance: str, correlation_id: str) -> dict[str, Any]:
        """The members of the problem. base: the node's public URL. instance: the request's path."""
        body: dict[str, Any] = {
            "type": f"{base}/problems/{self.type.code}",
            "title": self.type.title,
            "status": self.type.status,
            "detail": self.detail,
            "instance": instance,
            "correlation_id": correlation_id,
        }
        if self.errors:
            body["errors"] = self.errors
        return {**self.more, **body}


def pointer(dotted: str) -> str:
    """`place.region` as a JSON Pointer (RFC 6901) `/place/region`; "" is the whole body."""
    steps = [step.replace("~", "~0").replace("/", "~1") for step in dotted.split(".")] if dotted else []
    return "".join(f"/{step}" for step in steps)


def from_refusal(refusal: Refusal) -> Problem:
    """A service's refusal as a problem. A code that this gateway does not know (a newer service) is `refused`."""
    details = dict(refusal.details)
    errors = [
        {"pointer": pointer(str(entry.get("field", ""))), "message": str(entry.get("message", ""))}
        for entry in details.pop("errors", [])
        if isinstance(entry, Mapping)
    ]
    code = refusal.code if refusal.code in TYPES else "refused"
    return Problem(code, refusal.message, errors=errors, more=details)
