"""How a call fails, and what is known then (PROTOCOL.md section 6)."""
from __future__ import annotations

from typing import Any

RETRYABLE = {"UNAVAILABLE", "RESOURCE_EXHAUSTED", "ABORTED", "DEADLINE_EXCEEDED"}


class RpcError(Exception):
    """A call that failed, with what is known of it: its outcome is `answered`, `not-sent` or `unknown`."""

    def __init__(self, code: str, outcome: str, repeatable: bool = False, error: dict[str, Any] | None = None):
        error = error or {}
        super().__init__(f"{code} ({outcome}): {error.get('message', '')}")
        self.code, self.outcome = code, outcome
        self.data, self.message, self.error_id = error.get("data"), error.get("message"), error.get("errorId")
        self.refused = error.get("refused", False)
        self.retryable = code in RETRYABLE and (repeatable or self.refused or outcome == "not-sent")
