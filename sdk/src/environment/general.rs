//! Variables of the SDK as a whole.

use opentelemetry::KeyValue;

use super::{
    parse::{boolean, pairs, said, set, words},
    variable::{Complaint, Outcome, Use, Variable},
};
use crate::{
    resource::Detector,
    telemetry::{Propagator, Settings},
};

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
        effect: "attributes of the resource; one invalid part makes all of it ignored",
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
    Variable {
        name: "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS",
        effect: "which detectors complete the resource: `host`, `os`, `process`, `container`, `kubernetes`, `gpu` (cargo \
                 feature `nvml`), `*` for all of them or `none`. `otel`, `service` and `service_instance` are taken too, \
                 and always on",
        values: "none, or names of detectors in a list with commas",
        default: "`host,os,process,container,kubernetes`",
        used: Use::Read(detectors),
    },
];

/// What other SDKs call what is always done here: `telemetry.sdk.*`, `service.name` and `service.instance.id`.
const ALWAYS: [&str; 4] = ["otel", "env", "service", "service_instance"];

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
    let (known, unknown) = known(words, Propagator::from_word);
    settings.propagators = Some(known.ok_or(Complaint::NotAValue)?);
    left_out(&unknown, "tracecontext and baggage, or none")
}

fn detectors(settings: &mut Settings, value: &str) -> Outcome {
    let built_in = &mut settings.detection.built_in;
    let mut words = words(value);
    if words == ["none"] {
        return set(built_in, Some(Some(Vec::new())));
    }
    if words.iter().any(|word| word == "*" || word == "all") {
        return set(built_in, Some(Some(Detector::ALL.to_vec())));
    }
    let all = words.len();
    words.retain(|word| !ALWAYS.contains(&&**word));
    let only_always = words.len() < all;
    let (known, unknown) = known(words, Detector::from_word);
    *built_in = Some(match known {
        None if only_always => Vec::new(),
        known => known.ok_or(Complaint::NotAValue)?,
    });
    left_out(
        &unknown,
        "host, os, process, container, kubernetes, or gpu with the cargo feature nvml",
    )
}

/// What the words mean, if one of them means something, and those that mean nothing.
fn known<T>(
    words: Vec<String>,
    from_word: impl Fn(&str) -> Option<T>,
) -> (Option<Vec<T>>, Vec<String>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for word in words {
        match from_word(&word) {
            Some(meant) => known.push(meant),
            None => unknown.push(word),
        }
    }
    ((!known.is_empty()).then_some(known), unknown)
}

fn left_out(unknown: &[String], remedy: &str) -> Outcome {
    if unknown.is_empty() {
        return Ok(());
    }
    let unknown = unknown.join(",");
    said(format!("has more than can be used, and `{unknown}` is left out: use {remedy}"))
}
