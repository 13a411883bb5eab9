//! Files of the configuration that are looked at again and again, since nobody says when they change.
//!
//! They are compared by what they hold: where Kubernetes turns the link of a `ConfigMap`, no file of it is written, and
//! one that is written need not have changed.

use std::{future::pending, time::Duration};

use inferometer_collector::config::{ConfigSource, FilesRead, LogLevel};
use tokio::{
    task::spawn_blocking,
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};

use super::log::say;

/// Looks at the files once in each interval.
#[derive(Debug)]
pub(super) struct WatchedFiles {
    ticks: Interval,
    source: ConfigSource,
    known: Known,
}

impl WatchedFiles {
    /// `read` is what runs. Must be called within a Tokio runtime.
    pub(super) fn new(interval: Duration, source: ConfigSource, read: FilesRead) -> Self {
        let mut ticks = interval_at(Instant::now() + interval, interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { ticks, source, known: Known::new(read) }
    }

    /// Waits until they have changed and come to rest, and says which. Nothing is lost if it is given up meanwhile.
    pub(super) async fn changed(&mut self) -> String {
        loop {
            self.ticks.tick().await;
            let source = self.source.clone();
            // Not on a thread that moves requests: disks take their time.
            let Ok(now) = spawn_blocking(move || source.look()).await else {
                // The runtime goes away.
                return pending().await;
            };
            match self.known.look(now) {
                Seen::Same | Seen::Unsettled => {}
                Seen::Changed(files) => return files,
                Seen::Lost(what) => {
                    say(LogLevel::Warn, &format!("{what}: what runs goes on until it is back"));
                }
            }
        }
    }

    /// What the configuration was read from last, whether it was taken or not: it is not read again before it changes.
    pub(super) fn read(&mut self, files: FilesRead) {
        self.known = Known::new(files);
    }
}

/// What is known of the files.
#[derive(Debug)]
struct Known {
    read: FilesRead,
    /// What they held at the last look, if that is something else.
    unsettled: Option<FilesRead>,
    /// Whether it was told that one of them is lost.
    is_told: bool,
}

/// What a look at the files has shown.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Same,
    /// Somebody may be writing.
    Unsettled,
    /// They held the same at two looks, and something else was read; their names.
    Changed(String),
    /// One of them cannot be read any more, and why; once, until it is back.
    Lost(String),
}

impl Known {
    const fn new(read: FilesRead) -> Self {
        Self { read, unsettled: None, is_told: false }
    }

    fn look(&mut self, now: FilesRead) -> Seen {
        if let Some((name, cause)) = now.lost_since(&self.read) {
            self.unsettled = None;
            let is_known = std::mem::replace(&mut self.is_told, true);
            let lost = || Seen::Lost(format!("{name} cannot be read any more: {cause}"));
            return if is_known { Seen::Same } else { lost() };
        }
        self.is_told = false;
        if now == self.read {
            self.unsettled = None;
            return Seen::Same;
        }
        if self.unsettled.as_ref() != Some(&now) {
            self.unsettled = Some(now);
            return Seen::Unsettled;
        }
        let mut names: Vec<_> = now.changed_since(&self.read).collect();
        if names.is_empty() {
            names = self.read.changed_since(&now).collect();
        }
        Seen::Changed(shown(&names))
    }
}

