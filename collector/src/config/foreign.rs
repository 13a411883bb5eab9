//! Components of the OpenTelemetry Collector that this one lacks, and what to do about each.
//!
//! The types are those of the distribution `otelcol-contrib` 0.159, and some that were removed but stand in files still.
//! Underscores make no difference, as the Collector adds them to one name after the other.

/// Components of one role that share a remedy.
#[derive(Debug)]
struct Group {
    types: &'static [&'static str],
    remedy: &'static str,
}

const fn group(types: &'static [&'static str], remedy: &'static str) -> Group {
    Group { types, remedy }
}

const BESIDE: &str =
    "run an OpenTelemetry Collector beside this one for it, whose otlp exporter sends here";
const BEHIND: &str = "send by otlp or otlphttp to a collector that has it, or to the backend if it takes OTLP itself";
const BY_BACKEND: &str = "if the backend takes OTLP, use otlphttp with its address and headers; or else send by otlp to an \
                          OpenTelemetry Collector that has it";
const DOWNSTREAM: &str = "do it in the collector that this one sends to, or in the backend";

const RECEIVERS: &[Group] = &[
    group(
        &[
            "jaeger",
            "zipkin",
            "opencensus",
            "skywalking",
            "sapm",
            "awsxray",
            "datadog",
            "libhoney",
            "faro",
        ],
        "have its senders export OTLP to the receiver otlp, or run an OpenTelemetry Collector beside this one that \
         translates",
    ),
    group(
        &["prometheus", "prometheus_simple"],
        "have Prometheus scrape these targets itself, beside the page of the exporter prometheus; or run an OpenTelemetry \
         Collector that does and sends here by OTLP",
    ),
    group(
        &["prometheusremotewrite"],
        "have the sender write to Prometheus itself, or export OTLP to the receiver otlp",
    ),
    group(
        &["otelarrow", "stef"],
        "have the sender export OTLP to the receiver otlp: in place of its exporter otelarrow or stef, otlp",
    ),
    group(
        &["otlpjsonfile"],
        "nothing is read from files: have the writer send OTLP to the receiver otlp",
    ),
    group(
        &[
            "hostmetrics",
            "kubeletstats",
            "docker_stats",
            "podman_stats",
            "awscontainerinsightreceiver",
            "awsecscontainermetrics",
            "windowsperfcounters",
            "iis",
            "active_directory_ds",
            "chrony",
            "ntp",
            "filestats",
            "cloudfoundry",
            "vcenter",
            "nsxt",
            "k8s_cluster",
            "windowsservice",
        ],
        "a node's and a cluster's own metrics are not collected here: run node_exporter, cAdvisor or kube-state-metrics \
         for Prometheus, or an OpenTelemetry Collector that sends here; the process's own CPU and memory are on the page",
    ),
    group(
        &[
            "filelog",
            "journald",
            "windowseventlog",
            "syslog",
            "tcplog",
            "udplog",
            "fluentforward",
            "loki",
            "splunk_hec",
            "namedpipe",
            "awscloudwatch",
            "awsfirehose",
            "awss3",
            "azureblob",
            "azureeventhub",
            "googlecloudpubsub",
            "webhookevent",
            "k8s_events",
            "k8sobjects",
            "k8slog",
            "cloudflare",
            "envoyals",
            "netflow",
            "awslambda",
            "macosunifiedlogging",
        ],
        "logs and events are not read here: run an OpenTelemetry Collector or Fluent Bit beside this one, and send OTLP",
    ),
    group(
        &["kafka", "pulsar", "rabbitmq", "solace"],
        "queues are not read here: run an OpenTelemetry Collector that does and sends OTLP; to outlive outages, \
         sending_queue.storage keeps what waits on disk",
    ),
    group(&["statsd", "carbon", "collectd", "signalfx", "wavefront", "influxdb", "expvar"], BESIDE),
    group(
        &[
            "aerospike",
            "apache",
            "apachespark",
            "bigip",
            "couchdb",
            "elasticsearch",
            "flinkmetrics",
            "github",
            "gitlab",
            "haproxy",
            "jmx",
            "kafkametrics",
            "memcached",
            "mongodb",
            "mongodbatlas",
            "mysql",
            "nginx",
            "oracledb",
            "postgresql",
            "purefa",
            "purefb",
            "redis",
            "riak",
            "saphana",
            "snowflake",
            "splunkenterprise",
            "sqlquery",
            "sqlserver",
            "zookeeper",
            "azuremonitor",
            "googlecloudmonitoring",
            "googlecloudspanner",
        ],
        "other systems are not asked here: have Prometheus scrape their exporters, or run an OpenTelemetry Collector that \
         asks them and sends here",
    ),
    group(
        &[
            "httpcheck",
            "sshcheck",
            "tcpcheck",
            "tlscheck",
            "icmpcheck",
            "snmp",
            "osquery",
            "systemd",
            "ciscoos",
            "yanggrpc",
        ],
        "nothing is probed here: use Prometheus' blackbox_exporter or its like",
    ),
    group(
        &["receiver_creator"],
        "receivers are not made on discovery here: have senders export OTLP to the receiver otlp",
    ),
    group(
        &["obi", "pprof"],
        "processes are not looked into here: run OpenTelemetry's eBPF instrumentation beside this one, and send OTLP",
    ),
    group(&["nop"], "it does nothing: remove it, and the pipelines that have no other receiver"),
];

