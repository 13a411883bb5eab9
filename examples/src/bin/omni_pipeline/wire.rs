//! What goes from stage to stage, and the recorded ways on which it goes.

use std::{
    collections::HashMap,
    sync::mpsc::{Receiver, SyncSender},
};

use inferometer_sdk::{
    Edge, Engine, Prompt, Request, Sent, TransferEdge, TransferPayload, TransferTransport,
};

use crate::{REPLICAS, stages::Question};

/// A payload, and the headers that travel with it. The channels of this program stand for shared memory or a network:
/// nothing but bytes and text goes through them.
pub(crate) struct Message {
    pub(crate) question: Question,
    pub(crate) payload: Vec<u8>,
    headers: HashMap<String, String>,
    /// The replica that sent it.
    from: u32,
}

/// What a replica does with a message.
pub(crate) trait Stage {
    /// The prompt that a payload is; none if the stage reads no tokens.
    fn prompt(&self, payload: &[u8]) -> Option<Prompt>;

    /// Works on it, to the end of the request.
    fn work(&self, request: Request, message: &Message);
}

/// The ways from one replica to all of a stage.
pub(crate) struct Outlet {
    replica: u32,
    edges: Vec<Edge>,
    inboxes: Vec<SyncSender<Message>>,
}

impl Outlet {
    pub(crate) fn new(
        engine: &Engine,
        replica: u32,
        stage: &'static str,
        payload: TransferPayload,
        inboxes: &[SyncSender<Message>],
    ) -> Self {
        let edge = |to| {
            let edge = TransferEdge::to(stage, to, payload).transport(TransferTransport::Shm);
            engine.transfer_edge(&edge)
        };
        Self { replica, edges: (0..REPLICAS).map(edge).collect(), inboxes: inboxes.to_vec() }
    }

    /// Sends what was made for a request to one replica.
    pub(crate) fn send(&self, to: u32, question: Question, payload: Vec<u8>, request: &Request) {
        let transfer = self.edges[to as usize].start(request.context());
        let bytes = payload.len() as u64;
        let mut headers = HashMap::new();
        transfer.sent().inject(&mut headers);
        let message = Message { question, payload, headers, from: self.replica };
        match self.inboxes[to as usize].send(message) {
            Ok(()) => transfer.finish(bytes),
            Err(_) => transfer.fail("receiver_gone"),
        }
    }
}

/// The ways from all replicas of a stage to one.
pub(crate) struct Inlet {
    engine: Engine,
    edges: Vec<Edge>,
    inbox: Receiver<Message>,
}

impl Inlet {
    pub(crate) fn new(
        engine: Engine,
        stage: &'static str,
        payload: TransferPayload,
        inbox: Receiver<Message>,
    ) -> Self {
        let edge = |from| {
            let edge = TransferEdge::from(stage, from, payload).transport(TransferTransport::Shm);
            engine.transfer_edge(&edge)
        };
        Self { edges: (0..REPLICAS).map(edge).collect(), engine, inbox }
    }

    /// Works on every message until no sender is left. A message is a request of this stage, in the trace of the one it
    /// came from.
    pub(crate) fn serve(&self, stage: &impl Stage) {
        for message in &self.inbox {
            let sent = Sent::extract(&message.headers);
            let request = self.engine.request(&sent.context(), stage.prompt(&message.payload));
            let transfer = self.edges[message.from as usize].receive(&sent, request.context());
            // Here a real stage would copy the payload out of shared memory.
            transfer.finish(message.payload.len() as u64);
            stage.work(request, &message);
        }
    }
}
