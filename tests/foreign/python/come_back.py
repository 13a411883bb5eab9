"""Says what a collector that has no room tells its senders, as Google's own protobuf and gRPC packages read it, and what
the official exporters make of it.

usage: come_back.py ask GRPC_ENDPOINT HTTP_ENDPOINT
       come_back.py deliver GRPC_ENDPOINT HTTP_ENDPOINT

`ask` sends one span over gRPC, over HTTP in protobuf and over HTTP in JSON, and prints a line of JSON for each answer:
its code, the seconds after which to come back, and the code in the Status of the body. `deliver` exports one span with
the official exporter of each protocol, and prints what it reports once it has an answer that it takes for the last.
Without arguments it does nothing, which shows that everything is installed.
"""

import json
import os
import sys
import threading

import grpc
import requests
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.sdk.trace import ReadableSpan, Resource
from opentelemetry.trace import SpanContext, TraceFlags

# For an export, all attempts included.
SECONDS_MAX = 60


def request():
    made = trace_service_pb2.ExportTraceServiceRequest()
    span = made.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = os.urandom(16), os.urandom(8), "asked"
    return made


def retry_delay(status):
    """The seconds of the RetryInfo among the details."""
    for detail in status.details:
        info = error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            return info.retry_delay.ToTimedelta().total_seconds()
    return None


def ask_grpc(endpoint):
    with grpc.insecure_channel(endpoint.removeprefix("http://")) as channel:
        stub = trace_service_pb2_grpc.TraceServiceStub(channel)
        try:
            stub.Export(request(), timeout=SECONDS_MAX)
            return {"code": "OK", "seconds": None, "status": 0}
        except grpc.RpcError as error:
            details = dict(error.trailing_metadata()).get("grpc-status-details-bin", b"")
            status = status_pb2.Status.FromString(details)
            return {"code": error.code().name, "seconds": retry_delay(status), "status": status.code}


def ask_http(endpoint, as_json):
    made = request()
    media_type = "application/json" if as_json else "application/x-protobuf"
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [{
        "traceId": made.resource_spans[0].scope_spans[0].spans[0].trace_id.hex(),
        "spanId": made.resource_spans[0].scope_spans[0].spans[0].span_id.hex(),
        "name": "asked",
    }]}]}]}
    data = json.dumps(body) if as_json else made.SerializeToString()
    answer = requests.post(
        f"{endpoint}/v1/traces", data=data, headers={"content-type": media_type}, timeout=SECONDS_MAX)
    status = status_pb2.Status()
    if answer.status_code != 200:
        assert answer.headers["content-type"] == media_type, answer.headers
        if as_json:
            json_format.Parse(answer.text, status)
        else:
            status.ParseFromString(answer.content)
    after = answer.headers.get("retry-after")
    seconds = after and float(after)
    in_body = retry_delay(status)
    # The header has whole seconds, and is never earlier than what the body says.
    assert seconds is None or in_body is None or in_body <= seconds < in_body + 1, (seconds, in_body)
    return {"code": str(answer.status_code), "seconds": seconds, "status": status.code}


def deliver(name, exporter):
    context = SpanContext(
        int.from_bytes(os.urandom(16)), int.from_bytes(os.urandom(8)), False, TraceFlags(TraceFlags.SAMPLED))
    span = ReadableSpan(name, context=context, resource=Resource.create({"service.name": name}), start_time=1, end_time=2)
    result = exporter.export([span])
    print(json.dumps({"exporter": name, "result": result.name}), flush=True)


def main(mode, grpc_endpoint, http_endpoint):
    if mode == "ask":
        for name, answer in [
            ("grpc", ask_grpc(grpc_endpoint)),
            ("protobuf", ask_http(http_endpoint, False)),
            ("json", ask_http(http_endpoint, True)),
        ]:
            print(json.dumps({"protocol": name, **answer}), flush=True)
        return
    exporters = {
        "grpc": GrpcExporter(endpoint=grpc_endpoint, insecure=True, timeout=SECONDS_MAX),
        "http": HttpExporter(endpoint=f"{http_endpoint}/v1/traces", timeout=SECONDS_MAX),
    }
    threads = [threading.Thread(target=deliver, args=one) for one in exporters.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__" and len(sys.argv) > 1:
    main(*sys.argv[1:])
