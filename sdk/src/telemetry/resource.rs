//! Who the telemetry is about: the resource that goes out with every request.

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;

use crate::{random::random, resource::Found};

const SERVICE_NAME: &str = "service.name";
const SERVICE_INSTANCE_ID: &str = "service.instance.id";
const PROCESS_PID: &str = "process.pid";

/// What was given and detected, completed: a service always has a name and an instance id, and says which SDK it uses.
///
/// What is given wins over what is detected. `service_name` wins over the attribute of that name, and without either the
/// program's own name is used. The schema is that of what is detected, since what is given says none.
pub(super) fn resource(
    service_name: Option<&str>,
    attributes: &[KeyValue],
    detected: Found,
) -> Resource {
    let given = |key: &str| {
        attributes.iter().chain(&detected.attributes).any(|given| given.key.as_str() == key)
    };
    let mut all = vec![
        KeyValue::new("telemetry.sdk.name", "inferometer"),
        KeyValue::new("telemetry.sdk.language", "rust"),
        KeyValue::new("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
    ];
    if !given(SERVICE_INSTANCE_ID) {
        all.push(KeyValue::new(SERVICE_INSTANCE_ID, new_instance_id()));
    }
    if service_name.is_none() && !given(SERVICE_NAME) {
        all.push(KeyValue::new(SERVICE_NAME, unknown_service()));
    }
    all.extend_from_slice(attributes);
    if let Some(name) = service_name {
        all.push(KeyValue::new(SERVICE_NAME, name.to_owned()));
    }
    let Found { attributes: detected, schema_url } = detected;
    Resource::builder_empty()
        .with_schema_url(detected, schema_url.unwrap_or_default())
        .with_attributes(all)
        .build()
}

/// Of a forked process: its parent's, but for what tells the two apart. `given` are the attributes that the program chose;
/// an instance id among them is the parent's, to which this process adds its number.
pub(super) fn resource_of_child(parent: &Resource, given: &[KeyValue]) -> Resource {
    let process = std::process::id();
    let is_id = |given: &&KeyValue| given.key.as_str() == SERVICE_INSTANCE_ID;
    let id = given.iter().rfind(is_id).map(|given| format!("{}.{process}", given.value));
    let mut own = vec![KeyValue::new(SERVICE_INSTANCE_ID, id.unwrap_or_else(new_instance_id))];
    if parent.iter().any(|(key, _)| key.as_str() == PROCESS_PID) {
        own.push(KeyValue::new(PROCESS_PID, i64::from(process)));
    }
    let shared = parent.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    let schema_url = parent.schema_url().unwrap_or_default().to_owned();
    Resource::builder_empty().with_schema_url(shared, schema_url).with_attributes(own).build()
}

/// What the specification asks of a service that nobody named.
fn unknown_service() -> String {
    let program = std::env::current_exe().ok();
    let name = program.as_deref().and_then(|path| path.file_name()).and_then(|name| name.to_str());
    name.map_or_else(|| "unknown_service".to_owned(), |name| format!("unknown_service:{name}"))
}

/// A new value for `service.instance.id`: a version 4 UUID, whose 122 random bits tell two instances apart without
/// being configured. [`Telemetry`](crate::Telemetry) makes its own.
#[must_use]
pub fn new_instance_id() -> String {
    let random: u128 = random();
    let version = 0x4 << 76;
    let variant = 0b10 << 62;
    let bits = random & !(0xf << 76) & !(0b11 << 62) | version | variant;
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use opentelemetry::Key;

    use super::*;

    #[track_caller]
    fn check(resource: &Resource, key: &'static str, expected: &str) {
        let value = resource.get(&Key::new(key)).map(|value| value.to_string());
        assert_eq!(value.as_deref(), Some(expected), "{key}");
    }

    #[test]
    fn an_explicit_service_name_wins_over_the_attribute() {
        let attributes = [KeyValue::new("service.name", "from attributes")];
        check(
            &resource(Some("explicit"), &attributes, Found::default()),
            "service.name",
            "explicit",
        );
        check(&resource(None, &attributes, Found::default()), "service.name", "from attributes");
    }

    #[test]
    fn what_is_given_wins_over_what_is_detected() {
        let detected = || Found {
            attributes: vec![
                KeyValue::new("service.name", "detected"),
                KeyValue::new("host.name", "detected"),
                KeyValue::new("host.arch", "detected"),
            ],
            schema_url: Some("https://schema".into()),
        };
        let resource = resource(None, &[KeyValue::new("host.name", "given")], detected());
        check(&resource, "host.name", "given");
        check(&resource, "host.arch", "detected");
        check(&resource, "service.name", "detected");
        assert_eq!(resource.schema_url(), Some("https://schema"));
        let named = self::resource(Some("given"), &[], detected());
        check(&named, "service.name", "given");
    }

    #[test]
    fn a_nameless_service_is_called_by_its_program() {
        let resource = resource(None, &[], Found::default());
        let name = resource.get(&Key::new("service.name")).unwrap().to_string();
        assert!(name.starts_with("unknown_service:inferometer"), "{name}");
        check(&resource, "telemetry.sdk.name", "inferometer");
    }

    #[test]
    fn a_given_instance_id_is_kept() {
        let attributes = [KeyValue::new("service.instance.id", "7")];
        check(&resource(None, &attributes, Found::default()), "service.instance.id", "7");
    }

    #[test]
    fn a_forked_process_has_an_instance_id_of_its_own() {
        let process = std::process::id();
        let detected =
            Found { attributes: vec![KeyValue::new("process.pid", 1)], schema_url: None };
        let parent = resource(Some("named"), &[], detected);
        let child = resource_of_child(&parent, &[]);
        let id = |resource: &Resource| resource.get(&Key::new("service.instance.id"));
        assert_ne!(id(&parent), id(&child));
        check(&child, "service.name", "named");
        check(&child, "process.pid", &process.to_string());
        let given = [KeyValue::new("service.instance.id", "7")];
        check(&resource_of_child(&parent, &given), "service.instance.id", &format!("7.{process}"));
    }

    #[test]
    fn an_instance_id_is_a_version_4_uuid_and_differs() {
        let uuid = new_instance_id();
        assert_eq!(uuid.len(), 36, "{uuid}");
        assert_eq!(uuid.as_bytes()[14], b'4', "{uuid}");
        assert!(b"89ab".contains(&uuid.as_bytes()[19]), "{uuid}");
        assert_ne!(uuid, new_instance_id());
    }
}
