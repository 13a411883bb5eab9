//! One record: a header of 48 bytes, then the tenant's name, what was said of it if it is a dead letter, and the request
//! as it came.
//!
//! | bytes | what |
//! |---|---|
//! | 0..4 | `IFR1`, by which a reader finds the next record behind damage |
//! | 4..8 | CRC-32C of the segment's salt and the header behind it |
//! | 8..12 | CRC-32C of the content |
//! | 12..16 | length of the content: of all that follows the header |
//! | 16..24 | number of the record |
//! | 24..32 | when it was appended, milliseconds since 1970 |
//! | 32..40 | points, spans or log records in it |
//! | 40..42 | length of the tenant's name |
//! | 42 | signal: 0 metrics, 1 traces, 2 logs |
//! | 43 | whether it has a tenant at all |
//! | 44..46 | length of what was said of it |
//! | 46 | why it is a dead letter: 0 it is none, 1 the other side refused it, 2 its bytes changed on disk |
//! | 47 | zero |
//!
//! Numbers have their lowest byte first. The salt keeps a request that spells a record from being taken for one, where a
//! reader looks for the next behind damage.

use bytes::Bytes;

use super::dead_letter::{DeadLetter, DeadLetterReason};
use crate::pipeline::{Item, Signal, Tenant};

/// Bytes of a header.
pub(super) const HEADER: usize = 48;

/// What a header begins with.
pub(super) const MAGIC: [u8; 4] = *b"IFR1";

/// Where the checksum of the header ends, and what it is about begins.
pub(super) const CHECKED: usize = 8;

/// The numbers that records have are below it, which a million records a second reach in 290,000 years. Higher ones are
/// none of ours, so that nothing that is reckoned with numbers overflows, whatever the files hold.
pub(super) const NUMBERS_END: u64 = 1 << 63;

/// What is known of a record without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Its number; no two records of a folder ever have the same.
    pub sequence: u64,
    /// When it was appended, milliseconds since 1970.
    pub unix_millis: u64,
    /// Points, spans or log records in it.
    pub items: u64,
    /// What is in it.
    pub signal: Signal,
    pub(super) length: u32,
    checksum: u32,
    /// Nothing without a tenant.
    tenant: Option<u16>,
    /// Nothing unless it is a dead letter.
    dead: Option<(DeadLetterReason, u16)>,
}

/// What a record holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// What is in it.
    pub signal: Signal,
    /// Points, spans or log records in it.
    pub items: u64,
    /// Whose it is.
    pub tenant: Tenant,
    /// The encoded request as it came.
    pub bytes: Bytes,
    /// Why nobody will deliver it; nothing of one that waits to be delivered.
    pub dead: Option<DeadLetter>,
}

/// A record as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// As it was appended.
    Whole(Content),
    /// The header is; the content is not, and is what is left of it.
    Corrupt(Bytes),
}

impl From<&Item> for Content {
    /// One that waits to be delivered; its bytes are shared.
    fn from(item: &Item) -> Self {
        Self {
            signal: item.signal,
            items: item.counts.items,
            tenant: item.tenant.clone(),
            bytes: item.bytes.clone(),
            dead: None,
        }
    }
}

impl Content {
    /// What follows the header, in this order.
    pub(super) fn parts(&self) -> [&[u8]; 3] {
        let name = self.tenant.name().unwrap_or_default();
        let said = self.dead.as_ref().map_or("", |dead| &dead.said);
        [name.as_bytes(), said.as_bytes(), &self.bytes]
    }

    /// Bytes of the whole record.
    #[must_use]
    pub fn stored_bytes(&self) -> u64 {
        self.parts().iter().map(|part| part.len() as u64).sum::<u64>() + HEADER as u64
    }
}

impl Header {
    /// Of a record that is appended now. Nothing if it is too long: 4 GiB, or a tenant's name of 64 KiB; or if there are
    /// no more numbers.
    pub(super) fn of(content: &Content, sequence: u64, unix_millis: u64) -> Option<Self> {
        if sequence >= NUMBERS_END {
            return None;
        }
        let parts = content.parts();
        let name = content.tenant.name();
        let dead = |dead: &DeadLetter| Some((dead.reason, u16::try_from(dead.said.len()).ok()?));
        Some(Self {
            sequence,
            unix_millis,
            items: content.items,
            signal: content.signal,
            length: u32::try_from(parts.iter().map(|part| part.len()).sum::<usize>()).ok()?,
            checksum: parts.iter().fold(0, |sum, part| crc32c::crc32c_append(sum, part)),
            tenant: name.map(|name| u16::try_from(name.len())).transpose().ok()?,
            dead: match &content.dead {
                Some(letter) => Some(dead(letter)?),
                None => None,
            },
        })
    }

