//! The instrumentation scope as labels.

use inferometer_semconv::prometheus_name::label_name;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;

use super::draft::{Draft, Source};
use crate::otlp::text;

const PREFIX: &str = "otel_scope_";
const NAME: &str = "otel_scope_name";
const VERSION: &str = "otel_scope_version";
const SCHEMA_URL: &str = "otel_scope_schema_url";

/// The instrumentation scope of a metric.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Scope<'a> {
    pub(in super::super) scope: Option<&'a InstrumentationScope>,
    pub(in super::super) schema_url: &'a str,
}

impl<'a> Scope<'a> {
    pub(super) fn add_to(self, labels: &mut Draft<'a>) {
        labels.add(Source::Scope, SCHEMA_URL, self.schema_url);
        let Some(scope) = self.scope else {
            return;
        };
        labels.add(Source::Scope, NAME, &*scope.name);
        labels.add(Source::Scope, VERSION, &*scope.version);
        for pair in &scope.attributes {
            let key = format!("{PREFIX}{}", pair.key);
            // The specification has these three dropped, not joined: they would change what the scope is called.
            if !matches!(&*label_name(&key), NAME | VERSION | SCHEMA_URL) {
                labels.add(Source::Scope, key, text(pair.value.as_ref()));
            }
        }
    }
}
