//! How the settings of receivers are read.

use std::net::SocketAddr;

use super::{
    component::{Kind, Listener, Read},
    problem::Problems,
    resolved::ReceiverSettings,
    section::Section,
    settings::{OtlpListenerSettings, OtlpReceiverSettings},
};

/// Largest request that may be configured, in MiB: it is held in memory whole.
const REQUEST_MIB_MAX: u64 = 1024;

/// The receivers that a file may define.
pub(super) const RECEIVERS: &[Kind<ReceiverSettings>] = &[Kind { name: "otlp", read: otlp }];

fn otlp(section: &mut Section<'_>, problems: &mut Problems) -> Read<ReceiverSettings> {
    let mut listeners = Vec::new();
    let mut settings = OtlpReceiverSettings { grpc: None, http: None };
    match section.section("protocols", problems) {
        Some(mut protocols) => {
            let grpc = protocols.section("grpc", problems);
            settings.grpc = grpc.map(|grpc| read_grpc(grpc, &mut listeners, problems));
            let http = protocols.section("http", problems);
            settings.http = http.map(|http| read_http(http, &mut listeners, problems));
            if protocols.entries().next().is_none() {
                let message = format!(
                    "{} is empty, expected grpc, http or both",
                    section.path_of("protocols")
                );
                problems.error(protocols.at(), message);
            }
            protocols.close(problems);
        }
        None => section.missing("protocols", "grpc, http or both", problems),
    }
    Read { settings: ReceiverSettings::Otlp(settings), listeners }
}

fn read_grpc(
    mut grpc: Section<'_>,
    listeners: &mut Vec<Listener>,
    problems: &mut Problems,
) -> OtlpListenerSettings {
    let default = OtlpListenerSettings::GRPC_DEFAULT;
    let endpoint = listen(&mut grpc, default.endpoint, listeners, problems);
    let mebibytes = grpc.number("max_recv_msg_size_mib", 1..=REQUEST_MIB_MAX, problems);
    grpc.close(problems);
    OtlpListenerSettings {
        endpoint,
        body_bytes_max: mebibytes.map_or(default.body_bytes_max, |mebibytes| mebibytes << 20),
    }
}

fn read_http(
    mut http: Section<'_>,
    listeners: &mut Vec<Listener>,
    problems: &mut Problems,
) -> OtlpListenerSettings {
    let default = OtlpListenerSettings::HTTP_DEFAULT;
    let endpoint = listen(&mut http, default.endpoint, listeners, problems);
    let bytes = http.number("max_request_body_size", 1..=REQUEST_MIB_MAX << 20, problems);
    http.close(problems);
    OtlpListenerSettings { endpoint, body_bytes_max: bytes.unwrap_or(default.body_bytes_max) }
}

/// Reads `endpoint` and notes what is listened on.
pub(super) fn listen(
    section: &mut Section<'_>,
    default: SocketAddr,
    listeners: &mut Vec<Listener>,
    problems: &mut Problems,
) -> SocketAddr {
    let (at, address) =
        section.listen_address("endpoint", default, problems).unwrap_or((section.at(), default));
    listeners.push(Listener { at, path: section.path_of("endpoint"), address });
    address
}
