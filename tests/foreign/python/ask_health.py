"""Asks a gRPC server for its health, with the official client of the protocol.

usage: ask_health.py HOST:PORT [AUTHORIZATION]

Prints a line of JSON for each call: what is asked, and the status of the service or the code of the error. Without
arguments it does nothing, which shows that everything is installed.
"""

import json
import sys

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

# For a call.
SECONDS_MAX = 20

SERVICES = ["", "opentelemetry.proto.collector.trace.v1.TraceService", "no.such.Service"]


def say(call, ask):
    try:
        result = ask()
    except grpc.RpcError as error:
        result = error.code().name
    print(json.dumps({"call": call, "result": result}), flush=True)


def name(status):
    return health_pb2.HealthCheckResponse.ServingStatus.Name(status)


def main(address, authorization=None):
    options = {"timeout": SECONDS_MAX}
    if authorization:
        options["metadata"] = [("authorization", authorization)]
    with grpc.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        for service in SERVICES:
            request = health_pb2.HealthCheckRequest(service=service)
            say(f"Check {service}", lambda: name(stub.Check(request, **options).status))
        say("List", lambda: {
            service: name(answer.status)
            for service, answer in stub.List(health_pb2.HealthListRequest(), **options).statuses.items()})
        say("Watch", lambda: [name(it.status) for it in stub.Watch(health_pb2.HealthCheckRequest(), **options)])


if __name__ == "__main__" and len(sys.argv) > 1:
    main(*sys.argv[1:])
