//! The program's listeners against TLS of other people: grpcio, OpenSSL and curl, with certificates that OpenSSL made.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Output},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use inferometer_tests::{
    Certificates, CollectorProcess,
    oracle::{has_curl, python_program, python_runs},
    wait, workspace_root,
};
use tempfile::TempDir;

/// How often certificates change under load; a larger figure is asked for by this variable.
const ROTATIONS: usize = 30;
const ROTATIONS_VARIABLE: &str = "INFEROMETER_ROTATIONS";

/// Runs curl, which tells nothing but what the server says, and ends within some seconds.
fn curl(arguments: &[&str]) -> Output {
    let fixed = ["--silent", "--show-error", "--max-time", "20"];
    Command::new("curl").args(fixed).args(arguments).output().expect("curl starts")
}

fn text(output: &Output) -> String {
    let both = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// Every listener with TLS, which demands certificates and a token.
fn config(certificates: &Certificates) -> String {
    let [cert, key, ca] =
        ["server.pem", "server.key", "ca.pem"].map(|name| certificates.path(name));
    let guarded = format!(
        "endpoint: \"127.0.0.1:0\", auth: {{authenticator: bearertokenauth}}, tls: {{cert_file: {cert:?}, \
         key_file: {key:?}, client_ca_file: {ca:?}}}"
    );
    format!(
        "\
extensions:
  bearertokenauth: {{tokens: [first, second]}}
receivers:
  otlp:
    protocols:
      grpc: {{{guarded}}}
      http: {{{guarded}}}
exporters:
  prometheus: {{{guarded}}}
  trace_ring: {{{guarded}}}
service:
  extensions: [bearertokenauth]
  pipelines:
    metrics: {{receivers: [otlp], exporters: [prometheus]}}
    traces: {{receivers: [otlp], exporters: [trace_ring]}}
"
    )
}

fn script() -> String {
    workspace_root().join("tests/foreign/python/tls_sender.py").display().to_string()
}

/// What the official exporters report.
fn export(
    certificates: &Certificates,
    collector: &mut CollectorProcess,
    authorization: Option<&str>,
) -> Vec<String> {
    let [grpc, http] = ["OTLP over gRPC", "OTLP over HTTP"]
        .map(|title| format!("https://localhost:{}", collector.address(title).port()));
    let folder = certificates.path("");
    let output = Command::new(python_program())
        // They would stand above the authority that the exporter over HTTP is told.
        .env_remove("REQUESTS_CA_BUNDLE")
        .env_remove("CURL_CA_BUNDLE")
        .arg(script())
        .arg(folder)
        .args([grpc, http])
        .args(authorization)
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines().map(str::to_owned).collect()
}

#[test]
fn official_exporters_deliver_by_mutual_tls_with_a_token_and_not_without() {
    let Some(certificates) = Certificates::make() else { return };
    if !python_runs(&script()) || !has_curl() {
        return;
    }
    let mut collector = CollectorProcess::with_config(&config(&certificates));
    let reported = |result: &str| {
        ["grpc", "http"]
            .map(|name| format!("{{\"exporter\": \"{name}\", \"result\": \"{result}\"}}"))
    };
    assert_eq!(export(&certificates, &mut collector, None), reported("FAILURE"));
    assert_eq!(export(&certificates, &mut collector, Some("Bearer third")), reported("FAILURE"));
    assert_eq!(export(&certificates, &mut collector, Some("Bearer second")), reported("SUCCESS"));
    let [ca, cert, key] =
        ["ca.pem", "client.pem", "client.key"].map(|name| certificates.path(name));
    let [ca, cert, key] = [ca, cert, key].map(|path| path.display().to_string());
    let identified = ["--cacert", &ca, "--cert", &cert, "--key", &key];
    let mut ask = |title: &str, path: &str, more: &[&str]| {
        let url = format!("https://localhost:{}{path}", collector.address(title).port());
        text(&curl(&[&identified, more, &[&url]].concat()))
    };
    let token = ["--header", "authorization: Bearer first"];
    let services = ask("traces", "/api/services", &token);
    assert!(services.contains("\"grpc\"") && services.contains("\"http\""), "{services}");
    let page = ask("metrics", "/metrics", &token);
    let refused = page.lines().find(|line| {
        line.starts_with("infer_collector_request_refused_total{")
            && ["otlp_grpc", "traces", "unauthenticated"].iter().all(|part| line.contains(part))
    });
    assert!(refused.is_some_and(|line| line.ends_with(" 2")), "{refused:?}");
    for path in ["/metrics", "/", "/nowhere"] {
        let code = ask("metrics", path, &["--output", "/dev/null", "--write-out", "%{http_code}"]);
        assert_eq!(code, "401", "{path}");
    }
    // HTTP/2 is agreed on, also for a page.
    let version = ["--http2", "--output", "/dev/null", "--write-out", "%{http_version}"];
    assert_eq!(ask("metrics", "/metrics", &[&token[..], &version].concat()), "2");
}

#[test]
fn openssl_agrees_on_current_versions_alone_and_needs_a_certificate() {
    let Some(certificates) = Certificates::make() else { return };
    let mut collector = CollectorProcess::with_config(&config(&certificates));
    let address = collector.address("OTLP over gRPC").to_string();
    let [ca, cert, key] =
        ["ca.pem", "client.pem", "client.key"].map(|name| certificates.path(name));
    let shake = |more: &[&str], is_identified: bool| {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-brief", "-verify_return_error", "-connect", &address]);
        command.arg("-CAfile").arg(&ca).args(more);
        if is_identified {
            command.arg("-cert").arg(&cert).arg("-key").arg(&key);
        }
        text(&command.stdin(std::process::Stdio::null()).output().expect("openssl starts"))
    };
    for (version, name) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let said = shake(&[version, "-alpn", "h2"], true);
        assert!(said.contains(&format!("Protocol version: {name}")), "{said}");
    }
    let said = shake(&["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], true);
    assert!(!said.contains("Protocol version"), "{said}");
    let said = shake(&["-tls1_2"], false);
    assert!(said.contains("alert"), "{said}");
}

/// Two authorities' certificates, and a link to those that are current, as a mounted secret has it.
struct Mounted {
    folder: TempDir,
    sets: [Certificates; 2],
}

impl Mounted {
    fn make() -> Option<Self> {
        let sets = [Certificates::make()?, Certificates::make()?];
        let mounted = Self { folder: tempfile::tempdir().expect("a folder"), sets };
        mounted.turn_to(0);
        Some(mounted)
    }

    fn current(&self) -> std::path::PathBuf {
        self.folder.path().join("current")
    }

    /// Both files change at once.
    fn turn_to(&self, nth: usize) {
        let next = self.folder.path().join("next");
        symlink(self.sets[nth].path(""), &next).expect("a link");
        fs::rename(next, self.current()).expect("the link is renamed");
    }

    fn authority(&self, nth: usize) -> String {
        self.sets[nth].path("ca.pem").display().to_string()
    }
}

fn count(of: &Path) -> usize {
    fs::read_dir(of).expect("the program runs").count()
}

#[test]
fn certificates_change_under_load_without_a_failure_or_a_leak() {
    let rotations =
        env::var(ROTATIONS_VARIABLE).map_or(ROTATIONS, |text| text.parse().expect("a number"));
    let Some(mounted) = Mounted::make() else { return };
    if !has_curl() {
        return;
    }
    let [cert, key] = ["server.pem", "server.key"].map(|name| mounted.current().join(name));
    let mut collector = CollectorProcess::with_config(&format!(
        "\
receivers:
  otlp:
    protocols:
      http: {{endpoint: \"127.0.0.1:0\", tls: {{cert_file: {cert:?}, key_file: {key:?}, reload_interval: 10ms}}}}
exporters:
  prometheus: {{endpoint: \"127.0.0.1:0\"}}
service:
  pipelines:
    metrics: {{receivers: [otlp], exporters: [prometheus]}}
"
    ));
    let port = collector.address("OTLP over HTTP").port();
    let url = format!("https://localhost:{port}/v1/metrics");
    let posted = ["--header", "content-type: application/json", "--data", "{}", &url];
    let process = format!("/proc/{}", collector.id());
    let open = |what: &str| count(&Path::new(&process).join(what));
    let before = (open("fd"), open("task"));
    let (stops, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        let load = scope.spawn(|| {
            while !stops.load(Ordering::Relaxed) {
                let answer = curl(&[&["--insecure"], &posted[..]].concat());
                assert!(answer.status.success(), "under load: {}", text(&answer));
                sent.fetch_add(1, Ordering::Relaxed);
            }
        });
        for nth in 1..=rotations {
            mounted.turn_to(nth % 2);
            let authority = mounted.authority(nth % 2);
            wait::until("the new certificate", || {
                let answer = curl(&[&["--cacert", &*authority], &posted[..]].concat());
                if answer.status.success() { Ok(()) } else { Err(text(&answer)) }
            });
            assert!(!load.is_finished(), "the load has failed");
        }
        stops.store(true, Ordering::Relaxed);
    });
    assert!(sent.load(Ordering::Relaxed) > 0);
    let old = mounted.authority((rotations + 1) % 2);
    let answer = curl(&[&["--cacert", &*old], &posted[..]].concat());
    assert!(!answer.status.success(), "the old certificate is still shown");
    wait::until("no more descriptors and threads than before", || {
        let now = (open("fd"), open("task"));
        if now.0 <= before.0 && now.1 <= before.1 + 1 {
            Ok(())
        } else {
            Err(format!("{now:?}, before {before:?}"))
        }
    });
    let renewed =
        [("infer_collector_reload_result", "renewed"), ("infer_collector_listener", "otlp_http")];
    let (renewed, _) = collector.scrape().sum("infer_collector_credential_reload_total", &renewed);
    assert!(renewed >= rotations as f64, "{renewed} of {rotations} were counted");
}
