//! Inflates gzip bodies under a cap; the only place where raw decoders are used.

use std::io::Read;

use bytes::Bytes;

use super::in_flight::Charge;
use crate::pipeline::{Refusal, RefusalReason};

/// Bytes inflated between two looks at the limit and the budget.
const STEP_BYTES: usize = 64 << 10;

/// Inflates a gzip body (any number of members) to at most `limit` bytes; every step is charged before the next.
///
/// # Errors
/// [`RefusalReason::TooLarge`] as soon as the body proves larger than `limit`, [`RefusalReason::Malformed`] if it is
/// not gzip or ends early, [`RefusalReason::Memory`] if the budget of `charge` is spent.
pub fn inflate_gzip(body: &[u8], limit: usize, charge: &mut Charge) -> Result<Bytes, Refusal> {
    #[expect(
        clippy::disallowed_types,
        reason = "this is the capped decoder that the ban points to"
    )]
    let mut decoder = flate2::read::MultiGzDecoder::new(body);
    let mut inflated = Vec::new();
    loop {
        // One byte beyond the limit tells a body of exactly that size from a larger one.
        let room = STEP_BYTES.min(limit.saturating_add(1) - inflated.len());
        charge.grow(room)?;
        let read = (&mut decoder)
            .take(room as u64)
            .read_to_end(&mut inflated)
            .map_err(|cause| malformed(body.len(), &cause))?;
        if inflated.len() > limit {
            return Err(too_large(body.len(), limit));
        }
        if read < room {
            return Ok(inflated.into());
        }
    }
}

fn malformed(bytes: usize, cause: &std::io::Error) -> Refusal {
    Refusal {
        reason: RefusalReason::Malformed,
        message: format!(
            "body of {bytes} bytes is not gzip: {cause}; send gzip or leave out the content encoding"
        ),
        retry_after: None,
    }
}

fn too_large(bytes: usize, limit: usize) -> Refusal {
    Refusal {
        reason: RefusalReason::TooLarge,
        message: format!(
            "gzip body of {bytes} bytes inflates to more than the limit of {limit} bytes; send smaller batches"
        ),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;
    use crate::http::InFlight;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("a Vec takes all");
        encoder.finish().expect("a Vec takes all")
    }

    fn check(body: &[u8], limit: usize, expected: Result<usize, RefusalReason>) {
        let mut charge = InFlight::new(16 << 20).charge();
        let inflated = inflate_gzip(body, limit, &mut charge);
        let seen = inflated.map(|bytes| bytes.len()).map_err(|refusal| refusal.reason);
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_body_of_exactly_the_limit_is_inflated() {
        check(&gzip(&[7; 100_000]), 100_000, Ok(100_000));
        check(&gzip(&[]), 0, Ok(0));
    }

    #[test]
    fn several_members_are_one_body() {
        let body = [gzip(&[1; 10]), gzip(&[2; 10])].concat();
        check(&body, 100, Ok(20));
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        let bomb = gzip(&vec![0; 8 << 20]);
        assert!(bomb.len() < 100_000);
        check(&bomb, 1 << 20, Err(RefusalReason::TooLarge));
    }

    #[test]
    fn a_bomb_never_takes_much_more_than_its_limit_from_the_budget() {
        let budget = InFlight::new(2 << 20);
        let mut charge = budget.charge();
        let refusal = inflate_gzip(&gzip(&vec![0; 8 << 20]), 1 << 20, &mut charge);
        assert_eq!(refusal.map_err(|refusal| refusal.reason), Err(RefusalReason::TooLarge));
        assert!(budget.used() <= (1 << 20) + 1, "{}", budget.used());
    }

    #[test]
    fn what_is_not_gzip_is_malformed() {
        check(b"plain", 100, Err(RefusalReason::Malformed));
        let whole = gzip(&[7; 1000]);
        check(&whole[..whole.len() - 5], 10_000, Err(RefusalReason::Malformed));
    }
}
