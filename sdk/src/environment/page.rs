//! `docs/environment.md` is the table, written out. With `INFEROMETER_WRITE_PAGES=1` the test writes it.

use std::{fmt::Write, fs};

use super::{
    table::{Section, TABLE},
    variable::{Use, Variable},
};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/environment.md");
const WRITE: &str = "INFEROMETER_WRITE_PAGES";

const HEAD: &str = "\
# Environment variables of the SDK

`inferometer_sdk::init()`, and `Telemetry::builder()` where `.environment(..)` is called, read the variables below, once.
They are every variable of the OpenTelemetry specification that concerns the SDK, metrics, traces and OTLP. A test writes
this page from the table that the reading walks (`sdk/src/environment/table.rs`), so nothing else is read; another sets
each variable to good and bad values.

- An empty variable is as good as none. Words are taken in any case.
- A value that makes no sense is ignored: what held before holds on. There is one warning for each such variable, through
  `tracing` with the target `inferometer_sdk`; it names the variable, its value and the remedy. Values of headers are
  never shown. What the table calls an error of the start makes `init()` fail.
- A variable of one signal wins over the general one.
- `.environment(..)` overwrites what the builder's methods set before it, and what they set after it wins. Without it
  nothing is read from the process.
- A name that differs from a known one by two characters or fewer is warned of with the known one, and so is any unknown
  name that begins with `OTEL_EXPORTER_OTLP_`, `OTEL_METRIC_` or `OTEL_BSP_`.
";

const PROXIES: &str = "
Proxies (`HTTP_PROXY` and its like) are not asked, and redirects not followed, because headers carry credentials.

OpenTelemetry suggests HTTP as every SDK's default. Here it is gRPC, as collectors beside an engine usually listen for
both, unless the endpoint itself speaks of HTTP.
";

const RESOURCE: &str = "
## What the resource is made of

Later lines win over earlier ones. `init()` runs the detectors above; a plain `Telemetry::builder()` runs those that it is
told to.

| source | attributes |
|---|---|
| `host` | `host.name`, `host.arch`; outside of containers, whose images have one for all, `host.id`, the machine id |
| `os` | `os.type`, and from `/etc/os-release` `os.name`, `os.version`, `os.description` |
| `process` | `process.pid`, `process.executable.name`, `process.executable.path`, `process.owner`; never the command or its arguments, which may hold credentials |
| `container` | `container.id`, of control groups of version 1 and 2 |
| `kubernetes` | `k8s.pod.name`, `k8s.pod.uid`, `k8s.namespace.name`, `k8s.node.name`, `k8s.container.name`, `k8s.deployment.name`, `k8s.cluster.name`; never labels or annotations |
| `gpu`, on request | `hw.type`, `hw.vendor`, `hw.driver_version`, and `hw.model` where all NVIDIA GPUs are of one |
| `TelemetryBuilder::resource_detector` | what a detector of the program's own says |
| the SDK | `telemetry.sdk.*`; `service.instance.id` and `service.name` where nobody says them |
| `OTEL_RESOURCE_ATTRIBUTES`, `TelemetryBuilder::resource_attributes` | what is given, in the order of the calls |
| `OTEL_SERVICE_NAME`, `TelemetryBuilder::service_name` | `service.name` |

A pod's manifest fills variables from the downward API: `K8S_POD_NAME`, `K8S_POD_UID`, `K8S_NAMESPACE_NAME`,
`K8S_NODE_NAME`, `K8S_CONTAINER_NAME`, `K8S_DEPLOYMENT_NAME`, `K8S_CLUSTER_NAME`; in a pod also `POD_NAME`, `POD_UID`,
`POD_NAMESPACE`, `NODE_NAME` and `CONTAINER_NAME`. Without them, the pod's UID and the container's name are read from what
Kubernetes mounts, and the namespace from the service account.

A detector may take 250 ms, all together a second. One that hangs or panics is named in a warning and left behind, and the
start goes on without what it would find. The resource's schema URL is that of the detectors; where they name several, it
has none, and there is a warning.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for section in TABLE {
        write_section(&mut page, section);
    }
    page.push_str(PROXIES);
    page.push_str(RESOURCE);
    page
}

fn write_section(page: &mut String, section: Section) {
    let is_absent = |variable: &Variable| matches!(variable.used, Use::Absent(_) | Use::Others);
    let (head, line) = if section.variables.iter().all(is_absent) {
        ("| variable | why, and what to do |", "|---|---|")
    } else {
        ("| variable | what it sets | takes | default |", "|---|---|---|---|")
    };
    writeln!(page, "\n## {}\n\n{head}\n{line}", section.title).unwrap();
    for variable in section.variables {
        let names: Vec<String> =
            variable.names().into_iter().map(|(name, _)| format!("`{name}`")).collect();
        let (names, effect) = (names.join(", "), variable.effect);
        if is_absent(variable) {
            writeln!(page, "| {names} | {effect} |").unwrap();
        } else {
            writeln!(page, "| {names} | {effect} | {} | {} |", variable.values, variable.default)
                .unwrap();
        }
    }
}

#[test]
fn the_page_of_variables_is_the_table() {
    let page = page();
    if std::env::var_os(WRITE).is_some() {
        fs::write(PAGE, &page).unwrap();
    }
    let found = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(found == page, "docs/environment.md is stale: run this test with {WRITE}=1");
}

#[test]
fn the_readme_names_only_variables_that_are_in_the_table() {
    let readme = include_str!("../../README.md");
    let quoted = readme.split('`').skip(1).step_by(2);
    let named: Vec<&str> = quoted.filter(|quoted| quoted.starts_with("OTEL_")).collect();
    let known: Vec<String> = super::table::variables()
        .flat_map(|variable| variable.names())
        .map(|(name, _)| name)
        .collect();
    for name in named {
        let is_family = name.ends_with('*');
        assert!(is_family || known.iter().any(|known| known == name), "{name}");
    }
}
