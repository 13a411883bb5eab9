//! The demo from start to end: collector and fleet start, the view follows, everything ends in order.

use std::{fs, future, net::SocketAddr, path::PathBuf, pin::pin, sync::Arc, time::Duration};

use inferometer_sdk::{Clock, SystemClock};
use tokio::time::{self, Instant, Interval, MissedTickBehavior};

use super::{
    fault::{DemoError, Fault},
    fleet::{Demand, Fleet},
    page,
    ports::Ports,
    rates::{Rate, Rates},
    replica::{FLUSH_DEADLINE, Report},
    screen::Screen,
    stage::{REPLICAS, Stage},
    summary::Summary,
    totals::{Run, Totals},
    view::{Mood, View},
};
use crate::{Collector, Listening, Serves, StartError, series::Store};

/// How often ports are looked for; what cannot be started then is an error.
const PORT_LOOKS_MAX: usize = 3;
/// How often the view is refreshed.
const REFRESH_INTERVAL: Duration = Duration::from_secs(1);
/// How long open requests may take to end after the last client has asked; then they are aborted.
const DRAIN_DEADLINE: Duration = Duration::from_secs(5);
/// What ending the threads may take besides, on a busy machine.
const END_GRACE: Duration = Duration::from_secs(1);
const COLLECTOR_DEADLINE: Duration = Duration::from_secs(2);
/// All that the end may take.
const END_DEADLINE: Duration = Duration::from_secs(10);
const _: () = {
    let all = DRAIN_DEADLINE.as_secs()
        + FLUSH_DEADLINE.as_secs()
        + END_GRACE.as_secs()
        + COLLECTOR_DEADLINE.as_secs();
    assert!(all <= END_DEADLINE.as_secs());
};

/// What to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Of all random choices: arrivals and lengths, and with them the tokens, are the same in every run with one seed.
    pub seed: u64,
    /// Requests per second on average, finite and positive; the fleet has room for about 20.
    pub rate: f64,
    /// How long clients ask; `None` to go on until `stop`. Open requests then have 5 s to end.
    pub lasts: Option<Duration>,
    /// Where the collector listens.
    pub ports: Ports,
    /// Where to save the last scrape, taken when nothing changes any more.
    pub scrape_to: Option<PathBuf>,
}

impl Options {
    /// The default of [`rate`](Self::rate).
    pub const DEFAULT_RATE: f64 = 12.0;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            rate: Self::DEFAULT_RATE,
            lasts: None,
            ports: Ports::Default,
            scrape_to: None,
        }
    }
}

/// A collector and a fleet that sends to it.
#[derive(Debug)]
pub struct Demo {
    options: Options,
    collector: Collector,
    store: Arc<Store>,
    fleet: Fleet,
    taken: Vec<SocketAddr>,
    clock: Arc<dyn Clock>,
    started: u64,
    rates: Rates,
    /// At most one per replica.
    reports: Vec<Report>,
}

/// How it ended.
#[derive(Debug)]
pub struct Ending {
    /// The account.
    pub totals: Totals,
    /// What was lost, or could not be written; empty if all went well.
    pub errors: Vec<DemoError>,
}

/// Looks for ports again if somebody took one between the look and the start, as a second demo may.
fn start_collector(ports: Ports) -> Result<(Collector, Vec<SocketAddr>), StartError> {
    let mut looks = 1;
    loop {
        let (config, taken) = ports.configure();
        match Collector::start(config) {
            Ok(collector) => return Ok((collector, taken)),
            Err(_) if looks < PORT_LOOKS_MAX => looks += 1,
            Err(cause) => return Err(cause),
        }
    }
}

impl Demo {
    /// Starts the collector, then the fleet. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// A port or a thread cannot be had; nothing runs then.
    pub fn start(options: Options) -> Result<Self, DemoError> {
        let (collector, taken) = start_collector(options.ports).map_err(Fault::Collector)?;
        let store = collector.series().ok_or(Fault::Incomplete)?;
        let store = Arc::clone(store);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let endpoint = listening(&collector, Serves::OtlpGrpc)?.url();
        let demand = Demand { seed: options.seed, rate: options.rate, lasts: options.lasts };
        let fleet = Fleet::start(&endpoint, &clock, demand).map_err(Fault::Fleet)?;
        Ok(Self {
            started: clock.unix_nanos(),
            options,
            collector,
            store,
            fleet,
            taken,
            clock,
            rates: Rates::default(),
            reports: Vec::new(),
        })
    }

    /// Default addresses that something else has, so that free ports were taken instead.
    #[must_use]
    pub fn taken(&self) -> &[SocketAddr] {
        &self.taken
    }

