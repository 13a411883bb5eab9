//! How many connections each address has.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use parking_lot::Mutex;

/// Bits of an IPv6 address that one subscriber has to itself.
const HOST_BITS: u32 = 64;

/// Open connections by address; one entry for each address that has any, so no more than there are connections.
#[derive(Debug)]
pub(super) struct Peers {
    limit: usize,
    open: Mutex<HashMap<Ipv6Addr, usize>>,
}

/// A connection's place among those of its address, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    peers: Arc<Peers>,
    of: Ipv6Addr,
}

impl Peers {
    /// At most `limit` connections of each address.
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, open: Mutex::default() })
    }

    /// A place for one more connection; none if the address has as many as it may.
    pub(super) fn place(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let of = network_of(address);
        let mut open = self.open.lock();
        let count = open.entry(of).or_default();
        // An address without connections has room, so an entry stays only where there is one.
        if *count > 0 && *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(Place { peers: Arc::clone(self), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.peers.open.lock();
        if let Some(count) = open.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.of);
            }
        }
    }
}

/// An IPv4 address as it is, of an IPv6 address the network that one subscriber has.
fn network_of(address: IpAddr) -> Ipv6Addr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> HOST_BITS << HOST_BITS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(peers: &Arc<Peers>, address: &str) -> Option<Place> {
        peers.place(address.parse().expect("an address"))
    }

    #[test]
    fn an_address_has_no_more_places_than_the_limit_and_others_have_theirs() {
        let peers = Peers::new(2);
        let first = place(&peers, "10.0.0.1").expect("one of two");
        // As a socket for both families shows it.
        let _second = place(&peers, "::ffff:10.0.0.1").expect("two of two");
        assert!(place(&peers, "10.0.0.1").is_none());
        let _other = place(&peers, "10.0.0.2").expect("another address");
        drop(first);
        let _third = place(&peers, "10.0.0.1").expect("a place was given back");
    }

    #[test]
    fn a_network_of_64_bits_is_one_peer() {
        let peers = Peers::new(1);
        let _first = place(&peers, "2001:db8:1:2::1").expect("one of one");
        assert!(place(&peers, "2001:db8:1:2:ffff::9").is_none());
        let _next = place(&peers, "2001:db8:1:3::1").expect("another network");
    }

    #[test]
    fn addresses_without_connections_are_forgotten() {
        let peers = Peers::new(1);
        for i in 0..1000_u32 {
            let address = IpAddr::from(i.to_be_bytes());
            let _place = peers.place(address).expect("one of one");
            assert!(peers.place(address).is_none());
        }
        assert!(peers.open.lock().is_empty());
    }
}
