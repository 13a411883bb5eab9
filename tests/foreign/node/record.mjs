// Records a scenario with the official OpenTelemetry SDK of Node; see ../python/record.py, which it follows line by line,
// but for exemplars, which this SDK doesn't send.
//
// usage: node record.mjs SCENARIO GRPC_ENDPOINT HTTP_ENDPOINT CELL...

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ValueType } from '@opentelemetry/api';
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import {
  AggregationTemporalityPreference as Temporality,
  OTLPMetricExporter as JsonExporter,
} from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';

const EXPORTERS = { grpc: GrpcExporter, protobuf: ProtobufExporter, json: JsonExporter };
// Longer than any test: exports come when they are asked for.
const NEVER_MS = 2 ** 31 - 1;

function exporterOf(cell, grpcEndpoint, httpEndpoint) {
  const [protocol, temporality, compression] = cell.split('-');
  return new EXPORTERS[protocol]({
    url: protocol === 'grpc' ? grpcEndpoint : `${httpEndpoint}/v1/metrics`,
    temporalityPreference: temporality === 'delta' ? Temporality.DELTA : Temporality.CUMULATIVE,
    compression,
  });
}

class Cell {
  constructor(name, scenario, exporter) {
    this.name = name;
    this.scenario = scenario;
    this.sent = 0;
    this.observed = new Map();
    this.resource = defaultResource().merge(resourceFromAttributes({
      'service.namespace': 'foreign',
      'service.name': 'node',
      'service.instance.id': name,
      'service.version': '4.5',
    }));
    this.countWhatIsSent(exporter);
    const exponential = scenario.instruments.filter((one) => one.kind === 'exponential_histogram');
    this.provider = new MeterProvider({
      resource: this.resource,
      readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: NEVER_MS })],
      views: exponential.map((one) => ({
        instrumentName: one.name,
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      })),
    });
    const { name: scope, version, schema_url: schemaUrl } = scenario.meter;
    this.meter = this.provider.getMeter(scope, version, { schemaUrl });
    this.instruments = new Map(scenario.instruments.map((one) => [one.name, this.instrument(one)]));
  }

  countWhatIsSent(exporter) {
    const send = exporter.export.bind(exporter);
    exporter.export = (data, done) => send(data, (result) => {
      if (result.error) {
        console.error(`${this.name}: the export failed`, result.error);
        process.exit(1);
      }
      const metrics = data.scopeMetrics.flatMap((scope) => scope.metrics);
      this.sent += metrics.reduce((sum, metric) => sum + metric.dataPoints.length, 0);
      done(result);
    });
  }

  instrument({ name, kind, type, unit, description, bounds }) {
    const valueType = type === 'int' ? ValueType.INT : ValueType.DOUBLE;
    const options = { unit, description, valueType, advice: { explicitBucketBoundaries: bounds } };
    const method = kind === 'exponential_histogram' ? 'histogram' : kind;
    const camel = method.replaceAll(/(?:^|_)(.)/g, (_, letter) => letter.toUpperCase());
    const made = this.meter[`create${camel}`](name, options);
    if (kind.startsWith('observable')) {
      this.observed.set(name, new Map());
      made.addCallback((result) => {
        for (const [attributes, value] of this.observed.get(name)) {
          result.observe(value, this.scenario.attributes[attributes].set);
        }
      });
      return undefined;
    }
    return made.add ? made.add.bind(made) : made.record.bind(made);
  }

  async record(measurements) {
    for (const { instrument, attributes, values } of measurements) {
      for (const value of values) {
        if (this.observed.has(instrument)) {
          this.observed.get(instrument).set(attributes, value);
        } else {
          this.instruments.get(instrument)(value, this.scenario.attributes[attributes].set);
        }
      }
    }
    await this.provider.forceFlush();
  }

  report() {
    const scope = { ...this.scenario.meter, attributes: {} };
    return { resource: this.resource.attributes, scope, sent: this.sent };
  }
}

if (process.argv.length === 2) {
  process.exit(0);
}
const [path, grpcEndpoint, httpEndpoint, ...names] = process.argv.slice(2);
const scenario = JSON.parse(readFileSync(path, 'utf8'));
const cells = names.map((name) => new Cell(name, scenario, exporterOf(name, grpcEndpoint, httpEndpoint)));
let round = 0;

function report() {
  round += 1;
  const senders = Object.fromEntries(cells.map((cell) => [cell.name, cell.report()]));
  console.log(JSON.stringify({ round, senders }));
}

for await (const _ of createInterface({ input: process.stdin })) {
  for (const cell of cells) {
    await cell.record(scenario.rounds[round]);
  }
  report();
}
for (const cell of cells) {
  await cell.provider.shutdown();
}
report();
