//! What is written decodes to what was sent, whatever happens to the file.

use std::{fs, path::Path};

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;
use tempfile::TempDir;

use super::*;
use crate::{
    pipeline::{Ack, Counts, Item, RejectReason, Signal, Tenant},
    self_metrics::{SelfCounter, SelfMetrics},
};

/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(10);

struct Bench {
    folder: TempDir,
    exporter: FileExporter,
    metrics: Arc<SelfMetrics>,
}

impl Bench {
    fn start(adapt: impl FnOnce(&mut FileExporterSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = FileExporterSettings::new(folder.path().join("out"));
        settings.flush_interval = Duration::ZERO;
        adapt(&mut settings);
        let metrics = Arc::new(SelfMetrics::default());
        let exporter = FileExporter::start("file", &settings, &metrics).unwrap();
        Self { folder, exporter, metrics }
    }

    fn offer(&self, request: &ExportTraceServiceRequest) {
        let bytes: Bytes = request.encode_to_vec().into();
        let counts = Counts { items: 1 };
        let item = Item {
            signal: Signal::Traces,
            bytes,
            counts,
            tenant: Tenant::default(),
            ack: Ack::ignored(),
            traced: Default::default(),
        };
        let exporter = self.exporter.exporter();
        let place = exporter.reserve(&item).unwrap();
        place.commit(item);
    }

    /// Stops, and says what is in the folder and what was counted.
    async fn end(self) -> (TempDir, [u64; 2]) {
        self.exporter.shutdown(PATIENCE).await;
        let of = |counter, reason: Option<RejectReason>| {
            let reason = reason.map(RejectReason::as_str);
            let mut counts = self.metrics.counts();
            let found = counts.find(|count| {
                count.counter == counter && count.signal == Signal::Traces && count.reason == reason
            });
            found.unwrap().value
        };
        let exported = of(SelfCounter::Exported, None);
        let failed = of(SelfCounter::Rejected, Some(RejectReason::WriteFailed));
        (self.folder, [exported, failed])
    }
}

fn request(name: &str) -> ExportTraceServiceRequest {
    let span = Span { name: name.to_owned(), ..Span::default() };
    let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    ExportTraceServiceRequest { resource_spans }
}

fn read(path: &Path, inflate: bool) -> Vec<ExportTraceServiceRequest> {
    let file = fs::read(path).unwrap();
    let mut rest = file.as_slice();
    let mut requests = Vec::new();
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let (record, tail) = tail.split_at(u32::from_be_bytes(*length) as usize);
        let plain = if inflate {
            zstd::bulk::decompress(record, 1 << 20).unwrap()
        } else {
            record.to_vec()
        };
        requests.push(ExportTraceServiceRequest::decode(plain.as_slice()).unwrap());
        rest = tail;
    }
    assert!(rest.is_empty(), "a length is cut off");
    requests
}

#[tokio::test]
async fn a_file_decodes_to_what_was_sent() {
    for compress in [false, true] {
        let bench = Bench::start(|settings| settings.compress = compress);
        let sent: Vec<_> = (0..100).map(|number| request(&format!("span {number}"))).collect();
        sent.iter().for_each(|request| bench.offer(request));
        let (folder, counts) = bench.end().await;
        assert_eq!(read(&folder.path().join("out"), compress), sent);
        assert_eq!(counts, [100, 0]);
    }
}

#[tokio::test]
async fn a_full_file_makes_room_and_the_oldest_backup_goes() {
    // Each request is a write of its own, and fills the file.
    let bench = Bench::start(|settings| {
        settings.file_bytes_max = 1;
        settings.backups_max = 2;
    });
    for number in 0..4 {
        bench.offer(&request(&number.to_string()));
        let written = async {
            while bench
                .metrics
                .counts()
                .all(|count| count.counter != SelfCounter::Exported || count.value <= number)
            {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(PATIENCE, written).await.unwrap();
    }
    let (folder, _) = bench.end().await;
    for (name, number) in [("out", "3"), ("out.1", "2"), ("out.2", "1")] {
        assert_eq!(read(&folder.path().join(name), false), [request(number)]);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[tokio::test]
async fn a_file_that_is_there_at_the_start_is_kept() {
    let bench = Bench::start(|settings| fs::write(&settings.path, b"before").unwrap());
    bench.offer(&request("new"));
    let (folder, _) = bench.end().await;
    assert_eq!(fs::read(folder.path().join("out.1")).unwrap(), b"before");
    assert_eq!(read(&folder.path().join("out"), false), [request("new")]);
}

#[tokio::test]
async fn what_cannot_be_written_is_counted_and_nobody_is_held_up() {
    let bench = Bench::start(|settings| settings.path = "/dev/full".into());
    for _ in 0..5 {
        bench.offer(&request("lost"));
    }
    let (_, counts) = bench.end().await;
    assert_eq!(counts, [0, 5]);
}

#[test]
fn a_failed_write_leaves_no_half_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let mut output = Output::begin(&FileExporterSettings::new(&path)).unwrap();
    output.write(b"whole").unwrap();
    // As if the disk had filled up in the middle of the next.
    fs::write(&path, b"whole and a ha").unwrap();
    output.truncate();
    output.write(b" again").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"whole again");
}

#[test]
fn a_symbolic_link_is_not_followed_and_a_file_is_for_its_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (path, elsewhere) = (folder.path().join("out"), folder.path().join("elsewhere"));
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    let error = Output::begin(&FileExporterSettings::new(&path)).unwrap_err();
    assert_eq!(error.to_string(), "it is a symbolic link, which is not followed");
    assert!(!elsewhere.exists());
    fs::remove_file(&path).unwrap();
    Output::begin(&FileExporterSettings::new(&path)).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_a_start_error_with_a_remedy() {
    let settings = FileExporterSettings::new("/nowhere/out");
    let error =
        FileExporter::start("exporters.file", &settings, &SelfMetrics::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "exporters.file: cannot write /nowhere/out: No such file or directory (os error 2); set path to a file that \
         this user may write"
    );
}
