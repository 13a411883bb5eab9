//! Runs detectors within a deadline.
//!
//! They run one after the other on one thread, so that a start costs one thread. One that hangs keeps that thread, which is
//! left behind, and the next ones go on with another; one that panics costs nothing else. Either is named in a warning.

use std::{
    borrow::Cow,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use opentelemetry::KeyValue;
use opentelemetry_sdk::{Resource, resource::ResourceDetector};

use super::{SCHEMA_URL, detector::Detector, machine::Machine};
use crate::telemetry::Deadline;

/// How long one resource detector may take. What it finds later is not used.
pub const DETECTOR_TIMEOUT: Duration = Duration::from_millis(250);

/// How long all resource detectors together may take; those that did not run by then are left out.
pub const DETECTION_TIMEOUT: Duration = Duration::from_secs(1);

const THREAD: &str = "inferometer-detect";

/// Which detectors run, and where they look.
#[derive(Debug, Clone, Default)]
pub(crate) struct Detection {
    /// `None`: nobody chose.
    pub(crate) built_in: Option<Vec<Detector>>,
    /// The program's own, by their names.
    pub(crate) own: Vec<Task>,
    pub(crate) machine: Machine,
}

/// A detector that is to run.
#[derive(Clone)]
pub(crate) struct Task {
    name: Cow<'static, str>,
    run: Arc<dyn Fn() -> Found + Send + Sync>,
}

/// What a detector says.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) attributes: Vec<KeyValue>,
    /// Of the conventions that the attributes are from.
    pub(crate) schema_url: Option<Cow<'static, str>>,
}

/// A detector's answer; `Err` if it panicked.
pub(super) type Answer = Result<Found, ()>;

/// What all of them said, and why not more.
#[derive(Debug, Default)]
pub(crate) struct Detected {
    pub(crate) found: Found,
    pub(crate) warnings: Vec<String>,
}

impl Detection {
    /// Runs them, if there are any; takes at most [`DETECTION_TIMEOUT`].
    pub(crate) fn run(&self) -> Detected {
        let deadline = Deadline::after(DETECTION_TIMEOUT);
        detect(&self.tasks(), |answers| {
            let left = deadline.remaining();
            if left.is_zero() {
                return Err(Late::All);
            }
            match answers.recv_timeout(left.min(DETECTOR_TIMEOUT)) {
                Ok(answer) => Ok(answer),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Err(Late::One),
            }
        })
    }

    pub(super) fn tasks(&self) -> Arc<[Task]> {
        let built_in = self.built_in.iter().flatten().map(|detector| {
            let (detector, machine) = (*detector, self.machine.clone());
            Task::built_in(detector, machine)
        });
        built_in.chain(self.own.iter().cloned()).collect()
    }
}

impl Task {
    pub(crate) fn own(
        name: impl Into<Cow<'static, str>>,
        detector: impl ResourceDetector + Send + Sync + 'static,
    ) -> Self {
        let run = move || Found::from(&detector.detect());
        Self { name: name.into(), run: Arc::new(run) }
    }

    fn built_in(detector: Detector, machine: Machine) -> Self {
        let run = move || {
            let attributes = detector.detect(&machine);
            let schema_url = (!attributes.is_empty()).then_some(SCHEMA_URL.into());
            Found { attributes, schema_url }
        };
        Self { name: detector.name().into(), run: Arc::new(run) }
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Task").field(&self.name).finish()
    }
}

impl From<&Resource> for Found {
    fn from(resource: &Resource) -> Self {
        let attributes =
            resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
        let schema_url = resource.schema_url().map(|url| url.to_owned().into());
        Self { attributes, schema_url }
    }
}

/// Why nobody waits any longer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Late {
    /// For this detector.
    One,
    /// For any.
    All,
}

/// Runs detectors in their order. `wait` gets the next one's answer, or says that it takes too long.
pub(super) fn detect(
    tasks: &Arc<[Task]>,
    mut wait: impl FnMut(&Receiver<Answer>) -> Result<Answer, Late>,
) -> Detected {
    let mut detected = Detected::default();
    let mut next = 0;
    while next < tasks.len() {
        let (answer, answers) = sync_channel(tasks.len());
        if let Err(error) = start(tasks, next, answer) {
            detected.warn(&tasks[next..], format_args!("without a thread ({error})"));
            break;
        }
        while let Some(task) = tasks.get(next) {
            match wait(&answers) {
                Ok(Ok(found)) => detected.merge(task, found),
                Ok(Err(())) => detected.warn(&tasks[next..=next], format_args!("it panicked")),
                Err(Late::One) => {
                    let why = format_args!("it takes longer than {DETECTOR_TIMEOUT:?}");
                    detected.warn(&tasks[next..=next], why);
                    next += 1;
                    break;
                }
                Err(Late::All) => {
                    let why = format_args!("all together take longer than {DETECTION_TIMEOUT:?}");
                    detected.warn(&tasks[next..], why);
                    return detected;
                }
            }
            next += 1;
        }
    }
    detected
}

/// Runs the detectors from `first` on until one hangs: then nobody listens any more when it is done.
fn start(tasks: &Arc<[Task]>, first: usize, answer: SyncSender<Answer>) -> std::io::Result<()> {
    let tasks = Arc::clone(tasks);
    let run = move || {
        for task in &tasks[first..] {
            let found = catch_unwind(AssertUnwindSafe(|| (task.run)())).map_err(drop);
            if answer.send(found).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().name(THREAD.to_owned()).spawn(run).map(drop)
}

impl Detected {
    /// A later detector's value wins. Two schemas do not go together, so then there is none.
    fn merge(&mut self, task: &Task, found: Found) {
        self.found.attributes.extend(found.attributes);
        match (&self.found.schema_url, found.schema_url) {
            (Some(none), _) if none.is_empty() => {}
            (Some(one), Some(other)) if *one != other => {
                self.warnings.push(format!(
                    "the resource has no schema URL: that of detector `{}` is `{other}`, not `{one}`",
                    task.name
                ));
                // Empty from here on, whatever comes.
                self.found.schema_url = Some(Cow::Borrowed(""));
            }
            (None, other) => self.found.schema_url = other,
            (Some(_), _) => {}
        }
    }

    fn warn(&mut self, tasks: &[Task], why: fmt::Arguments<'_>) {
        self.warnings.extend(tasks.iter().map(|task| {
            format!("the resource is without what detector `{}` would find: {why}", task.name)
        }));
    }
}
