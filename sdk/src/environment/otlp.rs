//! Variables of OTLP: each once for both signals, and once for each.

use super::{
    parse::{boolean, headers, said, set, timeout},
    variable::{Complaint, Given, Outcome, Use, Variable},
};
use crate::{
    export::{Compression, Protocol},
    telemetry::{Endpoint, OtlpSettings},
};

pub(super) const VARIABLES: &[Variable] = &[
    Variable {
        name: "ENDPOINT",
        effect: "the collector's base URL, to which HTTP adds `/v1/metrics` and `/v1/traces`; a signal's own is used as it \
                 is. One that is no URL is an error of the start",
        values: "a URL with http:// or https://",
        default: "`http://localhost:4317`, over HTTP `http://localhost:4318`",
        used: Use::Otlp(|otlp, Given { value, own }| {
            let endpoint = if own { Endpoint::Exact } else { Endpoint::Base };
            otlp.endpoint = Some(endpoint(value.to_owned()));
            Ok(())
        }),
    },
    Variable {
        name: "INSECURE",
        effect: "for a gRPC endpoint that is no URL but `HOST:PORT`: `true` puts http:// before it, `false` https://. \
                 Without it such an endpoint is an error of the start",
        values: "true or false",
        default: "not set",
        used: Use::Otlp(|otlp, Given { value, .. }| {
            boolean(otlp.insecure.get_or_insert_default(), value)
        }),
    },
    Variable {
        name: "PROTOCOL",
        effect: "how requests are carried: `grpc` or `http/protobuf`. `http/json` is not spoken, and no collector needs it",
        values: "grpc or http/protobuf",
        default: "`http/protobuf` where the endpoint has a path or port 4318, otherwise `grpc`",
        used: Use::Otlp(protocol),
    },
    Variable {
        name: "HEADERS",
        effect: "headers of every request. Their values are never shown",
        values: "key=value,key=value with other characters percent-encoded",
        default: "none",
        used: Use::Otlp(|otlp, given| set(&mut otlp.headers, headers(given.value))),
    },
    Variable {
        name: "TIMEOUT",
        effect: "milliseconds for one export, retries included. 0: no limit",
        values: "a whole number from 0",
        default: "10000",
        used: Use::Otlp(|otlp, given| set(&mut otlp.timeout, timeout(given.value))),
    },
    Variable {
        name: "COMPRESSION",
        effect: "how requests are compressed",
        values: "none or gzip, or zstd where the cargo feature `zstd` is on",
        default: "`none`",
        used: Use::Otlp(|otlp, given| {
            let word = given.value.to_ascii_lowercase();
            set(&mut otlp.compression, Compression::from_word(&word))
        }),
    },
    Variable {
        name: "CERTIFICATE",
        effect: "PEM file of the authorities that an https:// endpoint may be certified by. A file that cannot be used is \
                 an error of the start",
        values: "a path",
        default: "those that the system trusts",
        used: Use::Otlp(|otlp, given| file(&mut otlp.tls.certificate, given)),
    },
    Variable {
        name: "CLIENT_CERTIFICATE",
        effect: "PEM file of this program's own certificate and its chain",
        values: "a path",
        default: "none",
        used: Use::Otlp(|otlp, given| file(&mut otlp.tls.client_certificate, given)),
    },
    Variable {
        name: "CLIENT_KEY",
        effect: "PEM file of its private key",
        values: "a path",
        default: "none",
        used: Use::Otlp(|otlp, given| file(&mut otlp.tls.client_key, given)),
    },
];

fn protocol(otlp: &mut OtlpSettings, given: Given<'_>) -> Outcome {
    let word = given.value.to_ascii_lowercase();
    if word == "http/json" {
        return said(
            "is ignored, and the endpoint decides: use http/protobuf, which the same port takes",
        );
    }
    let protocol = Protocol::from_word(&word).ok_or(Complaint::NotAValue)?;
    otlp.protocol = Some(protocol);
    Ok(())
}

fn file(field: &mut Option<std::path::PathBuf>, given: Given<'_>) -> Outcome {
    *field = Some(given.value.into());
    Ok(())
}
