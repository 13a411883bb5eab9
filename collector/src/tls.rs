//! TLS: the files that say whom a connection trusts and who this end is, and what they come to.
//!
//! rustls with ring, as in the SDK: memory-safe, and built with a C compiler alone. The roots are the system's, read by
//! `rustls-native-certs` from where OpenSSL looks for them (`SSL_CERT_FILE` and `SSL_CERT_DIR` included), so that an
//! operator's authority that was installed for every other program is trusted here too; a list compiled in would know
//! no private authority and grow old with the binary.

mod check;
mod client;
mod identity;
mod material;
mod pem;
mod roots;
mod server;
#[cfg(test)]
pub(crate) mod testing;
mod unverified;
mod versions;

pub(crate) use check::{Mistake, mistakes, mistakes_of_listener};
pub(crate) use client::client_config;
pub(crate) use material::Material;
pub(crate) use server::Acceptor;
