//! Connections that send templates, one request in flight each.

use std::thread;

use futures_util::future::try_join_all;
use rand::{SeedableRng, rngs::SmallRng};
use tokio::{
    runtime,
    time::{Duration, Instant, sleep, sleep_until},
};

use super::{
    client::{Answer, Client},
    payload::Payload,
    tally::Tally,
    template::Change,
};
use crate::{error::BenchError, reading::unix_nanos};

/// Connections of a load.
pub(super) const CONNECTIONS: usize = 4;

/// Threads that they share: two keep any subject busy, and leave it room on a small machine.
const THREADS: usize = 2;

/// Before a refused request is sent again.
const REFUSED_PAUSE: Duration = Duration::from_millis(5);

/// How often a request is sent again; then the subject has failed.
const REFUSALS_MAX: u32 = 2000;

/// What a load does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// What differs between sends.
    pub(crate) change: Change,
    /// Points or spans offered per second by all connections together; without it, as many as are answered.
    pub(crate) rate: Option<u32>,
    /// When it ends.
    pub(crate) until: Until,
}

/// When a load ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    /// Every template was sent so often.
    Rounds(usize),
    /// So much time has passed.
    Elapsed(Duration),
}

/// Runs a load against the subject `name` on `port`, with a connection for each of `lanes`.
///
/// # Errors
/// The subject refuses a connection, hangs, or answers with an error that is no refusal.
pub(crate) fn drive<P: Payload + Send>(
    name: &'static str,
    port: u16,
    lanes: &mut [Vec<P>],
    plan: Plan,
) -> Result<Tally, BenchError> {
    let share = lanes.len().div_ceil(THREADS).max(1);
    let tallies = thread::scope(|scope| {
        let crews = lanes.chunks_mut(share).enumerate();
        let threads: Vec<_> = crews
            .map(|(crew, lanes)| scope.spawn(move || run(name, port, crew * share, lanes, plan)))
            .collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| match thread.join() {
            Ok(tally) => tally,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        threads.into_iter().map(join).collect::<Result<Vec<Tally>, BenchError>>()
    })?;
    Ok(tallies.into_iter().fold(Tally::default(), Tally::join))
}

fn run<P: Payload>(
    name: &'static str,
    port: u16,
    first: usize,
    lanes: &mut [Vec<P>],
    plan: Plan,
) -> Result<Tally, BenchError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let lanes = lanes.iter_mut().enumerate();
    let tallies = runtime.block_on(try_join_all(lanes.map(|(index, templates)| async move {
        let client = Client::open(name, port, P::PATH).await?;
        let lane = Lane { client, templates, plan, index: first + index };
        lane.run(name).await
    })))?;
    Ok(tallies.into_iter().fold(Tally::default(), Tally::join))
}

struct Lane<'a, P> {
    client: Client,
    templates: &'a mut [P],
    plan: Plan,
    index: usize,
}

impl<P: Payload> Lane<'_, P> {
    async fn run(mut self, name: &'static str) -> Result<Tally, BenchError> {
        let mut random = SmallRng::seed_from_u64(self.index as u64);
        let mut tally = Tally::default();
        let start = Instant::now();
        let interval = self.interval();
        // Connections take turns, so that a pace is even over all of them.
        let mut due = start + interval.unwrap_or_default() * self.turn() / CONNECTIONS_U32;
        for sent in 0.. {
            let is_over = match self.plan.until {
                Until::Rounds(rounds) => sent >= rounds * self.templates.len(),
                Until::Elapsed(time) => start.elapsed() >= time,
            };
            if is_over {
                break;
            }
            let begin = match interval {
                Some(interval) => {
                    let begin = wait_until(due).await;
                    due += interval;
                    begin
                }
                None => Instant::now(),
            };
            let index = sent % self.templates.len();
            let template = &mut self.templates[index];
            template.stamp(unix_nanos()?, self.plan.change, &mut random);
            send(&mut self.client, template, &mut tally, name).await?;
            tally.latencies.push(u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
        tally.seconds = start.elapsed().as_secs_f64();
        Ok(tally)
    }

    /// Between two requests of this connection.
    fn interval(&self) -> Option<Duration> {
        let items = self.templates.first().map_or(0, Payload::items) as f64;
        let rate = f64::from(self.plan.rate?) / CONNECTIONS as f64;
        Some(Duration::from_secs_f64(items / rate))
    }

    fn turn(&self) -> u32 {
        u32::try_from(self.index).unwrap_or(0)
    }
}

const CONNECTIONS_U32: u32 = 4;
const _: () = assert!(CONNECTIONS_U32 as usize == CONNECTIONS);

/// When the request that was due begins: then, if the one before held it up, so that a slow answer counts for those
/// behind it too; and when the timer fires, if it waited for nothing else.
async fn wait_until(due: Instant) -> Instant {
    if Instant::now() >= due {
        return due;
    }
    sleep_until(due).await;
    Instant::now()
}

async fn send(
    client: &mut Client,
    template: &mut impl Payload,
    tally: &mut Tally,
    name: &'static str,
) -> Result<(), BenchError> {
    let frame = template.lend();
    let mut accepted = None;
    for _ in 0..REFUSALS_MAX {
        match client.export(frame.clone()).await? {
            Answer::Accepted { rejected } => {
                accepted = Some(rejected);
                break;
            }
            Answer::Refused => {
                tally.refused += 1;
                sleep(REFUSED_PAUSE).await;
            }
        }
    }
    template.restore(frame);
    let Some(rejected) = accepted else {
        let message = format!("refused a request {REFUSALS_MAX} times in a row");
        return Err(BenchError::library(name, message));
    };
    tally.items += template.items().saturating_sub(rejected);
    tally.rejected += rejected;
    Ok(())
}
