//! The pod that this process runs in, as far as its manifest says so or Kubernetes mounts it.

use opentelemetry::Value;

use super::machine::{Machine, value};

/// Set in every container of a pod.
const SERVICE_HOST: &str = "KUBERNETES_SERVICE_HOST";

const NAMESPACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// Names that could mean anything count only inside a pod.
const OURS: [&str; 2] = ["K8S_", "KUBE_"];

/// An attribute, and the variables that manifests fill it into, the first that is set.
const ATTRIBUTES: [(&str, &[&str]); 7] = [
    ("k8s.pod.name", &["K8S_POD_NAME", "POD_NAME"]),
    ("k8s.pod.uid", &["K8S_POD_UID", "POD_UID"]),
    ("k8s.namespace.name", &["K8S_NAMESPACE_NAME", "K8S_NAMESPACE", "POD_NAMESPACE"]),
    ("k8s.node.name", &["K8S_NODE_NAME", "KUBE_NODE_NAME", "NODE_NAME"]),
    ("k8s.container.name", &["K8S_CONTAINER_NAME", "CONTAINER_NAME"]),
    ("k8s.deployment.name", &["K8S_DEPLOYMENT_NAME"]),
    ("k8s.cluster.name", &["K8S_CLUSTER_NAME"]),
];

/// Whether it is a variable that is looked at here.
pub(crate) fn reads(name: &str) -> bool {
    name == SERVICE_HOST || ATTRIBUTES.iter().any(|(_, names)| names.contains(&name))
}

pub(super) fn detect(machine: &Machine) -> Vec<(&'static str, Value)> {
    let mounted = Mounted::read(machine);
    let mut found = Vec::new();
    for (key, variables) in ATTRIBUTES {
        let said = variables.iter().find_map(|name| variable(machine, name)).map(str::to_owned);
        let value = said.or_else(|| match key {
            "k8s.pod.uid" => mounted.pod.clone(),
            "k8s.container.name" => mounted.container.clone(),
            "k8s.namespace.name" => machine.value(NAMESPACE),
            _ => None,
        });
        found.extend(value.map(|value| (key, value.into())));
    }
    found
}

/// Whether this process runs in a pod.
pub(super) fn is_inside(machine: &Machine) -> bool {
    machine.variable(SERVICE_HOST).is_some() || machine.exists(NAMESPACE)
}

fn variable<'a>(machine: &'a Machine, name: &str) -> Option<&'a str> {
    let counts = OURS.iter().any(|prefix| name.starts_with(prefix)) || is_inside(machine);
    machine.variable(name).filter(|_| counts)
}

/// What the node's agent mounts into every container, whose folders on the node say whose it is.
#[derive(Debug, Default)]
struct Mounted {
    pod: Option<String>,
    container: Option<String>,
}

impl Mounted {
    fn read(machine: &Machine) -> Self {
        let mut mounted = Self::default();
        for line in machine.file("/proc/self/mountinfo").unwrap_or_default().lines() {
            // `.. /var/lib/kubelet/pods/UID/containers/NAME/1a2b3c4d /dev/termination-log ..`
            let source = line.split_whitespace().nth(3).unwrap_or_default();
            let Some((_, rest)) = source.split_once("/pods/") else {
                continue;
            };
            let mut parts = rest.split('/');
            let Some(pod) = parts.next().filter(|pod| is_uid(pod)) else {
                continue;
            };
            mounted.pod.get_or_insert_with(|| pod.to_owned());
            if parts.next() == Some("containers") {
                mounted.container = parts.next().and_then(value).map(str::to_owned);
            }
        }
        mounted
    }
}

/// A UUID, or for pods that a node's own manifest describes 32 hexadecimal digits.
fn is_uid(text: &str) -> bool {
    matches!(text.len(), 32 | 36)
        && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
