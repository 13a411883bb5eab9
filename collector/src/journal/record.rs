//! One record: a header of 48 bytes, then the tenant's name, then the request as it came.
//!
//! | bytes | what |
//! |---|---|
//! | 0..4 | `IFR1`, by which a reader finds the next record behind damage |
//! | 4..8 | CRC-32C of the segment's salt and the header behind it |
//! | 8..12 | CRC-32C of the content |
//! | 12..16 | length of the content, tenant included |
//! | 16..24 | number of the record |
//! | 24..32 | when it was appended, milliseconds since 1970 |
//! | 32..40 | points, spans or log records in it |
//! | 40..42 | length of the tenant's name |
//! | 42 | signal: 0 metrics, 1 traces, 2 logs |
//! | 43 | whether it has a tenant at all |
//! | 44..48 | zero |
//!
//! Numbers have their lowest byte first. The salt keeps a request that spells a record from being taken for one, where a
//! reader looks for the next behind damage.

use bytes::Bytes;

use crate::pipeline::{Signal, Tenant};

/// Bytes of a header.
pub(super) const HEADER: usize = 48;

/// What a header begins with.
pub(super) const MAGIC: [u8; 4] = *b"IFR1";

/// Where the checksum of the header ends, and what it is about begins.
const CHECKED: usize = 8;

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
}

/// A record as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// As it was appended.
    Whole(Content),
    /// The header is; the content is not, and is what is left of it.
    Corrupt(Bytes),
}

impl Header {
    /// Of a record that is appended now. Nothing if it is too long: 4 GiB, or a tenant's name of 64 KiB.
    pub(super) fn of(content: &Content, sequence: u64, unix_millis: u64) -> Option<Self> {
        let Content { signal, items, tenant, bytes } = content;
        let name = tenant.name();
        let checksum = crc32c::crc32c(name.unwrap_or_default().as_bytes());
        Some(Self {
            sequence,
            unix_millis,
            items: *items,
            signal: *signal,
            length: u32::try_from(name.map_or(0, str::len) + bytes.len()).ok()?,
            checksum: crc32c::crc32c_append(checksum, bytes),
            tenant: name.map(|name| u16::try_from(name.len())).transpose().ok()?,
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
        let (length, tenant) = (number(12), u16::from_le_bytes([bytes[40], bytes[41]]));
        Some(Self {
            sequence: long(16),
            unix_millis: long(24),
            items: long(32),
            signal: *Signal::ALL.get(usize::from(bytes[42]))?,
            length,
            checksum: number(8),
            tenant: (bytes[43] == 1).then_some(tenant),
        })
        .filter(|header| u32::from(header.tenant.unwrap_or(0)) <= header.length)
    }

    /// The record whose content was found to be this.
    pub(super) fn stored(&self, content: Vec<u8>) -> Stored {
        let content = Bytes::from(content);
        if content.len() as u64 != u64::from(self.length)
            || crc32c::crc32c(&content) != self.checksum
        {
            return Stored::Corrupt(content);
        }
        let name = usize::from(self.tenant.unwrap_or(0));
        let tenant = match (self.tenant, std::str::from_utf8(&content[..name])) {
            (None, _) => Tenant::default(),
            (Some(_), Ok(name)) => Tenant::named(name),
            (Some(_), Err(_)) => return Stored::Corrupt(content),
        };
        let Self { signal, items, .. } = *self;
        Stored::Whole(Content { signal, items, tenant, bytes: content.slice(name..) })
    }
}

fn checksum(header: &[u8; HEADER], salt: u64) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&salt.to_le_bytes()), &header[CHECKED..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: u64 = 0x5eed;

    fn content(tenant: Tenant) -> Content {
        Content { signal: Signal::Traces, items: 7, tenant, bytes: Bytes::from_static(b"request") }
    }

    fn check(tenant: Tenant) {
        let content = content(tenant);
        let header = Header::of(&content, 3, 4).expect("it is short");
        let name = content.tenant.name().unwrap_or_default();
        let body = [name.as_bytes(), &content.bytes].concat();
        assert_eq!(header.bytes(), (HEADER + body.len()) as u64);
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