const EXPORTERS: &[Group] = &[
    group(&["logging"], "it has been called debug since: rename it, and loglevel to verbosity"),
    group(
        &["prometheusremotewrite"],
        "have Prometheus scrape the exporter prometheus; or, with its OTLP receiver on, use otlphttp with \
         http://HOST:9090/api/v1/otlp",
    ),
    group(
        &["loadbalancing"],
        "traces of one id are not spread by id here: send to one collector by otlp, or keep an OpenTelemetry Collector for \
         it; tail_sampling needs all spans of a trace in one collector",
    ),
    group(
        &["jaeger", "jaeger_thrift", "zipkin"],
        "Jaeger takes OTLP on 4317 and 4318: use otlp with HOST:4317; trace_ring serves Jaeger's query API by itself",
    ),
    group(&["otlp_grpc"], "it is called otlp here: rename it, where pipelines name it too"),
    group(&["otlp_http"], "it is called otlphttp here: rename it, where pipelines name it too"),
    group(&["otelarrow", "stef"], "use otlp, to a receiver otlp"),
    group(&["loki"], "Loki takes OTLP: use otlphttp with http://HOST:3100/otlp"),
    group(
        &[
            "elasticsearch",
            "opensearch",
            "clickhouse",
            "cassandra",
            "doris",
            "azuredataexplorer",
            "influxdb",
            "carbon",
            "tinybird",
            "syslog",
        ],
        BEHIND,
    ),
    group(&["kafka", "pulsar", "rabbitmq", "awskinesis", "googlecloudpubsub"], BEHIND),
    group(
        &[
            "datadog",
            "coralogix",
            "dataset",
            "honeycombmarker",
            "logicmonitor",
            "logzio",
            "mezmo",
            "sentry",
            "signalfx",
            "sapm",
            "splunk_hec",
            "sumologic",
            "bmchelix",
            "faro",
            "alibabacloud_logservice",
            "tencentcloud_logservice",
        ],
        BY_BACKEND,
    ),
    group(
        &[
            "awsemf",
            "awscloudwatchlogs",
            "awsxray",
            "azuremonitor",
            "googlecloud",
            "googlemanagedprometheus",
        ],
        BEHIND,
    ),
    group(
        &["awss3", "azureblob", "googlecloudstorage"],
        "objects are not written here: write the exporter file to a folder that is copied there, or keep an OpenTelemetry \
         Collector for it",
    ),
    group(&["opencensus"], "use otlp, which every backend of OpenCensus has since"),
    group(&["nop"], "it does nothing: remove it, or use debug in its place"),
];

const PROCESSORS: &[Group] = &[
    group(
        &["k8sattributes"],
        "pods are not looked up here: have the SDK say k8s.* from the downward API (the SDK of this project does), or run an \
         OpenTelemetry Collector in front",
    ),
    group(
        &["resourcedetection"],
        "resources are detected where they are, by the sender's SDK: set OTEL_RESOURCE_ATTRIBUTES there, or the values with \
         the processor resource here",
    ),
    group(
        &["transform", "span", "schema", "logstransform", "unroll", "lookup"],
        "OTTL is not run here: use attributes (insert, update, extract, hash, convert), resource and filter for what they can, \
         and do the rest in the collector that this one sends to",
    ),
    group(
        &[
            "metricstransform",
            "experimental_metricsgeneration",
            "metricsgeneration",
            "interval",
            "cumulativetodelta",
            "deltatocumulative",
            "deltatorate",
            "metricstarttime",
        ],
        "points are not computed anew here: have senders export cumulative temporality, and use recording rules of \
         Prometheus",
    ),
    group(
        &["probabilistic_sampler"],
        "use tail_sampling with a policy of type probabilistic, which keeps whole traces by the same ids, or let the \
         sender's SDK sample",
    ),
    group(
        &["cardinalityguardian"],
        "the exporter prometheus has label_limits, max_series and max_bytes: use them",
    ),
    group(
        &["genainormalizer"],
        "names are not translated here: have senders use the GenAI conventions, or rename with the processor attributes \
         (insert from_attribute, then delete)",
    ),
    group(
        &["groupbytrace"],
        "tail_sampling holds the spans of a trace together by itself: remove it",
    ),
    group(
        &[
            "groupbyattrs",
            "logdedup",
            "remotetap",
            "geoip",
            "dnslookup",
            "isolationforest",
            "drain",
        ],
        DOWNSTREAM,
    ),
    group(
        &["redaction"],
        "use attributes with the actions delete and hash, also by pattern, which name what to hide",
    ),
    group(&["routing"], "name each exporter in a pipeline of its own, with a filter in front"),
    group(&["spanmetrics"], "it is the connector span_metrics: move it to connectors"),
    group(&["servicegraph"], DOWNSTREAM),
    group(&["coralogix", "sumologic", "datadog"], BY_BACKEND),
];

