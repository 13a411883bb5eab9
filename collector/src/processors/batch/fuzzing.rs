//! Any request cut into batches.

use bytes::Bytes;

use super::split::split;
use crate::{otlp, pipeline::Signal, processors::request::Request};

/// The first byte chooses the signal, the second the most items of a part, the others are a request. Its parts hold the
/// same items in the same order, as many as they say, and none more than it may.
pub fn batch_split(data: &[u8]) {
    let [choice, max, bytes @ ..] = data else { return };
    let signal = Signal::ALL[usize::from(*choice) % Signal::ALL.len()];
    let max = u64::from(*max).max(1);
    let Ok(counts) = otlp::check(signal, bytes) else { return };
    let whole = Bytes::copy_from_slice(bytes);
    let parts = split(signal, &whole, counts.items, max);
    let mut seen = Vec::new();
    for (bytes, items) in parts {
        assert!(items <= max, "{items} of at most {max}");
        assert_eq!(otlp::check(signal, &bytes).ok().map(|counts| counts.items), Some(items));
        seen.extend(items_of(signal, bytes));
    }
    assert_eq!(seen, items_of(signal, whole));
}

/// Every item, with all that it shares with others, as text. What has no items is in no part.
fn items_of(signal: Signal, bytes: Bytes) -> Vec<String> {
    let request = Request::decode(signal, bytes);
    let mut request = request.unwrap_or_else(|cause| panic!("a part is no request: {cause}"));
    request.retain_items(|_, _| true);
    let mut items = Vec::new();
    while request.items() > 0 {
        items.push(format!("{:?}", request.take_front(1)));
    }
    items
}
