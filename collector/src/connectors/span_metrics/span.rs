//! A span, read in place: the little that its series needs.

use super::settings::{CommonDimension, Dimension};
use crate::otlp::{fields, key_of};

const KINDS: [&str; 6] = [
    "SPAN_KIND_UNSPECIFIED",
    "SPAN_KIND_INTERNAL",
    "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",
    "SPAN_KIND_PRODUCER",
    "SPAN_KIND_CONSUMER",
];
const STATUS_CODES: [&str; 3] = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

/// What Jaeger calls the service of a resource that names none.
const NO_SERVICE_NAME: &str = "OTLPResourceNoServiceName";

/// What is known of one span.
#[derive(Debug, Clone, Copy)]
pub(super) struct SpanView<'a> {
    pub(super) trace_id: &'a [u8],
    pub(super) span_id: &'a [u8],
    name: &'a str,
    kind: &'static str,
    status: &'static str,
    /// Nothing for a span that ends before it starts.
    pub(super) duration_nanos: u64,
    pub(super) end_nanos: u64,
}

/// Encoded pairs, by the dimension that they are the values of.
pub(super) type Pairs<'a> = Vec<Option<&'a [u8]>>;

impl<'a> SpanView<'a> {
    /// Reads a span; its attributes that are dimensions replace what is in `pairs`.
    pub(super) fn read(span: &'a [u8], dimensions: &[Dimension], pairs: &mut Pairs<'a>) -> Self {
        let mut view = Self {
            trace_id: &[],
            span_id: &[],
            name: "",
            kind: KINDS[0],
            status: STATUS_CODES[0],
            duration_nanos: 0,
            end_nanos: 0,
        };
        let mut start_nanos = 0;
        let mut found = 0;
        for field in fields(span) {
            match field.number {
                1 => view.trace_id = field.bytes(),
                2 => view.span_id = field.bytes(),
                5 => view.name = text(field.bytes()),
                6 => view.kind = word(&KINDS, field.number()),
                7 => start_nanos = field.number(),
                8 => view.end_nanos = field.number(),
                9 if !dimensions.is_empty() => {
                    find(field.bytes(), dimensions, &mut found, pairs);
                }
                15 => {
                    let code = fields(field.bytes()).filter(|field| field.number == 3).last();
                    view.status = word(&STATUS_CODES, code.map_or(0, |code| code.number()));
                }
                _ => {}
            }
        }
        view.duration_nanos = view.end_nanos.saturating_sub(start_nanos);
        view
    }

    /// A dimension's value; `service` is that of its resource.
    pub(super) const fn common(&self, dimension: CommonDimension, service: &'a str) -> &'a str {
        match dimension {
            CommonDimension::ServiceName => service,
            CommonDimension::SpanName => self.name,
            CommonDimension::SpanKind => self.kind,
            CommonDimension::StatusCode => self.status,
        }
    }
}

/// Keeps a pair if it is a dimension's, of several with one key the first; `found` has a bit for each that is known.
fn find<'a>(pair: &'a [u8], dimensions: &[Dimension], found: &mut u64, pairs: &mut Pairs<'a>) {
    let key = key_of(pair);
    let place = dimensions.iter().position(|dimension| dimension.name.as_bytes() == key);
    if let Some(place) = place.filter(|place| *found & (1 << place) == 0) {
        *found |= 1 << place;
        pairs[place] = Some(pair);
    }
}

/// The attributes of a resource that are dimensions.
pub(super) fn pairs_of_resource<'a>(resource: &'a [u8], dimensions: &[Dimension]) -> Pairs<'a> {
    let mut pairs = vec![None; dimensions.len()];
    let mut found = 0;
    for pair in messages(resource, 1) {
        find(pair, dimensions, &mut found, &mut pairs);
    }
    pairs
}

/// The service that a resource names.
pub(super) fn service_name(resource: &[u8]) -> &str {
    let named = messages(resource, 1).find(|pair| key_of(pair) == b"service.name");
    let value = named.and_then(|pair| messages(pair, 2).last());
    match value.and_then(|value| fields(value).last()) {
        Some(name) if name.number == 1 && !name.bytes().is_empty() => text(name.bytes()),
        _ => NO_SERVICE_NAME,
    }
}

/// The messages under a number of another one.
pub(super) fn messages(message: &[u8], number: u32) -> impl Iterator<Item = &[u8]> {
    fields(message).filter(move |field| field.number == number).map(|field| field.bytes())
}

/// The word for a number of an enum; one that the protocol does not have is as good as none.
fn word(words: &[&'static str], number: u64) -> &'static str {
    let known = usize::try_from(number).ok().and_then(|number| words.get(number));
    known.copied().unwrap_or(words[0])
}

/// A text of a checked request.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
