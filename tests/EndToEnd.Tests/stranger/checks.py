"""One line a check, so that a failing run says which promise broke and what came instead."""

import email.utils
import sys
import time
import traceback

SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": "default-src 'self'",
}


class Checks:
    """Counts what held and what did not."""

    def __init__(self):
        self.held = self.failed = 0

    def that(self, name: str, holds: bool, instead="") -> bool:
        if holds:
            self.held += 1
            print(f"ok      {name}")
        else:
            self.failed += 1
            print(f"FAILED  {name}" + (f"\n        instead: {instead}" if instead != "" else ""))
        return holds

    def equal(self, name: str, expected, found) -> bool:
        return self.that(name, expected == found, f"{found!r}, not {expected!r}")

    def section(self, title: str, body, *arguments):
        """Runs a part; one that breaks off is a failure and does not take the others with it."""
        print(f"# {title}")
        try:
            return body(self, *arguments)
        except Exception:  # the whole trace is the finding
            self.failed += 1
            print(f"FAILED  {title} broke off")
            traceback.print_exc(file=sys.stdout)
            return None

    def common_headers(self, name: str, answer, api: bool = True):
        """What every answer carries."""
        wrong = {key: answer.all(key) for key, value in SECURITY_HEADERS.items() if answer.all(key) != [value]}
        date = email.utils.parsedate_to_datetime(answer.header("Date")).timestamp() if answer.header("Date") else 0
        if abs(date - time.time()) > 5:
            wrong["Date"] = answer.all("Date")
        if not answer.header("X-Request-Id"):
            wrong["X-Request-Id"] = answer.all("X-Request-Id")
        if api and answer.all("Cache-Control") != ["no-store"]:
            wrong["Cache-Control"] = answer.all("Cache-Control")
        return self.that(f"{name}: carries the headers of every answer", not wrong, wrong)

    def problem(self, name: str, answer, status: int, slug: str, api: bool = True):
        """A refusal: status, problem document, and nothing in it that does not belong."""
        body = answer.json if answer.header("Content-Type") == "application/problem+json" else {}
        right = (
            answer.status == status
            and answer.slug == slug
            and body.get("status") == status
            and bool(body.get("title"))
            and not {"instance", "traceId"} & set(body)
            and (status not in (429, 503) or (answer.header("Retry-After") or "").isdigit())
        )
        self.that(f"{name}: {status} {slug}", right, answer)
        self.common_headers(name, answer, api)
        return right
