//! Variables of the SDK as a whole.

use opentelemetry::KeyValue;

use super::{
    parse::{boolean, pairs, said, set, words},
    variable::{Complaint, Outcome, Use, Variable},
};
use crate::telemetry::{Propagator, Settings};

pub(super) const VARIABLES: &[Variable] = &[
    Variable {
        name: "OTEL_SDK_DISABLED",
        effect: "`true`: record, but export nothing, detect nothing and start no thread. Propagators are set all the same",
        values: "true or false",
        default: "`false`",
        used: Use::Read(|settings, value| boolean(&mut settings.disabled, value)),
    },
    Variable {
        name: "OTEL_RESOURCE_ATTRIBUTES",
        effect: "attributes of the resource; one part that is wrong spoils all",
        values: "key=value,key=value with other characters percent-encoded",
        default: "none",
        used: Use::Read(resource_attributes),
    },
    Variable {
        name: "OTEL_SERVICE_NAME",
        effect: "`service.name`, also where `OTEL_RESOURCE_ATTRIBUTES` has one",
        values: "any text",
        default: "`unknown_service:` and the program's file name",
        used: Use::Read(|settings, value| {
            settings.service_name = Some(value.to_owned());
            Ok(())
        }),
    },
    Variable {
        name: "OTEL_PROPAGATORS",
        effect: "what `opentelemetry::global` carries contexts by. When it is set, starting telemetry sets the global \
                 propagator; when not, only `Telemetry::install_global` does. `b3`, `b3multi`, `jaeger`, `xray` and \
                 `ottrace` are not built in: set one with `global::set_text_map_propagator`",
        values: "none, or tracecontext and baggage in a list with commas",
        default: "`tracecontext,baggage`",
        used: Use::Read(propagators),
    },
];

fn resource_attributes(settings: &mut Settings, value: &str) -> Outcome {
    let pairs = pairs(value).ok_or(Complaint::NotAValue)?;
    let attributes = pairs.into_iter().map(|(key, value)| KeyValue::new(key, value));
    settings.resource_attributes.extend(attributes);
    Ok(())
}

/// Takes the words that it knows, if there is one, and names the others.
fn propagators(settings: &mut Settings, value: &str) -> Outcome {
    let words = words(value);
    if words == ["none"] {
        return set(&mut settings.propagators, Some(Some(Vec::new())));
    }
    let (known, unknown): (Vec<_>, Vec<_>) = words
        .into_iter()
        .map(|word| Propagator::from_word(&word).ok_or(word))
        .partition(Result::is_ok);
    let known: Vec<_> = known.into_iter().filter_map(Result::ok).collect();
    let unknown: Vec<_> = unknown.into_iter().filter_map(Result::err).collect();
    if known.is_empty() {
        return Err(Complaint::NotAValue);
    }
    settings.propagators = Some(known);
    if unknown.is_empty() {
        return Ok(());
    }
    said(format!(
        "has more than can be used, and `{}` is left out: use tracecontext and baggage, or none",
        unknown.join(",")
    ))
}
