//! How the page is coded for a reader: plain, gzip or zstd, by RFC 9110, section 12.5.3.

use http::{HeaderMap, header::ACCEPT_ENCODING};
use inferometer_semconv::attributes::CollectorScrapeCoding;

use super::weight::weight;

/// A content coding of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// As it is.
    Identity,
    /// Compressed as gzip.
    Gzip,
    /// Compressed as zstd.
    Zstd,
}

impl From<Coding> for CollectorScrapeCoding {
    fn from(coding: Coding) -> Self {
        match coding {
            Coding::Identity => Self::Identity,
            Coding::Gzip => Self::Gzip,
            Coding::Zstd => Self::Zstd,
        }
    }
}

/// The weights that a reader gives, from 0 (never) to 1.
#[derive(Debug, Default)]
struct Weights {
    gzip: Option<f32>,
    zstd: Option<f32>,
    identity: Option<f32>,
    /// Of the codings that it does not name.
    any: Option<f32>,
}

impl Coding {
    /// What the reader likes best, of what it likes equally the shortest; none if it excludes all.
    ///
    /// A reader that says nothing gets the page as it is: it may know no coding.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut weights = Weights::default();
        for value in headers.get_all(ACCEPT_ENCODING) {
            // What is not ASCII names no coding that is known here.
            value.to_str().unwrap_or_default().split(',').for_each(|member| weights.take(member));
        }
        let of = |named: Option<f32>| named.or(weights.any);
        // Unless it is excluded, the page as it is will do, and be liked less than anything named.
        let identity = of(weights.identity);
        let mut best = (identity != Some(0.0)).then_some(Self::Identity);
        let mut least = identity.unwrap_or(0.0);
        for (coding, named) in [(Self::Gzip, weights.gzip), (Self::Zstd, weights.zstd)] {
            let weight = of(named).unwrap_or(0.0);
            if weight > 0.0 && weight >= least {
                (best, least) = (Some(coding), weight);
            }
        }
        best
    }

    /// The word for it in a header; none for the page as it is.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Zstd => Some("zstd"),
        }
    }
}

impl Weights {
    /// Takes over one member of the list; one that is malformed or unknown says nothing.
    fn take(&mut self, member: &str) {
        let mut parts = member.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default();
        let Some(weight) = weight(parts) else {
            return;
        };
        let place = match coding {
            "*" => &mut self.any,
            _ if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") => {
                &mut self.gzip
            }
            _ if coding.eq_ignore_ascii_case("zstd") => &mut self.zstd,
            _ if coding.eq_ignore_ascii_case("identity") => &mut self.identity,
            _ => return,
        };
        *place = Some(place.map_or(weight, |other| other.max(weight)));
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn check(values: &[&'static str], expected: Option<Coding>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(ACCEPT_ENCODING, HeaderValue::from_static(value));
        }
        assert_eq!(Coding::accepted(&headers), expected, "{values:?}");
    }

    #[test]
    fn a_reader_gets_the_coding_that_it_likes_best() {
        let (gzip, zstd, identity) =
            (Some(Coding::Gzip), Some(Coding::Zstd), Some(Coding::Identity));
        check(&[], identity);
        check(&[""], identity);
        check(&["gzip"], gzip);
        check(&["GZip"], gzip);
        check(&["x-gzip"], gzip);
        check(&["deflate, gzip;q=1.0, *;q=0.5"], gzip);
        check(&["zstd", "gzip"], zstd);
        check(&["Zstd;q=0.5, gzip"], gzip);
        check(&["deflate, gzip, br, zstd"], zstd);
        check(&["zstd;q=0, *"], gzip);
        check(&["gzip;q=0.5, zstd;q=0.5, identity;q=0.6"], identity);
        check(&["gzip;q=0.001"], gzip);
        check(&["gzip ; Q=0.5 , identity;q=0.5"], gzip);
        check(&["gzip;q=0.5, identity"], identity);
        check(&["gzip;q=0"], identity);
        check(&["gzip;q=0, *"], zstd);
        check(&["gzip;q=0, zstd;q=0, *"], identity);
        check(&["*"], zstd);
        check(&["*;q=0.1"], zstd);
        check(&["identity, *;q=0.1"], identity);
        check(&["identity, *;q=0"], identity);
        check(&["br"], identity);
    }

    #[test]
    fn what_a_reader_excludes_it_does_not_get() {
        check(&["identity;q=0"], None);
        check(&["identity;q=0, gzip;q=0.1"], Some(Coding::Gzip));
        check(&["gzip, *;q=0"], Some(Coding::Gzip));
        check(&["*;q=0"], None);
        check(&["br, *;q=0.000"], None);
        check(&["gzip;q=0, identity;q=0"], None);
        check(&["gzip;q=0, zstd;q=0.5, identity;q=0"], Some(Coding::Zstd));
    }

    #[test]
    fn a_malformed_weight_says_nothing() {
        for member in ["gzip;q=2", "gzip;q=-1", "gzip;q=NaN", "gzip;q=", "gzip;q=x", ";", "\u{7e}"]
        {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_str(member).unwrap());
            assert_eq!(Coding::accepted(&headers), Some(Coding::Identity), "{member}");
        }
    }
}
