//! The simulated fleet: a thread per replica and one for the clients, connected by bounded queues.

use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender},
    },
    thread,
    time::Duration,
};

use inferometer_sdk::{Clock, StartError};
use tokio::sync::mpsc;

use super::{
    decode::Decode,
    message::{Job, TO_DECODE_MAX, TO_PREFILL_MAX, ToDecode, Woken, queue, wait},
    placement::Loads,
    prefill::Prefill,
    replica::{Replica, Report},
    stage::{REPLICAS, Stage},
    workload::Workload,
};

/// What the clients do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Demand {
    pub(super) seed: u64,
    /// Requests per second, on average.
    pub(super) rate: f64,
    /// No client asks after this time; `None` to go on until the fleet is closed.
    pub(super) lasts: Option<Duration>,
}

/// The fleet at work. Dropping it ends its threads soon, without waiting for them.
#[derive(Debug)]
pub(super) struct Fleet {
    /// Dropped to stop the clients.
    clients: Option<SyncSender<()>>,
    decodes: Vec<SyncSender<ToDecode>>,
    /// Tells the decode replicas to end at once.
    is_cut: Arc<AtomicBool>,
    reports: mpsc::Receiver<Report>,
}

/// Why the fleet could not be started.
#[derive(Debug)]
pub(super) enum FleetError {
    Telemetry(StartError),
    Thread(io::Error),
}

impl Fleet {
    /// Starts every replica, then the clients. `endpoint` is the collector's URL for OTLP over gRPC.
    pub(super) fn start(
        endpoint: &str,
        clock: &Arc<dyn Clock>,
        demand: Demand,
    ) -> Result<Self, FleetError> {
        let start = |stage, index| Replica::start(stage, index, endpoint, clock);
        let (to_decode, decode_inboxes) = queues::<ToDecode>(TO_DECODE_MAX);
        let (to_prefill, prefill_inboxes) = queues::<Job>(TO_PREFILL_MAX);
        let (loads, prefill_loads) = (Loads::default(), Loads::default());
        let is_cut = Arc::<AtomicBool>::default();
        let (reports_sender, reports) = mpsc::channel(Stage::ALL.len() * REPLICAS);

        let prefills = replicas(Stage::Prefill, start)?;
        let decodes = replicas(Stage::Decode, start)?;
        // From here on an error drops it, which ends the threads that have started.
        let mut fleet = Self {
            clients: None,
            decodes: to_decode.clone(),
            is_cut: Arc::clone(&is_cut),
            reports,
        };
        for (replica, inbox) in prefills.into_iter().zip(prefill_inboxes) {
            let name = name(&replica);
            let worker = Prefill::new(replica, to_decode.clone(), prefill_loads.clone());
            spawn_replica(name, &reports_sender, move || worker.run(&inbox))?;
        }
        for (replica, inbox) in decodes.into_iter().zip(decode_inboxes) {
            let name = name(&replica);
            let worker = Decode::new(
                replica,
                to_prefill.clone(),
                loads.clone(),
                prefill_loads.clone(),
                Arc::clone(&is_cut),
            );
            spawn_replica(name, &reports_sender, move || worker.run(&inbox))?;
        }
        let (clients, stop) = queue(1);
        let clock = Arc::clone(clock);
        spawn("clients".to_owned(), move || {
            ask(demand, &stop, &*clock, &to_decode, &loads);
        })?;
        fleet.clients = Some(clients);
        Ok(fleet)
    }

    /// No client asks any more; the replicas end once every answer is given.
    pub(super) fn close(&mut self) {
        self.clients = None;
    }

    /// The replicas end now; open requests are aborted.
    pub(super) fn cut(&mut self) {
        self.close();
        self.is_cut.store(true, Ordering::Relaxed);
        for decode in &self.decodes {
            // One that has ended hears nothing, and one whose queue is full is not asleep.
            let _ = decode.try_send(ToDecode::LookUp);
        }
    }

    /// The report of the next replica that ends; none once all have ended. One that panicked gives none.
    pub(super) async fn next_report(&mut self) -> Option<Report> {
        self.reports.recv().await
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.cut();
    }
}

impl fmt::Display for FleetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Telemetry(cause) => write!(f, "{cause}"),
            Self::Thread(cause) => write!(f, "the system refuses a thread: {cause}"),
        }
    }
}

type Queues<T> = (Vec<SyncSender<T>>, Vec<Receiver<T>>);

fn queues<T>(capacity: usize) -> Queues<T> {
    (0..REPLICAS).map(|_| queue(capacity)).unzip()
}

fn replicas(
    stage: Stage,
    start: impl Fn(Stage, usize) -> Result<Replica, StartError>,
) -> Result<Vec<Replica>, FleetError> {
    let replicas = (0..REPLICAS).map(|index| start(stage, index));
    replicas.collect::<Result<_, _>>().map_err(FleetError::Telemetry)
}

fn name(replica: &Replica) -> String {
    format!("{}-{}", replica.stage.as_str(), replica.index)
}

fn spawn_replica(
    name: String,
    reports: &mpsc::Sender<Report>,
    work: impl FnOnce() -> Report + Send + 'static,
) -> Result<(), FleetError> {
    let reports = reports.clone();
    spawn(name, move || {
        let report = work();
        // Nobody wants it if the fleet was dropped.
        let _ = reports.blocking_send(report);
    })
}

fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> Result<(), FleetError> {
    let thread = thread::Builder::new().name(name).spawn(work);
    thread.map(drop).map_err(FleetError::Thread)
}

/// The clients: each asks at its time, until they are stopped.
fn ask(
    demand: Demand,
    stop: &Receiver<()>,
    clock: &dyn Clock,
    decodes: &[SyncSender<ToDecode>],
    loads: &Loads,
) {
    let start = clock.unix_nanos();
    let workload = Workload::new(demand.seed, demand.rate);
    let asks = |at: Duration| demand.lasts.is_none_or(|lasts| at < lasts);
    for arrival in workload.take_while(|arrival| asks(arrival.at)) {
        let at = start.saturating_add(nanos(arrival.at));
        let woken = wait(stop, Some(at), clock.unix_nanos());
        if !matches!(woken, Woken::InTime) {
            break;
        }
        let decode = loads.place();
        if decodes[decode].send(ToDecode::Request(arrival)).is_err() {
            // Its thread is gone: only a cut or a defect does that, and both end the demo.
            break;
        }
    }
    // Also after the last of them it is not over before its time.
    if let Some(lasts) = demand.lasts {
        let end = start.saturating_add(nanos(lasts));
        wait(stop, Some(end), clock.unix_nanos());
    }
    for decode in decodes {
        let _ = decode.send(ToDecode::NoMoreRequests);
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
