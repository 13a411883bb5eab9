//! Kept traces that are too large together, as two requests.

use std::{
    collections::{HashMap, HashSet},
    mem,
};

use bytes::Bytes;
use foldhash::quality::RandomState;

use super::{
    super::onward::Part,
    envelope,
    runs::{Run, Walked},
    span_tests::SpanTests,
    trace::{Piece, TraceId},
};
use crate::pipeline::Traced;

/// Two requests of about as many bytes of spans, of whole traces each and without decoding any of them. Nothing if there
/// is one trace alone.
pub(super) fn halves(request: &Bytes) -> Option<[Part; 2]> {
    let mut walked = Walked::of(request, &SpanTests::default());
    let runs = mem::take(&mut walked.runs);
    let in_first = first_half(&runs)?;
    let (first, second): (Vec<Run>, Vec<Run>) =
        runs.into_iter().partition(|run| in_first.contains(&run.id));
    Some([first, second].map(|runs| part(&runs, &mut walked)))
}

/// The traces that come first, until they have half of the bytes: at least one, and never all.
fn first_half(runs: &[Run]) -> Option<HashSet<TraceId, RandomState>> {
    let mut sizes: HashMap<TraceId, usize, RandomState> = HashMap::default();
    let mut order = Vec::new();
    for run in runs {
        *sizes.entry(run.id).or_insert_with(|| {
            order.push(run.id);
            0
        }) += run.len();
    }
    let (_last, others) = order.split_last()?;
    let half = sizes.values().sum::<usize>() / 2;
    let mut bytes = 0;
    let first: HashSet<TraceId, RandomState> = others
        .iter()
        .copied()
        .take_while(|id| {
            let is_enough = bytes >= half;
            bytes += sizes[id];
            !is_enough
        })
        .collect();
    (!first.is_empty()).then_some(first)
}

fn part(runs: &[Run], walked: &mut Walked<'_>) -> Part {
    let items = runs.iter().map(|run| run.features.spans).sum();
    let pieces = runs.iter().map(|run| {
        let (spans, envelope) = walked.copy(run);
        Piece { envelope, spans, source: None }
    });
    Part { bytes: envelope::request(pieces.collect()), items, traced: Traced::default() }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{
        collector::trace::v1::ExportTraceServiceRequest,
        trace::v1::{ResourceSpans, ScopeSpans, Span},
    };
    use prost::Message;

    use super::*;

    /// A request of scopes with spans of these traces, whose names are so long.
    fn request(scopes: &[&[(u8, usize)]]) -> Bytes {
        let span = |(trace, length): &(u8, usize)| Span {
            trace_id: vec![*trace; 16],
            name: "n".repeat(*length),
            ..Span::default()
        };
        let of_scope = |spans: &&[(u8, usize)]| ResourceSpans {
            scope_spans: vec![ScopeSpans {
                spans: spans.iter().map(span).collect(),
                ..ScopeSpans::default()
            }],
            schema_url: "kept".to_owned(),
            ..ResourceSpans::default()
        };
        let resource_spans = scopes.iter().map(of_scope).collect();
        ExportTraceServiceRequest { resource_spans }.encode_to_vec().into()
    }

    /// The traces of a part's spans, in their order, as the generated types read them.
    fn traces(part: &Part) -> Vec<u8> {
        let request = ExportTraceServiceRequest::decode(part.bytes.clone()).expect("it decodes");
        assert!(request.resource_spans.iter().all(|of| of.schema_url == "kept"));
        let scopes = request.resource_spans.iter().flat_map(|of| &of.scope_spans);
        let mut traces: Vec<u8> =
            scopes.flat_map(|of| &of.spans).map(|span| span.trace_id[0]).collect();
        assert_eq!(traces.len() as u64, part.items);
        traces.sort_unstable();
        traces
    }

    #[track_caller]
    fn check(scopes: &[&[(u8, usize)]], first: &[u8], second: &[u8]) {
        let [one, other] = halves(&request(scopes)).expect("two traces at least");
        assert_eq!((traces(&one), traces(&other)), (first.to_vec(), second.to_vec()));
    }

    #[test]
    fn each_trace_is_in_one_half_whole() {
        check(&[&[(1, 9), (2, 9), (1, 9)], &[(3, 9), (2, 9), (4, 9)]], &[1, 1, 2, 2], &[3, 4]);
        check(&[&[(1, 5)], &[(2, 5)]], &[1], &[2]);
    }

    #[test]
    fn no_half_is_empty_however_large_one_trace_is() {
        check(&[&[(1, 5000), (2, 1), (3, 1)]], &[1], &[2, 3]);
        check(&[&[(1, 1), (2, 1), (3, 5000)]], &[1, 2], &[3]);
    }

    #[test]
    fn one_trace_is_not_cut() {
        assert!(halves(&request(&[&[(1, 5), (1, 5)], &[(1, 5)]])).is_none());
        assert!(halves(&Bytes::new()).is_none());
    }
}