/// The first of them, and how many more there are.
fn shown(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first, more @ ..] => format!("{first} and {} more", more.len()),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::symlink,
        path::{Path, PathBuf},
    };

    use inferometer_collector::config::Config;
    use tempfile::TempDir;

    use super::*;

    const RING: &str = "trace_ring: {endpoint: \"127.0.0.1:0\"}";

    fn yaml(exporter: &str) -> String {
        format!(
            "receivers: {{otlp: {{protocols: {{http: }}}}}}\nexporters: {{{exporter}}}\nservice: {{pipelines: {{traces: \
             {{receivers: [otlp], exporters: [trace_ring]}}}}}}\n"
        )
    }

    /// A configuration in a folder, as it was read, and what is known of its files.
    struct Setup {
        folder: TempDir,
        source: ConfigSource,
        known: Known,
    }

    impl Setup {
        fn new(write: impl Fn(&Path) -> PathBuf) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let source = ConfigSource::file(write(folder.path()));
            let config = source.load().expect("it is sound");
            let known = Known::new(Config::files(&config).clone());
            Self { folder, source, known }
        }

        fn with(text: &str) -> Self {
            Self::new(|folder| {
                let file = folder.join("c.yaml");
                fs::write(&file, text).expect("a file");
                file
            })
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.folder.path().join(name), text).expect("a file");
        }

        /// What each of two looks shows.
        fn look_twice(&mut self) -> [Seen; 2] {
            [(); 2].map(|()| self.known.look(self.source.look()))
        }

        fn changed(&self, name: &str) -> [Seen; 2] {
            let file = self.folder.path().join(name).display().to_string();
            [Seen::Unsettled, Seen::Changed(file)]
        }
    }

    const SAME: [Seen; 2] = [Seen::Same, Seen::Same];

    #[test]
    fn a_file_that_is_written_or_put_in_its_place_has_changed() {
        let mut setup = Setup::with(&yaml(RING));
        assert_eq!(setup.look_twice(), SAME);
        setup.write("c.yaml", &format!("{}# more", yaml(RING)));
        assert_eq!(setup.look_twice(), setup.changed("c.yaml"));
        setup.known.read = setup.source.look();
        setup.known.unsettled = None;
        setup.write("new", &yaml(RING));
        let to = setup.folder.path().join("c.yaml");
        fs::rename(setup.folder.path().join("new"), to).expect("it is moved");
        assert_eq!(setup.look_twice(), setup.changed("c.yaml"));
    }

    #[test]
    fn a_config_map_whose_link_is_turned_has_changed() {
        let link = |folder: &Path, to: &str| {
            symlink(to, folder.join("..data_tmp")).expect("a link");
            fs::rename(folder.join("..data_tmp"), folder.join("..data")).expect("it is turned");
        };
        let mut setup = Setup::new(|folder| {
            for (version, text) in [("..1", yaml(RING)), ("..2", yaml(RING) + "# more")] {
                fs::create_dir(folder.join(version)).expect("a folder");
                fs::write(folder.join(version).join("c.yaml"), text).expect("a file");
            }
            link(folder, "..1");
            symlink("..data/c.yaml", folder.join("c.yaml")).expect("a link");
            folder.join("c.yaml")
        });
        assert_eq!(setup.look_twice(), SAME);
        link(setup.folder.path(), "..2");
        assert_eq!(setup.look_twice(), setup.changed("c.yaml"));
        link(setup.folder.path(), "..1");
        assert_eq!(setup.look_twice(), SAME);
    }

    #[test]
    fn a_file_that_a_reference_names_is_looked_at_too() {
        let mut setup = Setup::new(|folder| {
            fs::write(folder.join("exporter"), "{endpoint: \"127.0.0.1:0\"}").expect("a file");
            let named = format!("trace_ring: \"${{file:{}}}\"", folder.join("exporter").display());
            fs::write(folder.join("c.yaml"), yaml(&named)).expect("a file");
            folder.join("c.yaml")
        });
        assert_eq!(setup.look_twice(), SAME);
        setup.write("exporter", "{endpoint: \"127.0.0.1:1\"}");
        assert_eq!(setup.look_twice(), setup.changed("exporter"));
        setup.write("c.yaml", &yaml(RING));
        assert_eq!(setup.look_twice(), setup.changed("c.yaml"), "it is named no more");
    }

    #[test]
    fn what_is_written_again_with_the_same_in_it_has_not_changed() {
        let mut setup = Setup::with(&yaml(RING));
        setup.write("c.yaml", &yaml(RING));
        assert_eq!(setup.look_twice(), SAME);
    }

    #[test]
    fn what_still_changes_from_look_to_look_is_waited_for() {
        let mut setup = Setup::with(&yaml(RING));
        for written in [20, 40, 60] {
            setup.write("c.yaml", &yaml(RING)[..written]);
            assert_eq!(setup.known.look(setup.source.look()), Seen::Unsettled, "{written}");
        }
        setup.write("c.yaml", &format!("{}# more", yaml(RING)));
        assert_eq!(setup.look_twice(), setup.changed("c.yaml"));
    }

    #[test]
    fn what_was_read_and_refused_is_not_read_again_before_it_changes() {
        let mut setup = Setup::with(&yaml(RING));
        setup.write("c.yaml", "no: configuration");
        assert_eq!(setup.look_twice(), setup.changed("c.yaml"));
        let refused = setup.source.load().expect_err("it is no configuration");
        setup.known = Known::new(refused.files().clone());
        assert_eq!(setup.look_twice(), SAME);
        setup.write("c.yaml", &yaml(RING));
        assert_eq!(setup.look_twice(), setup.changed("c.yaml"), "as it was before");
    }

    #[test]
    fn a_file_that_vanishes_is_told_once_and_taken_again_when_it_is_back() {
        let mut setup = Setup::with(&yaml(RING));
        let file = setup.folder.path().join("c.yaml");
        for _ in 0..2 {
            fs::remove_file(&file).expect("a file");
            let [first, second] = setup.look_twice();
            let Seen::Lost(what) = first else { panic!("{first:?}") };
            assert!(what.starts_with(&format!("{} cannot be read", file.display())), "{what}");
            assert_eq!(second, Seen::Same);
            setup.write("c.yaml", &yaml(RING));
            assert_eq!(setup.look_twice(), SAME);
        }
        fs::remove_file(&file).expect("a file");
        fs::create_dir(&file).expect("a folder");
        let [Seen::Lost(what), Seen::Same] = setup.look_twice() else { panic!("it is lost") };
        assert!(what.ends_with("it is no regular file"), "{what}");
        let read = setup.source.load().expect_err("a folder is no configuration");
        setup.known = Known::new(read.files().clone());
        assert_eq!(setup.look_twice(), SAME, "what was refused stays so, whoever reads it");
    }
}
