//! The spans of a request, by scope and trace, where they are.

use std::{ops::Range, sync::Arc};

use super::{
    envelope::{Envelope, INNER},
    span,
    span_tests::{Bits, SpanTests},
    trace::{Features, TraceId},
};
use crate::otlp::fields;

/// What is in a request. There are no more runs than spans.
#[derive(Debug, Default)]
pub(super) struct Walked<'a> {
    pub(super) runs: Vec<Run>,
    scopes: Vec<Scope<'a>>,
    /// Spans without an id of a trace, which belong to none.
    pub(super) invalid: u64,
}

/// Spans of one trace, one behind the other in one scope.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: TraceId,
    pub(super) features: Features,
    scope: usize,
    /// Their fields in the message of the scope.
    place: Range<usize>,
}

impl Run {
    /// Bytes of its spans.
    pub(super) fn len(&self) -> usize {
        self.place.len()
    }
}

#[derive(Debug)]
struct Scope<'a> {
    resource_spans: &'a [u8],
    scope_spans: &'a [u8],
    /// Copied for the first spans of it that are kept.
    envelope: Option<Arc<Envelope>>,
}

impl<'a> Walked<'a> {
    /// Reads an encoded `ExportTraceServiceRequest`, once.
    pub(super) fn of(request: &'a [u8], tests: &SpanTests) -> Self {
        let mut walked = Self::default();
        for of_resource in fields(request).filter(|field| field.number == 1) {
            let resource_spans = of_resource.bytes();
            let bits = tests.of_resource(resource_spans);
            for of_scope in fields(resource_spans).filter(|field| field.number == INNER) {
                let scope_spans = of_scope.bytes();
                walked.scopes.push(Scope { resource_spans, scope_spans, envelope: None });
                walked.scope(scope_spans, tests, bits);
            }
        }
        walked
    }

    fn scope(&mut self, scope_spans: &[u8], tests: &SpanTests, of_resource: Bits) {
        let scope = self.scopes.len() - 1;
        let mut rest = fields(scope_spans);
        while let Some(field) = rest.next() {
            if field.number != INNER {
                continue;
            }
            let end = scope_spans.len() - rest.rest().len();
            let start = end - field.raw.len();
            let (id, features) = span::look(field.bytes(), tests, of_resource);
            let Some(id) = id else {
                self.invalid += 1;
                continue;
            };
            match self.runs.last_mut() {
                Some(run) if run.scope == scope && run.id == id && run.place.end == start => {
                    run.place.end = end;
                    run.features.add(&features);
                }
                _ => self.runs.push(Run { id, features, scope, place: start..end }),
            }
        }
    }

    /// The bytes of a run, and what is around it.
    pub(super) fn copy(&mut self, run: &Run) -> (Box<[u8]>, Arc<Envelope>) {
        let Scope { resource_spans, scope_spans, envelope } = &mut self.scopes[run.scope];
        let envelope =
            envelope.get_or_insert_with(|| Arc::new(Envelope::of(resource_spans, scope_spans)));
        (scope_spans[run.place.clone()].into(), Arc::clone(envelope))
    }
}
