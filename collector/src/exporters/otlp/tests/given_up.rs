//! What is logged of requests that are given up: where they are kept it does not say that they are lost.

use std::{io, path::Path};

use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::{
    config::{ComponentId, QueueStorage},
    journal::Durability,
};

/// What was logged, as text.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    /// The first line that says what was answered.
    async fn line(&self) -> String {
        let found = async {
            loop {
                let text = String::from_utf8_lossy(&self.0.lock()).into_owned();
                if let Some(line) = text.lines().find(|line| line.contains("InvalidArgument")) {
                    return line.to_owned();
                }
                time::sleep(Duration::from_millis(1)).await;
            }
        };
        time::timeout(PATIENCE, found).await.expect("it is logged")
    }
}

/// What is logged of a request that is refused for good, with a queue in this folder or in memory.
async fn said(folder: Option<&Path>, dead_letter_bytes_max: u64) -> String {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let (_, address) = Backend::start([Err(Status::invalid_argument("no"))]).await;
    let mut settings = settings(address);
    settings.queue.dead_letter_bytes_max = dead_letter_bytes_max;
    settings.queue.storage = folder.map(|folder| QueueStorage {
        extension: ComponentId::of_type("file_storage"),
        folder: folder.to_owned(),
        durability: Durability::Os,
    });
    let bench = Bench::start(&settings);
    bench.offer(item(3)).expect("room");
    let line = log.line().await;
    bench.exporter.shutdown(PATIENCE).await;
    line
}

#[tokio::test]
async fn what_is_kept_as_a_dead_letter_is_not_called_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = said(Some(folder.path()), QueueSettings::default().dead_letter_bytes_max).await;
    assert!(kept.contains("kept as a dead letter") && !kept.contains("lost"), "{kept}");
}

#[tokio::test]
async fn what_is_kept_nowhere_is_called_lost() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    for (folder, most) in [
        (None, QueueSettings::default().dead_letter_bytes_max),
        (Some(folders[0].path()), 0),
        // Less than the letter takes.
        (Some(folders[1].path()), 1),
    ] {
        let lost = said(folder, most).await;
        assert!(lost.contains("lost and counted") && !lost.contains("dead letter"), "{lost}");
    }
}
