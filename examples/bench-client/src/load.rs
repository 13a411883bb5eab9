//! Many requests, a few at a time.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use hyper_util::rt::TokioIo;
use inferometer_sdk::Clock;
use tokio::{net::TcpStream, task::JoinSet};

use crate::{Answer, BenchError, Connection, Measures, Options, Question};

/// What to send, and how much of it at a time.
#[derive(Debug, Clone)]
pub struct Load {
    /// Host and port.
    pub authority: String,
    /// What every request asks.
    pub question: Question,
    /// All requests.
    pub requests: usize,
    /// Connections, each with one request at a time.
    pub concurrency: NonZeroUsize,
    /// Samples a second of the server's speech.
    pub sample_rate: u32,
}

/// What came of a load.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Of requests that were answered.
    pub measures: Measures,
    /// Requests that were not.
    pub failed: usize,
    /// Why the first of them was not.
    pub first_error: Option<BenchError>,
}

impl Load {
    /// What the command line says. Asks the server for its model, unless that is said too.
    ///
    /// # Errors
    /// It had to be asked, and did not answer.
    pub async fn of(options: Options, clock: Arc<dyn Clock>) -> Result<Self, BenchError> {
        let model = match options.model {
            Some(model) => model,
            None => connect(&options.server, clock).await?.model().await?,
        };
        Ok(Self {
            authority: options.server,
            question: Question {
                model,
                prompt: options.prompt,
                max_tokens: options.max_tokens,
                answers: options.answers,
                is_spoken: options.speech,
            },
            requests: options.requests,
            concurrency: options.concurrency,
            sample_rate: options.sample_rate,
        })
    }

    /// Sends everything. A connection that breaks is made anew for the next request.
    pub async fn run(self, clock: Arc<dyn Clock>) -> Outcome {
        let load = Arc::new(self);
        let next = Arc::new(AtomicUsize::new(0));
        let mut workers = JoinSet::new();
        for _ in 0..load.concurrency.get() {
            let (load, next, clock) = (Arc::clone(&load), Arc::clone(&next), Arc::clone(&clock));
            workers.spawn(async move { load.work(&next, &clock).await });
        }
        let mut all = Outcome::default();
        while let Some(Ok(part)) = workers.join_next().await {
            all.measures.merge(&part.measures);
            all.failed += part.failed;
            all.first_error = all.first_error.or(part.first_error);
        }
        all
    }

    async fn work(&self, next: &AtomicUsize, clock: &Arc<dyn Clock>) -> Outcome {
        let mut outcome = Outcome::default();
        let mut connection = None;
        while next.fetch_add(1, Relaxed) < self.requests {
            match self.ask(connection.take(), clock).await {
                Ok((used, answer)) => {
                    outcome.measures.record(&answer, self.sample_rate);
                    connection = Some(used);
                }
                Err(error) => {
                    outcome.failed += 1;
                    outcome.first_error.get_or_insert(error);
                }
            }
        }
        outcome
    }

    async fn ask(
        &self,
        connection: Option<Connection>,
        clock: &Arc<dyn Clock>,
    ) -> Result<(Connection, Answer), BenchError> {
        let mut connection = match connection {
            Some(connection) => connection,
            None => connect(&self.authority, Arc::clone(clock)).await?,
        };
        let answer = connection.ask(&self.question).await?;
        Ok((connection, answer))
    }
}

/// A connection of its own.
async fn connect(authority: &str, clock: Arc<dyn Clock>) -> Result<Connection, BenchError> {
    let stream = TcpStream::connect(authority).await.map_err(BenchError::Connect)?;
    // Requests are small and wanted at once; where this is refused they come a little later.
    let _ = stream.set_nodelay(true);
    Connection::over(TokioIo::new(stream), authority, clock).await
}