const CONNECTORS: &[Group] = &[
    group(&["forward"], "name the receivers of the first pipeline in the second, too"),
    group(&["routing"], "name the exporters in pipelines of their own, each behind a filter"),
    group(
        &["failover", "roundrobin"],
        "name one backend: what waits for it survives its outages in sending_queue, on disk with storage",
    ),
    group(
        &["count", "sum", "signaltometrics", "exceptions"],
        "use span_metrics for counts and durations of spans, and recording rules of Prometheus for the rest",
    ),
    group(
        &["servicegraph"],
        "use Tempo's or Jaeger's own, of the traces that they get by otlp; span_metrics counts calls by service",
    ),
    group(&["otlpjson", "metricsaslogs", "slowsql"], DOWNSTREAM),
    group(&["datadog", "grafanacloud"], BY_BACKEND),
];

const EXTENSIONS: &[Group] = &[
    group(&["healthcheckv2"], "use health_check"),
    group(
        &["zpages"],
        "what pipelines do is counted on the page of the exporter prometheus, and traces are at trace_ring: remove it",
    ),
    group(&["pprof"], "it is a profile of Go programs: remove it, and use perf or its like"),
    group(
        &["memory_ballast", "cgroupruntime"],
        "it is about Go's memory: remove it; memory_limiter reads the container's limit by itself",
    ),
    group(
        &[
            "oauth2client",
            "oidc",
            "sigv4auth",
            "googleclientauth",
            "azure_auth",
            "asapclient",
            "awsiamdbauth",
            "headers_setter",
            "ack",
        ],
        "it is not here: for a backend set its credentials under headers, such as authorization: \
         \"Bearer ${env:TOKEN}\"; for listeners use basicauth or bearertokenauth, or a proxy",
    ),
    group(
        &["db_storage", "redis_storage", "pebbletailstorage"],
        "use file_storage, which keeps queues on a local disk",
    ),
    group(
        &[
            "docker_observer",
            "ecs_observer",
            "ecs_task_observer",
            "host_observer",
            "k8s_observer",
            "kafkatopics_observer",
            "cfgarden_observer",
            "k8s_leader_elector",
        ],
        "it serves receivers that are not here: remove it",
    ),
    group(
        &[
            "awscloudwatchmetricstreams_encoding",
            "aws_logs_encoding",
            "azure_encoding",
            "googlecloudlogentry_encoding",
            "jaeger_encoding",
            "json_log_encoding",
            "otlp_encoding",
            "skywalking_encoding",
            "text_encoding",
            "zipkin_encoding",
            "avro_log_encoding",
        ],
        "it serves components that are not here: remove it",
    ),
    group(
        &["opamp"],
        "this collector is not managed from afar: distribute the file, and have it reloaded",
    ),
    group(&["jaegerremotesampling"], "let senders sample by OTEL_TRACES_SAMPLER: remove it"),
    group(
        &["http_forwarder", "awsproxy", "remotetap"],
        "requests of others are not passed on: remove it",
    ),
    group(&["datadog", "sumologic"], "it serves exporters that are not here: remove it"),
];

/// What to do about a component of the OpenTelemetry Collector that is not here; nothing if it has none of that type.
pub(super) fn remedy(role: &str, kind: &str) -> Option<&'static str> {
    let bare = |kind: &str| kind.replace('_', "");
    let is_it = |group: &&Group| group.types.iter().any(|known| bare(known) == bare(kind));
    groups(role).iter().find(is_it).map(|group| group.remedy)
}

/// The types of a role that are not here.
pub(super) fn types(role: &str) -> impl Iterator<Item = &'static str> + Clone + use<> {
    groups(role).iter().flat_map(|group| group.types.iter().copied())
}

fn groups(role: &str) -> &'static [Group] {
    match role {
        "receiver" => RECEIVERS,
        "processor" => PROCESSORS,
        "exporter" => EXPORTERS,
        "connector" => CONNECTORS,
        "extension" => EXTENSIONS,
        _ => &[],
    }
}
