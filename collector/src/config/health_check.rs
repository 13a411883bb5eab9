//! The extension `health_check`: where the collector says whether it works.

use std::net::SocketAddr;

use super::{
    component::{Defined, Read},
    extensions::ExtensionSettings,
    listener_limits,
    problem::Problems,
    protection::{self, ProtectionSettings},
    receivers::listen,
    resolved::Component,
    section::Section,
    settings::loopback,
};
use crate::http::Limits;

/// Settings of the extension `health_check`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthCheckSettings {
    /// Where it listens; port 0 takes a free one. Default 127.0.0.1:13133.
    pub endpoint: SocketAddr,
    /// Where the status is, beside `/status`; default `/`.
    pub path: String,
    /// Whether `POST /-/reload` is answered by a reload; default false. The OpenTelemetry Collector has no such key.
    pub reload: bool,
    /// What it takes from those who ask.
    pub limits: Limits,
    /// Who they may be.
    pub protection: ProtectionSettings,
}

impl Default for HealthCheckSettings {
    fn default() -> Self {
        Self {
            endpoint: loopback(13133),
            path: "/".to_owned(),
            reload: false,
            limits: Limits::DEFAULT,
            protection: ProtectionSettings::NONE,
        }
    }
}

/// Reads `health_check`.
pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> Read<ExtensionSettings> {
    const EXPECTED: &str = "a path, such as /health";
    let default = HealthCheckSettings::default();
    let mut listeners = Vec::new();
    let endpoint = listen(section, default.endpoint, &mut listeners, problems);
    let protection = protection::read(section, &mut listeners, problems);
    let path = section.text("path", EXPECTED, problems).unwrap_or(&default.path).to_owned();
    if !path.starts_with('/') || path.contains(['?', '#']) {
        section.wrong("path", &format!("is {path:?}, expected {EXPECTED}"), problems);
    }
    let mut reload = default.reload;
    if let Some(mut section) = section.section("reload", problems) {
        reload = section.flag("enabled", problems).unwrap_or(reload);
        section.close(problems);
    }
    for (key, remedy) in [
        (
            "response_body",
            "the answer is the status in JSON, and its code says the same: remove it",
        ),
        ("check_collector_pipeline", "the status says how exporters fare: remove it"),
        ("use_v2", "the status has the shape of v2: remove it"),
        ("http", "set endpoint, tls, auth and path here, beside each other"),
        ("grpc", "grpc.health.v1.Health is on the gRPC listener of the receiver otlp: remove it"),
        (
            "component_health",
            "an exporter's error is in the status, and never ends the collector: remove it",
        ),
    ] {
        section.refuse(key, remedy, problems);
    }
    let limits = listener_limits::read_page(section, problems);
    let settings = HealthCheckSettings { endpoint, path, reload, limits, protection };
    Read { settings: ExtensionSettings::HealthCheck(Box::new(settings)), listeners }
}

/// Those that `service.extensions` names.
pub(super) fn used(
    extensions: Vec<Defined<ExtensionSettings>>,
) -> Vec<Component<HealthCheckSettings>> {
    let used = extensions.into_iter().filter(|extension| extension.used);
    used.filter_map(|extension| match extension.read?.settings {
        ExtensionSettings::HealthCheck(settings) => {
            Some(Component { id: extension.id, settings: *settings })
        }
        ExtensionSettings::FileStorage(_) | ExtensionSettings::Authenticator(_) => None,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn parse(extensions: &str, started: &str) -> Result<Config, String> {
        let text = format!(
            "extensions: {{{extensions}}}\nreceivers: {{otlp: {{protocols: {{http: }}}}}}\nexporters: {{prometheus: \
             }}\nservice: {{extensions: [{started}], pipelines: {{metrics: {{receivers: [otlp], exporters: \
             [prometheus]}}}}}}\n"
        );
        Config::parse("c.yaml", &text).map_err(|error| error.to_string())
    }

    #[test]
    fn only_what_the_service_starts_listens() {
        let config = parse("health_check: ", "health_check").expect("it is sound");
        let [check] = &config.resolved.health_checks[..] else { panic!("{config:?}") };
        assert_eq!(check.settings, HealthCheckSettings::default());
        assert_eq!(check.settings.endpoint.to_string(), "127.0.0.1:13133");
        let config = parse("health_check: ", "").expect("it is sound");
        assert_eq!(config.resolved.health_checks, []);
    }

    #[test]
    fn an_authenticator_is_found_whatever_the_order() {
        let [bearer, check] = [
            "bearertokenauth: {tokens: [t]}",
            "health_check: {endpoint: \"0.0.0.0:13133\", auth: {authenticator: bearertokenauth}}",
        ];
        for extensions in [format!("{bearer}, {check}"), format!("{check}, {bearer}")] {
            let config = parse(&extensions, "bearertokenauth, health_check").expect("it is sound");
            let auth = config.resolved.health_checks[0].settings.protection.auth.clone();
            let shown = format!("{:?}", auth.expect("it is asked for").settings);
            assert!(!shown.contains("Inline([])"), "nobody is let in: {shown}");
        }
        let wrong = parse(check, "health_check").expect_err("nobody knows it");
        assert!(wrong.contains("which extensions does not define"), "{wrong}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (settings, expected) in [
            ("path: health", "extensions.health_check.path is \"health\", expected a path"),
            ("endpoint: \"127.0.0.1:4318\"", "listens already: give one of them another port"),
            ("reload: {enable: true}", "enabled"),
            ("use_v2: true", "the status has the shape of v2: remove it"),
        ] {
            let wrong = parse(&format!("health_check: {{{settings}}}"), "health_check");
            let wrong = wrong.expect_err("it is no configuration");
            assert!(wrong.contains(expected), "{wrong}");
        }
    }
}
