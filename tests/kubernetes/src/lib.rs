//! The manifests of `packaging/kubernetes`, read by Kubernetes' own types: a key that these have no field for is an error.
//!
//! This crate stands apart from `tests` for those types, which take long to compile. It is no default member of the
//! workspace: `cargo test -p inferometer-kubernetes`.

use std::{collections::BTreeMap, fs, path::Path};

use inferometer_collector::config::Config;
use k8s_openapi::{
    api::{
        apps::v1::{DaemonSet, Deployment},
        core::v1::{ConfigMap, Container, PodSpec, PodTemplateSpec, Service, ServiceAccount},
        policy::v1::PodDisruptionBudget,
    },
    apimachinery::pkg::{api::resource::Quantity, apis::meta::v1::LabelSelector},
    serde::de::DeserializeOwned,
};
use serde_json::Value;

/// Labels, or what a selector asks of them.
pub type Labels = BTreeMap<String, String>;

/// What one file has: a workload and what stands around it.
#[derive(Debug)]
pub struct Manifest {
    /// The file's name.
    pub file: String,
    /// The pods that it asks for.
    pub template: PodTemplateSpec,
    /// What the Deployment or DaemonSet selects its pods by, and what a PodDisruptionBudget and Services do.
    pub selectors: Vec<Labels>,
    /// The collector's configurations, by the ConfigMap's name.
    pub configurations: BTreeMap<String, String>,
    /// Who the pods may run as.
    pub accounts: Vec<ServiceAccount>,
    /// Where the pods are reached.
    pub services: Vec<Service>,
}

impl Manifest {
    /// Both files.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/kubernetes");
        let mut names = fs::read_dir(&folder)
            .expect("the folder is there")
            .map(|entry| entry.expect("it is readable").path())
            .collect::<Vec<_>>();
        names.sort();
        assert_eq!(names.len(), 2, "{names:?}");
        names.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let file = path.display().to_string();
        let text = fs::read_to_string(path).expect("it is text");
        let documents: Vec<Value> =
            serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let (mut templates, mut selectors) = (Vec::new(), Vec::new());
        let (mut configurations, mut accounts) = (BTreeMap::new(), Vec::new());
        let mut services = Vec::new();
        for document in documents {
            match document["kind"].as_str().unwrap_or_default() {
                "ServiceAccount" => accounts.push(object::<ServiceAccount>(&file, document)),
                "ConfigMap" => {
                    let map: ConfigMap = object(&file, document);
                    let mut data = map.data.expect("a ConfigMap has data");
                    let text = data.remove("config.yaml").expect("it has a configuration");
                    configurations.insert(map.metadata.name.expect("it has a name"), text);
                }
                "Deployment" => {
                    let spec = object::<Deployment>(&file, document).spec.expect("it has a spec");
                    selectors.push(labels(spec.selector));
                    templates.push(spec.template);
                }
                "DaemonSet" => {
                    let spec = object::<DaemonSet>(&file, document).spec.expect("it has a spec");
                    selectors.push(labels(spec.selector));
                    templates.push(spec.template);
                }
                "Service" => {
                    let service: Service = object(&file, document);
                    let spec = service.spec.clone().expect("it has a spec");
                    selectors.push(spec.selector.expect("it selects"));
                    services.push(service);
                }
                "PodDisruptionBudget" => {
                    let budget: PodDisruptionBudget = object(&file, document);
                    let selector = budget.spec.and_then(|spec| spec.selector);
                    selectors.push(labels(selector.expect("it selects")));
                }
                other => panic!("{file}: no test knows the kind {other:?}"),
            }
        }
        assert_eq!(templates.len(), 1, "{file} has one workload");
        let template = templates.remove(0);
        Self { file, template, selectors, configurations, accounts, services }
    }

    /// What the pods are made of.
    #[must_use]
    pub fn pod(&self) -> &PodSpec {
        self.template.spec.as_ref().expect("the template has a spec")
    }

    /// The one container of a pod.
    #[must_use]
    pub fn container(&self) -> &Container {
        let [container] = &self.pod().containers[..] else { panic!("one container") };
        container
    }

    /// The configuration that the pod mounts, as the collector reads it.
    #[must_use]
    pub fn config(&self) -> Config {
        let volumes = self.pod().volumes.iter().flatten();
        let mut maps = volumes.filter_map(|volume| volume.config_map.as_ref());
        let name = &maps.next().expect("a ConfigMap is mounted").name;
        let text = self.configurations.get(name).expect("the ConfigMap is in the file");
        Config::parse(name, text).unwrap_or_else(|error| panic!("{}: {error}", self.file))
    }

    /// The value behind an argument of the container.
    #[must_use]
    pub fn argument(&self, name: &str) -> &str {
        let args = self.container().args.as_deref().unwrap_or_default();
        let at = args.iter().position(|arg| arg == name).expect("the argument is there");
        &args[at + 1]
    }
}

/// Bytes of a quantity, which the manifests write in `Mi` and `Gi`.
#[must_use]
pub fn bytes(quantity: &Quantity) -> u64 {
    let (number, unit) = quantity.0.split_at(quantity.0.len() - 2);
    let number: u64 = number.parse().expect("a whole number");
    match unit {
        "Mi" => number << 20,
        "Gi" => number << 30,
        _ => panic!("{} is in neither Mi nor Gi", quantity.0),
    }
}

/// Reads an object of Kubernetes, and refuses keys that it does not have.
fn object<T: DeserializeOwned>(file: &str, document: Value) -> T {
    let mut unknown = Vec::new();
    let read = serde_ignored::deserialize(document, |path| unknown.push(path.to_string()));
    let object = read.unwrap_or_else(|error| panic!("{file}: {error}"));
    assert!(unknown.is_empty(), "{file}: Kubernetes has no {unknown:?}");
    object
}

fn labels(selector: LabelSelector) -> Labels {
    selector.match_labels.expect("it selects by labels")
}
