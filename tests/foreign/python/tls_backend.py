"""Backends of OTLP that speak TLS by other people's libraries: grpcio over gRPC, Python's ssl (OpenSSL) over HTTP.

usage: tls_backend.py FOLDER

FOLDER holds server.pem, server.key and ca.pem, whose authority must have signed the clients' certificates. A line of
JSON on stdout names the ports: "grpc" and "http" demand a certificate, "old" speaks TLS 1.1 at most, "plain" is gRPC
in the clear. Each request of traces is a further line: what carried it, its spans, whom the client's certificate names,
and the version of TLS where it is known. The end of stdin ends it. Without arguments it does nothing, which shows that
everything is installed.
"""

import http.server
import json
import pathlib
import socket
import ssl
import sys
import threading
import warnings
from concurrent import futures

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as messages
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as services


def report(over, request, client, version=None):
    spans = sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
    line = {"over": over, "spans": spans, "client": client, "version": version}
    print(json.dumps(line), flush=True)


class Traces(services.TraceServiceServicer):
    def Export(self, request, context):
        names = context.auth_context().get("x509_common_name", [])
        report("grpc", request, names[0].decode() if names else None)
        return messages.ExportTraceServiceResponse()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        subject = dict(pair for part in self.connection.getpeercert()["subject"] for pair in part)
        request = messages.ExportTraceServiceRequest.FromString(body)
        report("http", request, subject["commonName"], self.connection.version())
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """Its handshakes are made by the threads of the connections."""

    def __init__(self, context):
        super().__init__(("127.0.0.1", 0), Handler)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, *_):
        pass  # clients that are refused are what the test is about


def over_grpc(credentials):
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    services.add_TraceServiceServicer_to_server(Traces(), server)
    address = "127.0.0.1:0"
    port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
    server.start()
    return server, port


def over_http(folder):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["http/1.1"])
    server = Server(context)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def old(folder):
    """Shakes hands, or fails to, with whoever comes, one after another."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")  # without which OpenSSL 3 has none for 1.1
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            connection, _ = listener.accept()
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def main():
    if len(sys.argv) == 1:
        return  # everything is installed
    folder = pathlib.Path(sys.argv[1])
    authority, certificate, key = ((folder / name).read_bytes() for name in ("ca.pem", "server.pem", "server.key"))
    credentials = grpc.ssl_server_credentials([(key, certificate)], authority, require_client_auth=True)
    secured, grpc_port = over_grpc(credentials)
    plain, plain_port = over_grpc(None)
    ports = {"grpc": grpc_port, "http": over_http(folder), "old": old(folder), "plain": plain_port}
    print(json.dumps(ports), flush=True)
    sys.stdin.read()
    for server in (secured, plain):
        server.stop(None)


main()
