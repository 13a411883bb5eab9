"""Asks a Jaeger query API by PyPI's jaeger-mcp, a Jaeger client for language models.

usage: traces.py URL

Every line on stdin calls a tool: {"tool": NAME, "arguments": {...}}. A line of JSON on stdout says, by the call's number,
its answer, which the tool has checked by its own schema, or its error. Without arguments it does nothing, which shows that
everything is installed.
"""

import asyncio
import dataclasses
import json
import os
import sys

from jaeger_mcp import JaegerClient
from jaeger_mcp.server import mcp
from mcp.server.fastmcp.exceptions import ToolError


def said_to(tool, arguments):
    if tool == "search_traces":
        # A method of the same package: the framework around its tool takes tags apart before the tool sees them.
        found = JaegerClient.from_env().search_traces(**arguments)
        return {"answer": {"traces": [dataclasses.asdict(trace) for trace in found]}}
    try:
        return {"answer": asyncio.run(mcp.call_tool(tool, arguments)).structuredContent}
    except ToolError as error:
        return {"error": str(error)}


def main(url):
    # What was said before might be remembered, and a fault be hidden by another attempt.
    os.environ.update(JAEGER_URL=url, JAEGER_CACHE_TTL="0", JAEGER_RETRY_ATTEMPTS="0")
    for number, line in enumerate(sys.stdin, 1):
        call = json.loads(line)
        said = {"number": number, **said_to(call["tool"], call["arguments"])}
        print(json.dumps(said, default=str), flush=True)


if __name__ == "__main__" and len(sys.argv) > 1:
    main(sys.argv[1])
