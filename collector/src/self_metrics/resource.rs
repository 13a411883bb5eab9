//! Who the collector says it is.

use opentelemetry::{Key, KeyValue};
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, KeyValue as ProtoKeyValue, any_value::Value,
};
use opentelemetry_sdk::Resource;

const SERVICE_NAME: &str = "service.name";
const SERVICE_INSTANCE_ID: &str = "service.instance.id";

/// What the environment says (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`), completed by the collector's own name
/// and an instance id that is new with every start.
pub(super) fn resource() -> Resource {
    complete(&Resource::builder().build())
}

/// The same name, under an instance id that is new with every call.
pub(super) fn new_source() -> Vec<ProtoKeyValue> {
    let pair = |key: &str, text: String| {
        let value = Some(AnyValue { value: Some(Value::StringValue(text)) });
        ProtoKeyValue { key: key.to_owned(), value, ..ProtoKeyValue::default() }
    };
    let name = resource().get(&Key::from_static_str(SERVICE_NAME)).map(|name| name.to_string());
    vec![
        pair(SERVICE_NAME, name.unwrap_or_default()),
        pair(SERVICE_INSTANCE_ID, inferometer_sdk::new_instance_id()),
    ]
}

fn complete(detected: &Resource) -> Resource {
    let given = |key| detected.get(&Key::from_static_str(key)).map(|value| value.to_string());
    let is_named = given(SERVICE_NAME).is_some_and(|name| !name.starts_with("unknown_service"));
    let has_id = given(SERVICE_INSTANCE_ID).is_some();
    let mut own = vec![KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))];
    if !is_named {
        own.push(KeyValue::new(SERVICE_NAME, "inferometer"));
    }
    if !has_id {
        own.push(KeyValue::new(SERVICE_INSTANCE_ID, inferometer_sdk::new_instance_id()));
    }
    let detected = detected.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    Resource::builder_empty().with_attributes(detected.chain(own)).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &[(&'static str, &'static str)], key: &'static str, expected: &str) {
        let given = given.iter().map(|(key, value)| KeyValue::new(*key, *value));
        let resource = complete(&Resource::builder_empty().with_attributes(given).build());
        let seen = resource.get(&Key::from_static_str(key)).map(|value| value.to_string());
        assert_eq!(seen.as_deref(), Some(expected));
    }

    #[test]
    fn what_is_given_is_kept_and_the_rest_completed() {
        check(&[], "service.name", "inferometer");
        check(&[("service.name", "unknown_service:x")], "service.name", "inferometer");
        check(&[("service.name", "gateway")], "service.name", "gateway");
        check(&[("service.instance.id", "7")], "service.instance.id", "7");
    }

    #[test]
    fn two_starts_are_two_instances() {
        let id = || complete(&Resource::builder_empty().build());
        assert_ne!(id(), id());
    }
}
