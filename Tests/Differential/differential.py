"""Sends the same octets to luma-mcp, to nginx and to h11 (under uvicorn), and compares what each took for a request.

Where they differ, the table of docs/http-requirements.md must say so and why, and luma-mcp must be the one that serves
less; where it serves more, the reason must name the section of the RFC that wants it.

    differential.py BINARY FOLDER [CASE...]     with cases: only these, with every octet of the answers
"""

import concurrent.futures
import os
import re
import shutil
import sys

from cases import CASES
from servers import Server, gateway, nginx, uvicorn
from outcome import Outcome, ask

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TABLE = os.path.join(ROOT, "docs", "http-requirements.md")
HEADING = "## Where other servers differ"
# A server that does not answer for so long waits for more: the first figure for all, the second for a second look.
QUIET_SECONDS = (1.0, 4.0)


def listed() -> dict[str, list[str]]:
    """The rows of the table by case: luma-mcp, nginx, h11, reason."""
    with open(TABLE, encoding="utf-8") as file:
        _, found, text = file.read().partition(HEADING)
    if not found:
        sys.exit(f"{TABLE} has no section '{HEADING}'")
    rows: dict[str, list[str]] = {}
    for match in re.finditer(r"^\| `([^`]+)` \| (.+) \|$", text.split("\n## ")[0], re.MULTILINE):
        if match[1] in rows:
            sys.exit(f"{match[1]} stands in the table twice")
        rows[match[1]] = [cell.strip() for cell in match[2].split(" | ")]
    return rows


def outcomes(servers: list[Server], names: list[str], quiet: float) -> dict[str, list[Outcome]]:
    with concurrent.futures.ThreadPoolExecutor(max_workers=48) as pool:
        jobs = {
            name: [pool.submit(ask, server.port, CASES[name], server.is_refusal, quiet) for server in servers]
            for name in names}
        return {name: [job.result() for job in jobs[name]] for name in names}


def problems(name: str, seen: list[Outcome], row: list[str] | None) -> list[str]:
    texts = [outcome.text for outcome in seen]
    others = " | ".join(texts)
    if len(set(texts)) == 1:
        return [f"{name}: listed, but all servers agree: {texts[0]}"] if row else []
    if row is None:
        return [f"{name}: not listed: {others}"]
    if len(row) != 4 or not row[3]:
        return [f"{name}: a row has four cells after its name, the last one a reason"]
    if row[:3] != texts:
        return [f"{name}: listed as {' | '.join(row[:3])}, but now {others}"]
    if any(seen[0].served > other.served for other in seen[1:]) and "§" not in row[3]:
        return [f"{name}: luma-mcp serves more than another, and no section of an RFC is named for it: {others}"]
    return []


def main() -> None:
    binary, folder, names = sys.argv[1], sys.argv[2], sys.argv[3:]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "temporary"))
    servers = [gateway(binary, folder), nginx(folder), uvicorn(folder)]
    try:
        for server in servers:
            server.wait()
        if names:
            for name in names:
                for server, seen in zip(servers, outcomes(servers, [name], QUIET_SECONDS[0])[name]):
                    print(f"{name}, {server.name}: {seen.text}\n    {seen.octets!r}")
            return
        rows = listed()
        seen = outcomes(servers, list(CASES), QUIET_SECONDS[0])
        # On a busy machine an answer may be late: whoever differs from the table is asked once more, at leisure.
        doubtful = [name for name in CASES if problems(name, seen[name], rows.get(name))]
        seen |= outcomes(servers, doubtful, QUIET_SECONDS[1])
        found = [problem for name in CASES for problem in problems(name, seen[name], rows.get(name))]
        found += [f"{name}: listed, but there is no such case" for name in rows if name not in CASES]
        for server in servers:
            if not server.is_running():
                found.append(f"{server.name} has ended")
    finally:
        for server in servers:
            server.stop()
    for problem in found:
        print(problem, file=sys.stderr)
    if found:
        sys.exit(f"{len(found)} differences are not as {os.path.relpath(TABLE)} says")
    print(f"{len(CASES)} inputs, {len(rows)} of them seen differently by nginx or h11, each for a reason that is listed")


if __name__ == "__main__":
    main()
