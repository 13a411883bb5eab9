//! What the whole-system tests are made of: things to run, ways to ask them, and judges from outside.
//!
//! | what | file |
//! |---|---|
//! | the collector in this process, and the real program as a child | `collector.rs`, `program.rs`, `child.rs` |
//! | a backend that keeps what is forwarded to it | `backend.rs` |
//! | what a service manager is told | `notify_socket.rs` |
//! | the model server of `examples/serve`, and its client | `model_server.rs`, `completion.rs` |
//! | an engine with made-up tokens behind OpenAI's API | `fake_model.rs` |
//! | a scrape, parsed strictly; what is expected of one series | `scrape.rs`, `parse.rs`, `expected.rs` |
//! | a trace as a tree that people can read | `span_tree.rs` |
//! | foreign programs that judge or consume what we serve | `oracle.rs` |
//! | foreign SDKs, what they record, and what must be answered then | `foreign_sdk.rs`, `scenario.rs`, `../foreign` |
//! | what came in is what went out | `conservation.rs` |
//! | backends with TLS of other people | `tls_backend.rs` |
//! | a port where nobody listens | `unused_port.rs` |
//! | gRPC with any bytes | `raw_codec.rs` |
//! | faults, an account of what was sent, and a backend that fails as it is told to | `faults` |
//! | attacks, and a client beside them that nobody may hurt | `hostile` |
//! | the real program with another configuration | `reload.rs` |
//! | HTTP for tests, and waiting with a deadline | `http.rs`, `wait.rs` |
//! | what documents show, and a page of commands as it is run | `markdown.rs`, `page.rs` |
//! | a shell in an empty root | `shell.rs` |
//!
//! Everything blocks: a test reads from top to bottom, and what needs a runtime has its own. What is started ends when
//! it is dropped. A failed expectation panics with what was seen instead.

mod backend;
mod child;
mod collector;
mod completion;
mod conservation;
mod expected;
pub mod fake_model;
pub mod faults;
mod foreign_sdk;
pub mod hostile;
pub mod http;
pub mod markdown;
mod model_server;
mod notify_socket;
pub mod oracle;
pub mod page;
mod parse;
mod program;
mod raw_codec;
pub mod reload;
mod scale;
pub mod scenario;
mod scrape;
mod shell;
mod span_tree;
mod tls_backend;
mod unused_port;
pub mod wait;

pub use backend::FakeBackend;
pub use child::{Child, Ended};
pub use collector::{CollectorProcess, CollectorUnderTest, LOOPBACK_CONFIG};
pub use completion::{Completion, Usage};
pub use conservation::{Conserved, conserved};
pub use expected::{Expected, family, series};
pub use foreign_sdk::{ForeignSdk, Sdk};
pub use model_server::{ModelServer, model_file};
pub use notify_socket::NotifySocket;
pub use parse::ParseError;
pub use program::{
    cargo, collector_program, example_program, forking_host_program, model_server_program,
    workspace_root,
};
pub use raw_codec::RawCodec;
pub use scrape::{Family, Kind, Sample, Scrape};
pub use shell::{Said, Shell};
pub use span_tree::{Span, timed_tree, tree};
pub use tls_backend::{Certificates, Delivered, TlsBackend};
pub use unused_port::UnusedPort;
