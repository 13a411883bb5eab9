//! Which versions of TLS are spoken.

use rustls::{SupportedProtocolVersion, version};

use crate::config::TlsVersion;

/// Those from the oldest to the newest that the settings name; without the latter, to the newest that there is.
pub(super) fn versions(
    min: TlsVersion,
    max: Option<TlsVersion>,
) -> Vec<&'static SupportedProtocolVersion> {
    let range = min..=max.unwrap_or(TlsVersion::V1_3);
    [(TlsVersion::V1_2, &version::TLS12), (TlsVersion::V1_3, &version::TLS13)]
        .into_iter()
        .filter_map(|(version, supported)| range.contains(&version).then_some(supported))
        .collect()
}
