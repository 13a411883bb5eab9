//! The sections that define components: `receivers`, `processors`, `exporters`, `connectors`, `extensions`.

use std::net::SocketAddr;

use super::{
    auth::AuthName,
    component_id::ComponentId,
    foreign, nearest,
    problem::{Position, Problems},
    section::Section,
};

/// What a component of the file listens on.
#[derive(Debug, Clone)]
pub(super) struct Listener {
    /// Where the address is written, or the component's key if it is the default.
    pub(super) at: Position,
    /// The key that sets it.
    pub(super) path: String,
    pub(super) address: SocketAddr,
    /// Whether it speaks TLS.
    pub(super) is_secured: bool,
    /// Whether its peers have to show who they are.
    pub(super) knows_peers: bool,
    /// Who says who they are, if anybody does.
    pub(super) auth: Option<AuthName>,
}

/// What reading a component comes to.
#[derive(Debug)]
pub(super) struct Read<S> {
    pub(super) settings: S,
    pub(super) listeners: Vec<Listener>,
}

/// A component type that this collector has, and how its settings are read. Wrong values are reported and replaced by
/// the default, so that reading goes on.
#[derive(Debug)]
pub(super) struct Kind<S> {
    pub(super) name: &'static str,
    pub(super) read: fn(&mut Section<'_>, &mut Problems) -> Read<S>,
}

/// A component as the file defines it.
#[derive(Debug)]
pub(super) struct Defined<S> {
    pub(super) id: ComponentId,
    pub(super) at: Position,
    /// Nothing if the type is unknown, which is reported once, here.
    pub(super) read: Option<Read<S>>,
    /// Whether a pipeline names it.
    pub(super) used: bool,
}

/// Reads every component of a section whose types are `kinds`; `role` is its name in the singular.
pub(super) fn read_all<S>(
    section: Option<Section<'_>>,
    role: &str,
    kinds: &[Kind<S>],
    problems: &mut Problems,
) -> Vec<Defined<S>> {
    let Some(section) = section else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (key, node) in section.entries() {
        let Some(id) = ComponentId::parse(&key.name) else {
            problems.error(
                key.at,
                format!("{:?} names no {role}, expected TYPE or TYPE/NAME", key.name),
            );
            continue;
        };
        let kind = kinds.iter().find(|kind| kind.name == id.kind());
        if kind.is_none() {
            let known = kinds.iter().map(|kind| kind.name);
            problems.error(key.at, unknown(role, &id, known));
        }
        let read = kind.map(|kind| {
            let mut settings = Section::open(section.path_of(&key.name), key.at, node, problems);
            let read = (kind.read)(&mut settings, problems);
            settings.close(problems);
            read
        });
        all.push(Defined { id, at: key.at, read, used: false });
    }
    all
}

/// What is said about a type that this collector does not have: what to do instead if the OpenTelemetry Collector has it,
/// or else what may have been meant.
fn unknown<'a>(
    role: &str,
    id: &ComponentId,
    known: impl Iterator<Item = &'a str> + Clone,
) -> String {
    let kind = id.kind();
    if let Some(remedy) = foreign::remedy(role, kind) {
        return format!("{role} {id} is not in this collector: {remedy}");
    }
    let is_near = nearest::nearest(kind, known.clone()).is_some();
    let foreign = nearest::nearest(kind, foreign::types(role)).filter(|_| !is_near);
    match foreign.and_then(|name| Some((name, foreign::remedy(role, name)?))) {
        Some((name, remedy)) => {
            format!(
                "unknown {role} type {kind:?}, did you mean {name:?}? It is not in this collector: {remedy}"
            )
        }
        None => format!("unknown {role} type {kind:?}{}", nearest::hint(kind, known)),
    }
}