    /// Bytes of the whole record.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        HEADER as u64 + self.length as u64
    }

    pub(super) fn encode(&self, salt: u64) -> [u8; HEADER] {
        let mut out = [0; HEADER];
        out[..4].copy_from_slice(&MAGIC);
        out[8..12].copy_from_slice(&self.checksum.to_le_bytes());
        out[12..16].copy_from_slice(&self.length.to_le_bytes());
        out[16..24].copy_from_slice(&self.sequence.to_le_bytes());
        out[24..32].copy_from_slice(&self.unix_millis.to_le_bytes());
        out[32..40].copy_from_slice(&self.items.to_le_bytes());
        out[40..42].copy_from_slice(&self.tenant.unwrap_or(0).to_le_bytes());
        out[42] = self.signal as u8;
        out[43] = u8::from(self.tenant.is_some());
        if let Some((reason, said)) = self.dead {
            out[44..46].copy_from_slice(&said.to_le_bytes());
            out[46] = reason as u8;
        }
        let checksum = checksum(&out, salt);
        out[4..CHECKED].copy_from_slice(&checksum.to_le_bytes());
        out
    }

    /// Nothing if these bytes are no header, or not the one that was written.
    pub(super) fn decode(bytes: &[u8; HEADER], salt: u64) -> Option<Self> {
        let number = |at: usize| u32::from_le_bytes(std::array::from_fn(|nth| bytes[at + nth]));
        let long = |at: usize| u64::from_le_bytes(std::array::from_fn(|nth| bytes[at + nth]));
        if bytes[..4] != MAGIC || number(4) != checksum(bytes, salt) {
            return None;
        }
        let tenant = u16::from_le_bytes([bytes[40], bytes[41]]);
        let said = u16::from_le_bytes([bytes[44], bytes[45]]);
        Some(Self {
            sequence: long(16),
            unix_millis: long(24),
            items: long(32),
            signal: *Signal::ALL.get(usize::from(bytes[42]))?,
            length: number(12),
            checksum: number(8),
            tenant: (bytes[43] == 1).then_some(tenant),
            dead: DeadLetterReason::decode(bytes[46])?.map(|reason| (reason, said)),
        })
        .filter(|header| {
            header.request_at() <= header.length as usize && header.sequence < NUMBERS_END
        })
    }

    /// Where the request begins in the content.
    fn request_at(&self) -> usize {
        usize::from(self.tenant.unwrap_or(0)) + usize::from(self.dead.map_or(0, |(_, said)| said))
    }

    /// The record whose content was found to be this.
    pub(super) fn stored(&self, content: Vec<u8>) -> Stored {
        let content = Bytes::from(content);
        if content.len() as u64 != u64::from(self.length)
            || crc32c::crc32c(&content) != self.checksum
        {
            return Stored::Corrupt(content);
        }
        self.content(&content).map_or(Stored::Corrupt(content), Stored::Whole)
    }

    /// What these bytes say, if their names are such.
    fn content(&self, content: &Bytes) -> Option<Content> {
        let name = content.get(..usize::from(self.tenant.unwrap_or(0)))?;
        let said = content.get(name.len()..self.request_at())?;
        let (name, said) = (std::str::from_utf8(name).ok()?, std::str::from_utf8(said).ok()?);
        Some(Content {
            signal: self.signal,
            items: self.items,
            tenant: self.tenant.map_or_else(Tenant::default, |_| Tenant::named(name)),
            bytes: content.slice(self.request_at()..),
            dead: self.dead.map(|(reason, _)| DeadLetter::new(reason, said)),
        })
    }

    /// A content that is not as it was written, as far as it can be understood.
    #[must_use]
    pub fn salvage(&self, content: &Bytes) -> Content {
        self.content(content).unwrap_or_else(|| Content {
            signal: self.signal,
            items: self.items,
            tenant: Tenant::default(),
            bytes: content.slice(self.request_at().min(content.len())..),
            dead: None,
        })
    }
}

pub(super) fn checksum(header: &[u8; HEADER], salt: u64) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&salt.to_le_bytes()), &header[CHECKED..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: u64 = 0x5eed;

    fn content(tenant: Tenant) -> Content {
        let bytes = Bytes::from_static(b"request");
        Content { signal: Signal::Traces, items: 7, tenant, bytes, dead: None }
    }

    fn check(tenant: Tenant) {
        check_content(content(tenant.clone()));
        let dead = Some(DeadLetter::new(DeadLetterReason::Remote, "no: é"));
        check_content(Content { dead, ..content(tenant.clone()) });
        let dead = Some(DeadLetter::new(DeadLetterReason::Corrupt, ""));
        check_content(Content { dead, ..content(tenant) });
    }

    fn check_content(content: Content) {
        let header = Header::of(&content, 3, 4).expect("it is short");
        let body = content.parts().concat();
        assert_eq!(header.bytes(), (HEADER + body.len()) as u64);
        assert_eq!(header.bytes(), content.stored_bytes());
        let read = Header::decode(&header.encode(SALT), SALT).expect("a header");
        assert_eq!(read, header);
        assert_eq!(read.stored(body), Stored::Whole(content));
    }

    #[test]
    fn a_record_reads_back_with_its_tenant_or_without() {
        check(Tenant::default());
        check(Tenant::named(""));
        check(Tenant::named("équipe"));
    }

    #[test]
    fn any_changed_bit_of_a_header_is_seen() {
        let encoded = Header::of(&content(Tenant::named("a")), 3, 4).expect("short").encode(SALT);
        for bit in 0..HEADER * 8 {
            let mut bent = encoded;
            bent[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Header::decode(&bent, SALT), None, "bit {bit}");
        }
        assert_eq!(Header::decode(&encoded, SALT + 1), None, "of another segment");
    }

    #[test]
    fn any_changed_bit_of_the_content_is_seen() {
        let content = content(Tenant::named("a"));
        let header = Header::of(&content, 3, 4).expect("short");
        let body = [b"a", &content.bytes[..]].concat();
        for bit in 0..body.len() * 8 {
            let mut bent = body.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(header.stored(bent.clone()), Stored::Corrupt(bent.into()), "bit {bit}");
        }
        let cut = body[..3].to_vec();
        assert_eq!(header.stored(cut.clone()), Stored::Corrupt(cut.into()));
    }
}
