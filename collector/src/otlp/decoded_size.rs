//! How much memory a request would take in the generated types.

use super::{
    check::request,
    schema::{Kind, MAX_DEPTH, Schema},
    wire::{Reader, WireType},
};
use crate::pipeline::Signal;

/// Bytes of a point, span or log record, in a list that has room for twice as many.
const ITEM_BYTES: usize = 640;
/// The same of any other message: of an attribute, nearly always.
const MESSAGE_BYTES: usize = 192;
/// Bytes that a packed number becomes, of which one may have been sent.
const NUMBER_BYTES: usize = 16;

/// About how many bytes the decoded request takes, rather too many than too few: two bytes of a request may become
/// hundreds. Of bytes that have not passed [`check`](super::check()) those in front of the first fault count.
pub(crate) fn decoded_size(signal: Signal, bytes: &[u8]) -> usize {
    bytes.len().saturating_add(messages_size(request(signal), bytes, MAX_DEPTH))
}

/// What the messages and the lists of numbers inside a message take, without their texts.
fn messages_size(schema: &Schema, bytes: &[u8], depth: u32) -> usize {
    let mut reader = Reader::new(bytes);
    let mut size = 0_usize;
    while let Ok((number, wire_type)) = reader.key() {
        let kind = schema.field(number).map(|field| field.kind);
        let (own, inner) = match kind {
            Some(Kind::Item(inner)) => (ITEM_BYTES, inner),
            Some(
                Kind::Message(inner)
                | Kind::Messages(inner)
                | Kind::Attributes(inner)
                | Kind::Alternative(inner),
            ) => (MESSAGE_BYTES, inner),
            Some(Kind::Varints(_)) if wire_type == WireType::Bytes => {
                let Ok(packed) = reader.bytes() else { break };
                size = size.saturating_add(packed.len().saturating_mul(NUMBER_BYTES));
                continue;
            }
            _ => {
                if reader.skip(number, wire_type, depth).is_err() {
                    break;
                }
                continue;
            }
        };
        let Ok(message) = reader.bytes() else { break };
        let Some(depth) = depth.checked_sub(1) else { break };
        size = size.saturating_add(own).saturating_add(messages_size(inner, message, depth));
    }
    size
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{
        common::v1::KeyValue, metrics::v1::NumberDataPoint, trace::v1::Span,
    };

    use super::*;

    #[test]
    fn no_message_takes_more_than_it_is_counted_for() {
        assert!(2 * size_of::<Span>() <= ITEM_BYTES);
        assert!(2 * size_of::<NumberDataPoint>() <= ITEM_BYTES);
        assert!(2 * size_of::<KeyValue>() <= MESSAGE_BYTES);
    }

    #[test]
    fn empty_messages_count_for_what_they_become() {
        // One resource with one scope of a thousand empty spans.
        let spans = [0x12, 0x00].repeat(1000);
        let scope = [&[0x12, 0xd0, 0x0f][..], &spans].concat();
        let request = [&[0x0a, 0xd3, 0x0f][..], &scope].concat();
        let size = decoded_size(Signal::Traces, &request);
        assert_eq!(size, request.len() + 2 * MESSAGE_BYTES + 1000 * ITEM_BYTES);
    }
}
