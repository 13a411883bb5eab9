"""Exports one span over gRPC and one over HTTP by TLS, with the official exporters of Python.

usage: tls_sender.py FOLDER GRPC_ENDPOINT HTTP_ENDPOINT [AUTHORIZATION]

FOLDER holds ca.pem, and client.pem with client.key, which the exporters show. AUTHORIZATION is the header that they
send. Prints a line of JSON for each exporter, with what it reports. Without arguments it does nothing, which shows that
everything is installed.
"""

import json
import os
import pathlib
import sys

import grpc
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.trace import ReadableSpan, Resource
from opentelemetry.trace import SpanContext, TraceFlags

# For an export, all attempts included.
SECONDS_MAX = 20


def export(name, exporter):
    trace_id, span_id = int.from_bytes(os.urandom(16)), int.from_bytes(os.urandom(8))
    context = SpanContext(trace_id, span_id, False, TraceFlags(TraceFlags.SAMPLED))
    resource = Resource.create({"service.name": name})
    result = exporter.export([ReadableSpan(name, context=context, resource=resource, start_time=1, end_time=2)])
    print(json.dumps({"exporter": name, "result": result.name}), flush=True)


def main(folder, grpc_endpoint, http_endpoint, authorization=None):
    folder = pathlib.Path(folder)
    authority, certificate, key = (folder / name for name in ("ca.pem", "client.pem", "client.key"))
    headers = {"authorization": authorization} if authorization else {}
    credentials = grpc.ssl_channel_credentials(
        authority.read_bytes(), private_key=key.read_bytes(), certificate_chain=certificate.read_bytes())
    export("grpc", GrpcExporter(
        endpoint=grpc_endpoint, credentials=credentials, headers=headers, timeout=SECONDS_MAX))
    export("http", HttpExporter(
        endpoint=f"{http_endpoint}/v1/traces", certificate_file=str(authority), client_key_file=str(key),
        client_certificate_file=str(certificate), headers=headers, timeout=SECONDS_MAX))


if __name__ == "__main__" and len(sys.argv) > 1:
    main(*sys.argv[1:])
