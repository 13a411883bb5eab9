//! Where the spans are sent to.

use super::{
    super::{
        backend, headers,
        otlp_exporter::{Compression, OtlpProtocol},
        problem::Problems,
        raw::Value,
        secret_text::{self, Secret},
        section::Section,
    },
    OwnTraceSettings, milliseconds,
};

const PROTOCOLS: [(&str, OtlpProtocol); 2] =
    [("grpc", OtlpProtocol::Grpc), ("http/protobuf", OtlpProtocol::Http)];
const EXPECTED_GRPC: &str = "http://HOST:PORT or https://HOST:PORT, such as http://127.0.0.1:4317";

/// Reads `exporter`; nothing if it is not sound.
pub(super) fn read(
    exporter: &mut Section<'_>,
    problems: &mut Problems,
) -> Option<OwnTraceSettings> {
    for key in ["otlp_http", "otlp_grpc"] {
        exporter.refuse(key, "otlp with a protocol says it: use that", problems);
    }
    exporter.refuse("console", "spans leave by OTLP alone: use otlp", problems);
    let Some(mut section) = exporter.section("otlp", problems) else {
        exporter.missing("otlp", "protocol and endpoint of a backend", problems);
        return None;
    };
    let settings = read_otlp(&mut section, problems);
    section.close(problems);
    settings
}

fn read_otlp(section: &mut Section<'_>, problems: &mut Problems) -> Option<OwnTraceSettings> {
    if section.node("protocol").is_none() {
        section.missing("protocol", "one of: grpc, http/protobuf", problems);
    }
    let protocol = section.word("protocol", &PROTOCOLS, problems);
    let endpoint = read_endpoint(section, protocol.unwrap_or(OtlpProtocol::Http), problems);
    let headers = read_headers(section, problems);
    let compressions = [Compression::None, Compression::Gzip]
        .map(|compression| (compression.as_str(), compression));
    let compression = section.word("compression", &compressions, problems);
    let timeout = milliseconds(section, "timeout", problems);
    let authorities = section.text("certificate", "a file of certificates", problems);
    let certificate = section.text("client_certificate", "a file", problems);
    let key = section.text("client_key", "a file", problems);
    section.refuse("insecure", "http:// or https:// in endpoint says it: remove it", problems);
    section.refuse("headers_list", "headers has them, as {name: NAME, value: VALUE}", problems);
    section.refuse(
        "tls",
        "certificate, client_certificate and client_key stand beside endpoint",
        problems,
    );
    let is_tls = endpoint.as_ref().is_none_or(|endpoint| backend::is_tls(endpoint));
    for key in ["certificate", "client_certificate", "client_key"] {
        if !is_tls && section.node(key).is_some() {
            let what = "has no effect, as nothing is encrypted: write https://, or remove it";
            section.wrong(key, what, problems);
        }
    }
    let identity = match (certificate, key) {
        (Some(certificate), Some(key)) => Some((certificate.into(), key.into())),
        (Some(_), None) => {
            section.wrong("client_certificate", "needs client_key", problems);
            None
        }
        (None, Some(_)) => {
            section.wrong("client_key", "needs client_certificate", problems);
            None
        }
        (None, None) => None,
    };
    let default = OwnTraceSettings::new(protocol?, &endpoint?);
    Some(OwnTraceSettings {
        headers,
        compression: compression.unwrap_or(default.compression),
        timeout: timeout.unwrap_or(default.timeout),
        authorities: authorities.map(Into::into),
        identity,
        ..default
    })
}

fn read_endpoint(
    section: &mut Section<'_>,
    protocol: OtlpProtocol,
    problems: &mut Problems,
) -> Option<String> {
    let expected = match protocol {
        OtlpProtocol::Grpc => EXPECTED_GRPC,
        OtlpProtocol::Http => backend::EXPECTED_URL,
    };
    if section.node("endpoint").is_none() {
        section.missing("endpoint", expected, problems);
    }
    let text = section.text("endpoint", expected, problems)?;
    let url = match protocol {
        // Without a scheme, nothing would show whether it sends in the clear.
        OtlpProtocol::Grpc => text.contains("://").then(|| backend::read(text, false)).flatten(),
        OtlpProtocol::Http => backend::read_url(text),
    };
    let text = backend::shown(text);
    let Some(url) = url else {
        section.wrong("endpoint", &format!("is {text:?}, expected {expected}"), problems);
        return None;
    };
    if backend::leads_to_metadata(&url) {
        let what = "where a cloud tells this machine its secrets: name a backend";
        section.wrong("endpoint", &format!("is {text:?}, {what}"), problems);
        return None;
    }
    Some(url)
}

/// `headers`, as a list of names with values, or as the mapping that it was before.
fn read_headers(section: &mut Section<'_>, problems: &mut Problems) -> Vec<(String, Secret)> {
    let is_list = matches!(section.node("headers").map(|node| &node.value), Some(Value::List(_)));
    if !is_list {
        return headers::read(section, problems);
    }
    let mut all = Vec::new();
    for mut header in section.sections("headers", problems) {
        for (key, expected) in [("name", "the header's name"), ("value", "the header's value")] {
            if header.node(key).is_none() {
                header.missing(key, expected, problems);
            }
        }
        let at = header.node("name").map(|node| node.at);
        let name = header.text("name", "a header's name", problems);
        let value = secret_text::read(&mut header, "value", "a header's value", problems);
        if let (Some(name), Some(value), Some(at)) = (name, &value, at) {
            headers::check(name, value, at, problems);
        }
        all.extend(name.map(str::to_owned).zip(value));
        header.close(problems);
    }
    all
}
