//! What keeps strangers out of a listener.

use super::{
    auth,
    authenticator::AuthSettings,
    component::Listener,
    problem::Problems,
    section::Section,
    tls_server::{self, TlsServerSettings},
};

/// Who may reach a listener, and whether others can listen in; by default everybody who can connect.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProtectionSettings {
    /// TLS; without, everything goes in the clear.
    pub tls: Option<TlsServerSettings>,
    /// Whose tokens or passwords every request must have.
    pub auth: Option<AuthSettings>,
}

impl ProtectionSettings {
    /// Everybody who can connect, in the clear.
    pub const NONE: Self = Self { tls: None, auth: None };

    /// Whether peers have to show who they are.
    fn knows_peers(&self) -> bool {
        let demands_certificates =
            self.tls.as_ref().is_some_and(|tls| tls.client_authorities.is_some());
        demands_certificates || self.auth.is_some()
    }
}

/// Reads `tls` and `auth` of the listener whose endpoint was noted last.
pub(super) fn read(
    section: &mut Section<'_>,
    listeners: &mut [Listener],
    problems: &mut Problems,
) -> ProtectionSettings {
    let has_tls = section.node("tls").is_some();
    let name = auth::read(section, true, problems);
    let auth = name.as_ref().map(|name| AuthSettings::named(name.id.clone()));
    let settings = ProtectionSettings { tls: tls_server::read(section, problems), auth };
    if let Some(listener) = listeners.last_mut() {
        listener.is_secured = has_tls;
        listener.knows_peers = settings.knows_peers();
        listener.auth = name;
    }
    settings
}
