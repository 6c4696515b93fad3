"""Scripts that run inside the site's pages, and readers of their results."""

import json
from base64 import b64decode
from datetime import datetime
from typing import Any

from nof1_tracker.clock import parse_retry_after
from nof1_tracker.scraper.fetch import Answer, parse_served_at
from nof1_tracker.scraper.wire.content_encoding import stacked

# Bytes are passed as base64: a body need not be valid text, and JSON within JSON costs
# as much in escapes. The body of an error is never read, except the beginning of a page
# that refuses: its title may be a checkpoint's.
FETCH = """
async ({path, limit, timeout, refusals, pageLimit, checkpointHeader}) => {
  const answer = {status: 0, url: String(new URL(path, location.origin)), body: "",
                  retryAfter: null, etag: null, date: null, age: null,
                  mitigated: null, contentType: "", headers: [], encoding: "",
                  complete: true, oversize: false,
                  trouble: ""};
  const parts = [];
  try {
    const response = await fetch(answer.url, {
      headers: {Accept: "application/json"},
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(timeout),
    });
    answer.status = response.status;
    answer.retryAfter = response.headers.get("retry-after");
    answer.etag = response.headers.get("etag");
    answer.date = response.headers.get("date");
    answer.age = response.headers.get("age");
    answer.mitigated = response.headers.get(checkpointHeader);
    answer.contentType = response.headers.get("content-type") || "";
    answer.headers = [...response.headers];
    answer.encoding = response.headers.get("content-encoding") || "";
    const isStacked = answer.encoding.includes(",");
    const isRefusal = refusals.includes(response.status)
      && answer.contentType.startsWith("text/html");
    const declared = Number(response.headers.get("content-length") || 0);
    if (!(response.ok || isRefusal) || !response.body || declared > limit || isStacked) {
      answer.oversize = declared > limit;
      if (response.body) response.body.cancel().catch(() => {});
      return answer;
    }
    const reader = response.body.getReader();
    let size = 0;
    for (;;) {
      const {done, value} = await reader.read();
      if (done) break;
      size += value.length;
      if (size > limit) {
        answer.oversize = true;
        parts.length = 0;
        reader.cancel().catch(() => {});
        return answer;
      }
      parts.push(value);
      if (isRefusal && size > pageLimit) {
        reader.cancel().catch(() => {});
        break;
      }
    }
  } catch (error) {
    answer.complete = false;
    answer.trouble = error.name === "TimeoutError"
      ? `did not answer within ${timeout / 1000} s` : "broke off the connection";
  }
  if (parts.length === 0) return answer;
  answer.body = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob(parts));
  });
  return answer;
}
"""

# There are no test ids, and the tab's element changed over time: only its words last.
# The deepest element receives the click, and passes it on to whatever listens.
PRESS_CHAT_TAB = """
async (patience) => {
  const press = () => {
    const named = [...document.querySelectorAll("button, a, [role], li, div, span")]
      .filter((e) => /^\\s*model\\s*chat\\s*$/i.test(e.textContent || ""));
    if (named.length === 0) return false;
    named[named.length - 1].click();
    return true;
  };
  if (press()) return true;
  return await new Promise((resolve) => {
    const settle = (pressed) => {
      observer.disconnect();
      clearTimeout(timer);
      resolve(pressed);
    };
    const observer = new MutationObserver(() => { if (press()) settle(true); });
    const timer = setTimeout(() => settle(false), patience);
    observer.observe(document, {childList: true, subtree: true});
  });
}
"""

# Returns null until the table has rows of numbers: a page first paints its frame.
READ_TABLE = """
() => {
  for (const table of document.querySelectorAll("table")) {
    const cells = [...table.rows].map(
      (row) => [...row.cells].map((cell) => cell.innerText.trim()));
    const [columns, ...rows] = cells.filter((row) => row.length > 1);
    const filled = rows.filter((row) => row.some((cell) => /\\d/.test(cell)));
    if (columns && filled.length > 0) return {columns, rows: filled};
  }
  return null;
}
"""


def answer_from_page(result: dict[str, Any], now: datetime) -> Answer:
    """The answer in what FETCH returned; `now` dates a Retry-After."""
    body = b64decode(result["body"])
    broke_off = not result["complete"] and not body
    return Answer(
        url=result["url"],
        status=0 if broke_off else result["status"],
        body=body,
        retry_after=parse_retry_after(result["retryAfter"], now),
        etag=result["etag"],
        served_at=parse_served_at(result["date"], result["age"]),
        mitigated=result["mitigated"],
        content_type=result["contentType"],
        headers=tuple((name, value) for name, value in result["headers"]),
        complete=result["complete"],
        oversize=result["oversize"],
        stacked=stacked(result["encoding"]),
        trouble=result["trouble"],
    )


def table_json(table: dict[str, Any]) -> bytes:
    """The body of a rendered-leaderboard payload, from what READ_TABLE returned."""
    return json.dumps({"renderedLeaderboard": table}, ensure_ascii=False).encode()
