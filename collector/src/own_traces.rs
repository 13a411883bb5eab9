//! Spans of the collector's own, sent by OTLP to where `service.telemetry.traces` says.
//!
//! A request that is received is a span, a child of the sender's if there is one; each attempt to send it on is a span below
//! it; and so is, by itself, each time that another configuration is gone on with. Names are the OpenTelemetry Collector's.
//!
//! Without that section nothing is recorded, and a request costs a branch. With it, nobody waits for these spans: those
//! that find no room, or no backend, are lost and counted.
//!
//! What is sent from here says that its trace is not sampled, and a sender's decision holds: wherever these spans pass,
//! there are no spans about their own way, neither here nor in another collector.

mod attempt;
mod request;
mod span;
mod start;

use std::{fmt, sync::Arc, thread, time::Duration};

use inferometer_sdk::{ExportStats, Telemetry};
use opentelemetry::{
    Context,
    trace::{SpanKind, Tracer},
};
use opentelemetry_sdk::{Resource, trace::SdkTracer};
use tokio::sync::oneshot;

use self::span::OwnSpan;
pub(crate) use self::{
    attempt::{AttemptSpan, Sender},
    request::Listener,
};
use crate::{config::OwnTraceSettings, http::StartError};

/// What records spans, and sends them; clones share it. The default records nothing.
#[derive(Clone, Default)]
pub(crate) struct OwnTraces(Option<Arc<Running>>);

struct Running {
    telemetry: Telemetry,
    tracer: SdkTracer,
}

impl OwnTraces {
    /// The longest time that a shutdown waits for spans: 5 s. Those that are left are lost, and counted.
    const SHUTDOWN_MAX: Duration = inferometer_sdk::DROP_TIMEOUT;

    /// Starts what sends them, on a thread of its own, as this resource.
    ///
    /// # Errors
    /// A file of TLS or a header cannot be used, or the system refuses the thread.
    pub(crate) fn start(
        settings: &OwnTraceSettings,
        resource: &Resource,
    ) -> Result<Self, StartError> {
        let telemetry = start::telemetry(settings, resource)?;
        let tracer = start::tracer(&telemetry);
        Ok(Self(Some(Arc::new(Running { telemetry, tracer }))))
    }

    /// Whether there are any.
    pub(crate) const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// What became of the spans; nothing if there are none.
    pub(crate) fn stats(&self) -> Option<ExportStats> {
        self.0.as_ref().map(|running| running.telemetry.stats().spans)
    }

    /// Another configuration is gone on with, until the span ends.
    pub(crate) fn reload(&self) -> OwnSpan {
        OwnSpan::of(self.0.as_ref().map(|running| {
            let span = running.tracer.span_builder("reload").with_kind(SpanKind::Internal);
            span.start_with_context(&running.tracer, &Context::new())
        }))
    }

    /// Sends what waits, within the deadline and [`OwnTraces::SHUTDOWN_MAX`]. Spans that end later are lost, and counted.
    pub(crate) async fn shutdown(&self, deadline: Duration) {
        let Some(running) = self.0.clone() else {
            return;
        };
        let deadline = deadline.min(Self::SHUTDOWN_MAX);
        let (told, ended) = oneshot::channel();
        // No thread of the runtime, which would wait for it also where a second signal ends the program.
        let spawned = thread::Builder::new().name("own-traces-end".to_owned()).spawn(move || {
            let _ = told.send(running.telemetry.shutdown(deadline).map_err(|it| it.to_string()));
        });
        let ended = match spawned {
            Ok(_) => ended.await.unwrap_or(Ok(())),
            Err(cause) => Err(cause.to_string()),
        };
        if let Err(cause) = ended {
            tracing::warn!(
                "service.telemetry.traces: spans of the collector's own are lost: {cause}"
            );
        }
    }
}

impl Drop for Running {
    /// Whoever goes without a shutdown does not wait for a backend.
    fn drop(&mut self) {
        let _ = self.telemetry.shutdown(Duration::ZERO);
    }
}

impl fmt::Debug for OwnTraces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnTraces").field(&self.stats()).finish()
    }
}
