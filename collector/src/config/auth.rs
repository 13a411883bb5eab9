//! `auth` of listeners and exporters: which authenticator it names, and whether there is such a one.

use super::{
    authenticator::{AuthSettings, AuthenticatorSettings},
    component::Defined,
    component_id::ComponentId,
    extensions::ExtensionSettings,
    nearest,
    problem::{Position, Problems},
    resolved::{ExporterSettings, ReceiverSettings},
    section::Section,
    service::Definitions,
};

/// A name in the file that must be that of an authenticator.
#[derive(Debug, Clone)]
pub(super) struct AuthName {
    pub(super) at: Position,
    /// The key that has it.
    pub(super) path: String,
    pub(super) id: ComponentId,
    /// Whether a listener asks it, or else an exporter.
    pub(super) is_of_listener: bool,
}

/// Reads `auth`, if it is there.
pub(super) fn read(
    section: &mut Section<'_>,
    is_of_listener: bool,
    problems: &mut Problems,
) -> Option<AuthName> {
    const EXPECTED: &str = "the name of an extension, such as bearertokenauth";
    let mut auth = section.section("auth", problems)?;
    if auth.node("authenticator").is_none() {
        auth.missing("authenticator", EXPECTED, problems);
    }
    let at = auth.node("authenticator").map_or(auth.at(), |node| node.at);
    let name = auth.text("authenticator", EXPECTED, problems);
    let remedy =
        "no authenticator looks at what stands in a URL, which is written to logs: remove it";
    auth.refuse("request_params", remedy, problems);
    let path = auth.path_of("authenticator");
    auth.close(problems);
    let name = name?;
    let id = ComponentId::parse(name);
    if id.is_none() {
        problems.error(at, format!("{path} is {name:?}, expected {EXPECTED}"));
    }
    Some(AuthName { at, path, id: id?, is_of_listener })
}

/// Gives every listener and exporter that names an authenticator its settings.
pub(super) fn connect(definitions: &mut Definitions, problems: &mut Problems) {
    let Definitions { extensions, receivers, exporters, .. } = definitions;
    let names = receivers.iter().filter_map(|it| it.read.as_ref()).flat_map(|it| &it.listeners);
    let of_exporters = exporters.iter().filter_map(|it| it.read.as_ref());
    let of_extensions = extensions.iter().filter_map(|it| it.read.as_ref());
    let names = names
        .chain(of_exporters.clone().flat_map(|it| &it.listeners))
        .chain(of_extensions.flat_map(|it| &it.listeners));
    for name in names.filter_map(|listener| listener.auth.as_ref()) {
        find(name, extensions, problems);
    }
    for exporter in &*exporters {
        if let Some(ExporterSettings::Otlp(settings)) =
            exporter.read.as_ref().map(|read| &read.settings)
            && let Some(auth) = &settings.auth
        {
            let path = format!("exporters.{}.auth.authenticator", exporter.id);
            let id = auth.authenticator.clone();
            let name = AuthName { at: exporter.at, path, id, is_of_listener: false };
            find(&name, extensions, problems);
        }
    }
    fill_own(extensions);
    for receiver in receivers.iter_mut().filter_map(|it| it.read.as_mut()) {
        let ReceiverSettings::Otlp(settings) = &mut receiver.settings;
        for listener in settings.grpc.iter_mut().chain(&mut settings.http) {
            fill(&mut listener.protection.auth, extensions);
        }
    }
    for exporter in exporters.iter_mut().filter_map(|it| it.read.as_mut()) {
        match &mut exporter.settings {
            ExporterSettings::Otlp(settings) => fill(&mut settings.auth, extensions),
            ExporterSettings::Prometheus(settings) => {
                fill(&mut settings.protection.auth, extensions);
            }
            ExporterSettings::TraceRing(settings) => {
                fill(&mut settings.protection.auth, extensions);
            }
            ExporterSettings::Debug(_) | ExporterSettings::File(_) => {}
        }
    }
}

/// Extensions that listen ask others.
fn fill_own(extensions: &mut [Defined<ExtensionSettings>]) {
    for nth in 0..extensions.len() {
        let settings_of =
            |extension: &Defined<ExtensionSettings>| match &extension.read.as_ref()?.settings {
                ExtensionSettings::HealthCheck(settings) => Some(settings.clone()),
                ExtensionSettings::FileStorage(_) | ExtensionSettings::Authenticator(_) => None,
            };
        let Some(mut settings) = settings_of(&extensions[nth]) else { continue };
        fill(&mut settings.protection.auth, extensions);
        if let Some(read) = &mut extensions[nth].read {
            read.settings = ExtensionSettings::HealthCheck(settings);
        }
    }
}

/// What is said of a name that is reported needs no settings.
fn fill(auth: &mut Option<AuthSettings>, extensions: &[Defined<ExtensionSettings>]) {
    if let Some(auth) = auth
        && let Some(settings) = settings_of(&auth.authenticator, extensions)
    {
        auth.settings = settings.clone();
    }
}

fn settings_of<'a>(
    id: &ComponentId,
    extensions: &'a [Defined<ExtensionSettings>],
) -> Option<&'a AuthenticatorSettings> {
    let found = extensions.iter().find(|extension| extension.id == *id)?;
    match &found.read.as_ref()?.settings {
        ExtensionSettings::Authenticator(settings) => Some(settings),
        ExtensionSettings::FileStorage(_) | ExtensionSettings::HealthCheck(_) => None,
    }
}

/// Reports a name that is none of an authenticator that runs.
fn find(name: &AuthName, extensions: &[Defined<ExtensionSettings>], problems: &mut Problems) {
    let AuthName { at, path, id, is_of_listener } = name;
    let shown = id.to_string();
    let Some(extension) = extensions.iter().find(|extension| extension.id == *id) else {
        let names: Vec<_> = extensions.iter().map(|extension| extension.id.to_string()).collect();
        let hint = nearest::hint(&shown, names.iter().map(String::as_str));
        let message = format!("{path} is {shown:?}, which extensions does not define{hint}");
        return problems.error(*at, message);
    };
    if extension.read.is_none() {
        return; // its own error says what is wrong
    }
    let what = match settings_of(id, extensions) {
        None => "which is no authenticator: name a bearertokenauth or a basicauth".to_owned(),
        Some(_) if !extension.used => {
            format!("which service.extensions does not start: add {shown} there")
        }
        // Its own error says what is wrong.
        Some(settings) if !settings.is_of_listeners() && !settings.is_of_exporters() => return,
        Some(settings) if *is_of_listener && !settings.is_of_listeners() => {
            "which has no htpasswd, so that it knows nobody: give it one".to_owned()
        }
        Some(settings) if !is_of_listener && !settings.is_of_exporters() => {
            "which has no client_auth, so that it has nothing to send: define another with one"
                .to_owned()
        }
        Some(_) => return,
    };
    problems.error(*at, format!("{path} is {shown:?}, {what}"));
}
