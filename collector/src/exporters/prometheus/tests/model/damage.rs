//! Bytes that may mean something else, or nothing.

use proptest::{prelude::*, sample::Index};

/// One change of the bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Damage {
    Cut(Index),
    Flip(Index, u8),
    Set(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    /// Some bytes once more, elsewhere.
    Copy(Index, Index, u8),
}

pub(super) fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        1 => at().prop_map(Damage::Cut),
        4 => (at(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        3 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        1 => at().prop_map(Damage::Remove),
        1 => (at(), at(), any::<u8>()).prop_map(|(from, to, length)| Damage::Copy(from, to, length)),
    ]
}

/// Does it, if there are bytes.
pub(super) fn inflict(damage: Damage, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    match damage {
        Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Damage::Flip(at, bit) => {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        Damage::Set(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        Damage::Insert(at, byte) => bytes.insert(at.index(bytes.len()), byte),
        Damage::Remove(at) => drop(bytes.remove(at.index(bytes.len()))),
        Damage::Copy(from, to, length) => {
            let from = from.index(bytes.len());
            let end = bytes.len().min(from + usize::from(length));
            let copied = bytes[from..end].to_vec();
            let to = to.index(bytes.len());
            bytes.splice(to..to, copied);
        }
    }
}