    /// Shows the view until the demo's time is over or `stop` is there, and ends everything within 10 s from then.
    pub async fn run(mut self, screen: &mut Screen, stop: impl Future<Output = ()>) -> Ending {
        let mut errors = Vec::new();
        let watched = self.watch(screen, stop).await;
        let is_seen = watched.is_ok();
        errors.extend(watched.err());

        self.fleet.close();
        let is_seen = is_seen
            && screen.wait(self.since_start()).map_err(|it| errors.push(Fault::View(it))).is_ok();
        self.drain(screen, is_seen).await;
        errors.extend(self.replica_faults());

        let totals = self.totals();
        if !totals.conserved {
            errors.push(Fault::NotConserved);
        }
        errors.extend(self.save_scrape().await.err());
        if is_seen {
            let summary = self.summary();
            let rate = Rate::of_run(self.since_start(), summary.totals);
            let closed = screen.close(&View { rate, ..self.view(&summary, Mood::Ended) });
            errors.extend(closed.err().map(Fault::View));
        }
        self.collector.shutdown(COLLECTOR_DEADLINE).await;
        let errors = errors.into_iter().map(DemoError::from).collect();
        Ending { totals, errors }
    }

    async fn watch(
        &mut self,
        screen: &mut Screen,
        stop: impl Future<Output = ()>,
    ) -> Result<(), Fault> {
        let mut stop = pin!(stop);
        let mut over = pin!(wait_for(self.options.lasts));
        let mut ticks = ticks();
        // The first is at once: it shows where to look.
        ticks.tick().await;
        let opened = screen.open(&self.view(&self.summary(), Mood::Running));
        opened.map_err(Fault::View)?;
        loop {
            tokio::select! {
                () = &mut stop => return Ok(()),
                () = &mut over => return Ok(()),
                _ = ticks.tick() => self.show(screen, Mood::Running)?,
            }
        }
    }

    /// Waits for the replicas' reports; open requests have their time, then they are aborted.
    async fn drain(&mut self, screen: &mut Screen, is_seen: bool) {
        let mut is_seen = is_seen;
        let mut ticks = ticks();
        let end = Instant::now() + DRAIN_DEADLINE;
        let mut cut = pin!(time::sleep_until(end));
        let mut given_up = pin!(time::sleep_until(end + FLUSH_DEADLINE + END_GRACE));
        let mut is_cut = false;
        loop {
            tokio::select! {
                report = self.fleet.next_report() => match report {
                    Some(report) => self.reports.push(report),
                    None => return,
                },
                () = &mut cut, if !is_cut => {
                    is_cut = true;
                    self.fleet.cut();
                }
                () = &mut given_up => return,
                // Nobody sees it after the first failure, which was or will be told.
                _ = ticks.tick(), if is_seen => is_seen = self.show(screen, Mood::Ending).is_ok(),
            }
        }
    }

    fn replica_faults(&self) -> Vec<Fault> {
        let missing = Stage::ALL.len() * REPLICAS - self.reports.len();
        let missing = (missing > 0).then_some(Fault::Missing(missing));
        let unsent = self.reports.iter().filter_map(|report| {
            let cause = report.flushed.as_ref().err()?.to_string();
            let replica = format!("{} {}", report.stage.as_str(), report.index);
            Some(Fault::Unsent { replica, cause })
        });
        missing.into_iter().chain(unsent).collect()
    }

    fn totals(&self) -> Totals {
        let run = Run {
            seed: self.options.seed,
            rate: self.options.rate,
            seconds: self.since_start().as_secs_f64(),
        };
        Totals::read(run, &self.reports, &self.store, self.collector.metrics())
    }

    async fn save_scrape(&self) -> Result<(), Fault> {
        let Some(path) = &self.options.scrape_to else {
            return Ok(());
        };
        let address = listening(&self.collector, Serves::Metrics)?.address;
        let page = page::scrape(address).await.map_err(Fault::Scrape)?;
        let written = fs::write(path, page);
        written.map_err(|cause| Fault::Save(path.clone(), cause))
    }

    fn show(&mut self, screen: &mut Screen, mood: Mood) -> Result<(), Fault> {
        let summary = self.summary();
        self.rates.read(self.since_start(), summary.totals);
        let shown = screen.show(&self.view(&summary, mood));
        shown.map_err(Fault::View)
    }

    fn summary(&self) -> Summary {
        Summary::read(&self.store, self.collector.metrics())
    }

    fn view<'a>(&'a self, summary: &'a Summary, mood: Mood) -> View<'a> {
        View {
            since_start: self.since_start(),
            mood,
            listening: self.collector.addresses(),
            summary,
            rate: self.rates.now(),
        }
    }

    fn since_start(&self) -> Duration {
        Duration::from_nanos(self.clock.unix_nanos().saturating_sub(self.started))
    }
}

fn listening(collector: &Collector, serves: Serves) -> Result<&Listening, Fault> {
    let mut all = collector.addresses().iter();
    all.find(|it| it.serves == serves).ok_or(Fault::Incomplete)
}

fn ticks() -> Interval {
    let mut ticks = time::interval(REFRESH_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks
}

async fn wait_for(time: Option<Duration>) {
    match time {
        Some(time) => time::sleep(time).await,
        None => future::pending().await,
    }
}
