//! Inflates compressed bodies under a cap; the only place where raw decoders are used.

use std::io::{self, Read};

use bytes::Bytes;

use super::{charged_bytes::ChargedBytes, in_flight::Charge};
use crate::pipeline::{Refusal, RefusalReason};

/// Largest window of a zstd frame, as a power of two: 32 MiB, what the best levels of its usual encoders ask for. A
/// frame that asks for more is refused as malformed.
const ZSTD_WINDOW_LOG_MAX: u32 = 25;

/// Room that a body is expected to need, as a multiple of its size; more is taken as it is needed.
const USUAL_RATIO: usize = 8;

/// The encodings of a body that are spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// RFC 1952; any number of members.
    Gzip,
    /// RFC 8878; any number of frames.
    Zstd,
}

impl Encoding {
    /// The names of all of them, as `accept-encoding` and `grpc-accept-encoding` list them.
    pub const NAMES: &'static str = "identity,gzip,zstd";

    /// The encoding of this name, which is not case-sensitive; `None` if it is not spoken here.
    #[must_use]
    pub fn named(name: &[u8]) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        match name {
            b"" => Some(Self::Identity),
            _ if is("identity") => Some(Self::Identity),
            _ if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            _ if is("zstd") => Some(Self::Zstd),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Inflates a body to at most `limit` bytes; room is charged before it is taken.
///
/// # Errors
/// [`RefusalReason::TooLarge`] as soon as the body proves larger than `limit`, [`RefusalReason::Malformed`] if it is
/// not what the encoding says, ends early, or has something behind its end, [`RefusalReason::Memory`] if the budget of
/// `charge` is spent.
pub fn inflate(
    body: Bytes,
    encoding: Encoding,
    limit: usize,
    charge: &mut Charge,
) -> Result<Bytes, Refusal> {
    let mut inflating = match encoding {
        Encoding::Identity => return Ok(body),
        encoding => Inflating {
            encoding,
            body_bytes: body.len(),
            limit,
            inflated: ChargedBytes::new(limit, charge),
        },
    };
    inflating.inflated.reserve(body.len().saturating_mul(USUAL_RATIO).min(limit))?;
    if encoding == Encoding::Gzip {
        inflating.gzip(&body)?;
    } else {
        inflating.zstd(&body)?;
    }
    Ok(inflating.inflated.finish())
}

struct Inflating<'a> {
    encoding: Encoding,
    body_bytes: usize,
    limit: usize,
    inflated: ChargedBytes<'a>,
}

impl Inflating<'_> {
    fn gzip(&mut self, body: &[u8]) -> Result<(), Refusal> {
        #[expect(
            clippy::disallowed_types,
            reason = "this is the capped decoder that the ban points to"
        )]
        let mut decoder = flate2::bufread::MultiGzDecoder::new(body);
        while self.step(&mut decoder)? > 0 {}
        Ok(())
    }

    fn zstd(&mut self, body: &[u8]) -> Result<(), Refusal> {
        #[expect(
            clippy::disallowed_types,
            reason = "this is the capped decoder that the ban points to"
        )]
        let decoder = zstd::stream::read::Decoder::with_buffer(body);
        let mut decoder = decoder.map_err(|cause| self.malformed(&cause))?;
        decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(|cause| self.malformed(&cause))?;
        loop {
            let read = self.step(&mut decoder)?;
            if read == 0 {
                return Ok(());
            }
            // The decoder keeps a copy of what it wrote, up to its window.
            if self.inflated.len() <= 1 << ZSTD_WINDOW_LOG_MAX {
                self.inflated.charge_beside(read)?;
            }
        }
    }

    /// The next piece; 0 at the end.
    fn step(&mut self, decoder: &mut impl Read) -> Result<usize, Refusal> {
        if self.inflated.is_full() {
            // One byte beyond the limit tells a larger body from one of exactly that size.
            return match decoder.read(&mut [0]) {
                Ok(0) => Ok(0),
                Ok(_) => Err(self.too_large()),
                Err(cause) => Err(self.malformed(&cause)),
            };
        }
        self.inflated.fill(decoder)?.map_err(|cause| self.malformed(&cause))
    }

    fn malformed(&self, cause: &io::Error) -> Refusal {
        Refusal {
            reason: RefusalReason::Malformed,
            message: format!(
                "body of {} bytes is not {}: {cause}; compress it whole or leave out the encoding",
                self.body_bytes,
                self.encoding.name()
            ),
            retry_after: None,
        }
    }

    fn too_large(&self) -> Refusal {
        Refusal {
            reason: RefusalReason::TooLarge,
            message: format!(
                "{} body of {} bytes inflates to more than the limit of {} bytes; send smaller batches",
                self.encoding.name(),
                self.body_bytes,
                self.limit
            ),
            retry_after: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;
    use crate::http::InFlight;

    /// The encodings that change a body.
    const COMPRESSED: [Encoding; 2] = [Encoding::Gzip, Encoding::Zstd];

    fn deflate(encoding: Encoding, bytes: &[u8]) -> Vec<u8> {
        match encoding {
            Encoding::Identity => bytes.to_vec(),
            Encoding::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(bytes).expect("a Vec takes all");
                encoder.finish().expect("a Vec takes all")
            }
            Encoding::Zstd => zstd::encode_all(bytes, 1).expect("a Vec takes all"),
        }
    }

    #[track_caller]
    fn check(
        encoding: Encoding,
        body: &[u8],
        limit: usize,
        expected: Result<usize, RefusalReason>,
    ) {
        let mut charge = InFlight::new(64 << 20).charge();
        let inflated = inflate(Bytes::copy_from_slice(body), encoding, limit, &mut charge);
        let seen = inflated.map(|bytes| bytes.len()).map_err(|refusal| refusal.reason);
        assert_eq!(seen, expected, "{encoding:?}");
    }

    #[test]
    fn a_body_of_exactly_the_limit_is_inflated() {
        for encoding in COMPRESSED {
            check(encoding, &deflate(encoding, &[7; 100_000]), 100_000, Ok(100_000));
            check(encoding, &deflate(encoding, &[]), 0, Ok(0));
        }
    }

    #[test]
    fn several_members_or_frames_are_one_body() {
        for encoding in COMPRESSED {
            let body = [deflate(encoding, &[1; 10]), deflate(encoding, &[2; 10])].concat();
            check(encoding, &body, 100, Ok(20));
        }
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        for encoding in COMPRESSED {
            let bomb = deflate(encoding, &vec![0; 8 << 20]);
            assert!(bomb.len() < 100_000);
            check(encoding, &bomb, 1 << 20, Err(RefusalReason::TooLarge));
        }
    }

    #[test]
    fn a_bomb_never_takes_more_than_its_limit_and_its_window_from_the_budget() {
        for encoding in COMPRESSED {
            let budget = InFlight::new(4 << 20);
            let mut charge = budget.charge();
            let bomb = deflate(encoding, &vec![0; 8 << 20]);
            let refusal = inflate(bomb.into(), encoding, 1 << 20, &mut charge);
            assert_eq!(refusal.map_err(|refusal| refusal.reason), Err(RefusalReason::TooLarge));
            assert!(budget.used() <= 2 << 20, "{encoding:?}: {}", budget.used());
        }
    }

    #[test]
    fn a_body_that_the_budget_has_no_room_for_is_refused_while_it_grows() {
        for encoding in COMPRESSED {
            let mut charge = InFlight::new(1 << 20).charge();
            let body = deflate(encoding, &vec![0; 8 << 20]);
            let refusal = inflate(body.into(), encoding, 64 << 20, &mut charge);
            assert_eq!(refusal.map_err(|refusal| refusal.reason), Err(RefusalReason::Memory));
        }
    }

    #[test]
    fn a_body_cut_anywhere_or_followed_by_anything_is_malformed() {
        for encoding in COMPRESSED {
            let whole = deflate(encoding, b"some bytes that are long enough to be cut in places");
            check(encoding, b"plain", 100, Err(RefusalReason::Malformed));
            for length in 1..whole.len() {
                check(encoding, &whole[..length], 1000, Err(RefusalReason::Malformed));
            }
            let followed = [whole.as_slice(), b"garbage"].concat();
            check(encoding, &followed, 1000, Err(RefusalReason::Malformed));
        }
    }

    #[test]
    fn a_zstd_window_above_the_limit_is_malformed() {
        // A frame header with a window of 1 GiB, then one empty last block.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0x01, 0x00, 0x00];
        check(Encoding::Zstd, &frame, 1000, Err(RefusalReason::Malformed));
        let small = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x20, 0x01, 0x00, 0x00];
        check(Encoding::Zstd, &small, 1000, Ok(0));
    }

    #[test]
    fn names_of_encodings_are_not_case_sensitive() {
        for (name, encoding) in [
            ("", Some(Encoding::Identity)),
            ("Identity", Some(Encoding::Identity)),
            ("GZip", Some(Encoding::Gzip)),
            ("x-gzip", Some(Encoding::Gzip)),
            ("zstd", Some(Encoding::Zstd)),
            ("snappy", None),
            ("gzip, zstd", None),
        ] {
            assert_eq!(Encoding::named(name.as_bytes()), encoding, "{name}");
        }
        for name in Encoding::NAMES.split(',') {
            assert!(Encoding::named(name.as_bytes()).is_some(), "{name}");
        }
    }
}
