//! Trace ids, as they are kept and as people read them.

use super::hex::hex;

/// Sixteen bytes, as on the wire.
pub(super) type TraceId = [u8; 16];

/// A trace id of up to 32 hexadecimal digits; a shorter one has zeros in front.
pub(super) fn parse(text: &str) -> Result<TraceId, String> {
    // The parser would take a sign, and any number of zeros in front.
    let is_id = text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u128::from_str_radix(text, 16)
        .ok()
        .filter(|_| is_id)
        .map(u128::to_be_bytes)
        .ok_or_else(|| format!("trace id {text:?} is not valid; give up to 32 hexadecimal digits"))
}

/// The id in 32 digits, or in 16 if it is one of 64 bits with zeros in front, as Jaeger shows it.
pub(super) fn text(id: &[u8]) -> String {
    match id {
        [0, 0, 0, 0, 0, 0, 0, 0, short @ ..] => hex(short),
        long => hex(long),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_64_bits_is_found_and_shown_by_16_digits() {
        let short = [[0; 8], [0xab; 8]].concat();
        assert_eq!(parse("abababababababab").expect("an id").as_slice(), short);
        assert_eq!(parse(&format!("{:032x}", 0xabab_abab_abab_abab_u64)).expect("an id"), *short);
        assert_eq!(text(&short), "abababababababab");
        assert_eq!(text(&[1; 16]), "01".repeat(16));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "x", "+1", &"0".repeat(33)] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
