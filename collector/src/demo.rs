//! `inferometer demo`: a collector and a simulated fleet that sends to it, in one process.
//!
//! Nothing of the telemetry is simulated. Every replica has a [`Telemetry`](inferometer_sdk::Telemetry) of its own,
//! records through the SDK's serving layer in real time and exports OTLP over gRPC to the collector's real address.
//! The numbers shown are those that the collector received; the fleet's own account is only held against them.
//!
//! ```text
//! workload -> decode replica -> prefill replica        clients ask; prompts are prefilled elsewhere
//!                    ^               |
//!                    +---- link -----+                 the KV cache comes over a shared link
//!
//! replica: Telemetry -> OTLP -> Collector -> Store -> Summary -> View -> Screen
//! ```
//!
//! Who records what, so that nothing counts twice:
//!
//! - A client's request is recorded by the decode replica that it asked, from arrival to end: the root span, time to
//!   first token, end to end, tokens generated, finish reason. Its phase "prefill" is the time until its KV cache has
//!   come, its prompt tokens have the source `remote`.
//! - The prefill replica records its part of it as a request of its own stage, a child span: queue, prefill, what of
//!   the prompt was cached. It generates no tokens and so has no time to first token. It ends with `stop` when the
//!   KV cache is delivered.
//! - Both ends of the link record the transfer; the direction keeps their bytes apart.
//!
//! So each total is that of one stage (`infer.stage`), and each stage's total is right.
//!
//! Every random choice is made in `workload.rs` from one seed. What is not random depends on the machine's time: which
//! replica gets a request, and which system prompts are still cached then.

mod blocks;
mod decode;
mod fault;
mod fleet;
mod intake;
mod ledger;
mod link;
mod message;
mod page;
mod placement;
mod ports;
mod prefill;
mod prefix_cache;
mod quantity;
mod rates;
mod received;
mod replica;
mod run;
mod screen;
mod stage;
mod summary;
mod system_prompts;
#[cfg(test)]
mod tests;
mod totals;
mod view;
mod workload;

pub use fault::DemoError;
pub use intake::Intake;
pub use ledger::{Ledger, Sent, SentItems};
pub use ports::Ports;
pub use replica::MODEL;
pub use run::{Demo, Ending, Options};
pub use screen::Screen;
pub use stage::Stage;
pub use totals::{ByStage, Totals};
