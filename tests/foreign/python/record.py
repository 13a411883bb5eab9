"""Records a scenario with the official OpenTelemetry SDK of Python.

usage: record.py SCENARIO GRPC_ENDPOINT HTTP_ENDPOINT CELL...

A cell is PROTOCOL-TEMPORALITY-COMPRESSION (grpc-delta-gzip) and has a meter provider of its own, whose
service.instance.id is the cell. Every line on stdin asks for the next round: all cells record and flush it, then a line
of JSON on stdout says, by cell, which resource and scope that was and how many points have been sent so far. The end of
stdin shuts everything down, and one more line follows. Without arguments it does nothing, which shows that everything is installed.
"""

import json
import math
import os
import sys

from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression as HttpCompression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpExporter
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExportResult, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context
from grpc import Compression as GrpcCompression


def exporter_of(cell, grpc_endpoint, http_endpoint):
    protocol, temporality, compression = cell.split("-")
    # Read when an exporter is made: the official mapping, which a dictionary of ours might get wrong.
    os.environ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"] = temporality
    is_gzip = compression == "gzip"
    if protocol == "grpc":
        chosen = GrpcCompression.Gzip if is_gzip else GrpcCompression.NoCompression
        return GrpcExporter(endpoint=grpc_endpoint, insecure=True, compression=chosen)
    if protocol == "protobuf":
        chosen = HttpCompression.Gzip if is_gzip else HttpCompression.NoCompression
        return HttpExporter(endpoint=f"{http_endpoint}/v1/metrics", compression=chosen)
    raise SystemExit(f"the SDK speaks no {protocol}")


def context_of(one):
    """A sampled span around what is recorded, of which the SDK makes exemplars."""
    if "trace" not in one:
        return None
    trace_id, span_id = (int(text, 16) for text in one["trace"])
    flags = TraceFlags(TraceFlags.SAMPLED)
    return set_span_in_context(NonRecordingSpan(SpanContext(trace_id, span_id, is_remote=False, trace_flags=flags)))


class Cell:
    def __init__(self, name, scenario, exporter):
        self.name = name
        self.scenario = scenario
        self.sent = 0
        self.observed = {}
        self.resource = Resource.create({
            "service.namespace": "foreign",
            "service.name": "python",
            "service.instance.id": name,
            "service.version": "4.5",
        })
        self.count_what_is_sent(exporter)
        exponential = [i["name"] for i in scenario["instruments"] if i["kind"] == "exponential_histogram"]
        aggregation = ExponentialBucketHistogramAggregation()
        self.provider = MeterProvider(
            metric_readers=[PeriodicExportingMetricReader(exporter, export_interval_millis=math.inf)],
            resource=self.resource,
            views=[View(instrument_name=one, aggregation=aggregation) for one in exponential],
        )
        meter = scenario["meter"]
        self.scope = {**meter, "attributes": {"floor": 2}}
        self.meter = self.provider.get_meter(
            meter["name"], meter["version"], meter["schema_url"], self.scope["attributes"])
        self.instruments = {one["name"]: self.instrument(one) for one in scenario["instruments"]}

    def count_what_is_sent(self, exporter):
        export = exporter.export

        def counted(data, *arguments, **options):
            result = export(data, *arguments, **options)
            if result is not MetricExportResult.SUCCESS:
                raise SystemExit(f"{self.name}: the export failed")
            self.sent += sum(
                len(metric.data.data_points)
                for resource in data.resource_metrics
                for scope in resource.scope_metrics
                for metric in scope.metrics)
            return result

        exporter.export = counted

    def instrument(self, one):
        name, kind, options = one["name"], one["kind"], {"unit": one["unit"], "description": one["description"]}
        if kind.startswith("observable"):
            self.observed[name] = {}
            create = getattr(self.meter, f"create_{kind}")
            return create(name, callbacks=[lambda _: self.observe(name)], **options)
        if "histogram" in kind:
            return self.meter.create_histogram(
                name, explicit_bucket_boundaries_advisory=one.get("bounds"), **options).record
        if kind == "gauge":
            return self.meter.create_gauge(name, **options).set
        return getattr(self.meter, f"create_{kind}")(name, **options).add

    def observe(self, name):
        for attributes, value in self.observed[name].items():
            yield Observation(value, self.scenario["attributes"][attributes]["set"])

    def record(self, measurements):
        for one in measurements:
            name, attributes = one["instrument"], one["attributes"]
            for value in one["values"]:
                if name in self.observed:
                    self.observed[name][attributes] = value
                else:
                    self.instruments[name](
                        value, self.scenario["attributes"][attributes]["set"], context=context_of(one))
        self.provider.force_flush()

    def report(self):
        return {"resource": dict(self.resource.attributes), "scope": self.scope, "sent": self.sent}


def report(number, cells):
    senders = {cell.name: cell.report() for cell in cells}
    print(json.dumps({"round": number, "senders": senders}), flush=True)


def main():
    if len(sys.argv) == 1:
        return  # everything is installed
    path, grpc_endpoint, http_endpoint, *names = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        scenario = json.load(file)
    cells = [Cell(name, scenario, exporter_of(name, grpc_endpoint, http_endpoint)) for name in names]
    for number, (measurements, _) in enumerate(zip(scenario["rounds"], sys.stdin), start=1):
        for cell in cells:
            cell.record(measurements)
        report(number, cells)
    sys.stdin.read()
    for cell in cells:
        cell.provider.shutdown()
    report(len(scenario["rounds"]) + 1, cells)


main()
