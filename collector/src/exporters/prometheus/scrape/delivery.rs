//! The way of one page from the store to the connection.

use std::{
    io::{self, ErrorKind},
    time::Duration,
};

use tokio::{task::yield_now, time::timeout};

use super::{
    buffers::Buffers,
    coding::Coding,
    compressor::{self, Compressor},
    encoder::{Encoder, PIECE_ROOM},
};
use crate::{
    http::{BodySender, Gone},
    series::Store,
};

/// Compressed bytes that are sent at a time; they come from pages twenty times as long.
const COMPRESSED_PIECE_BYTES: usize = 64 << 10;

/// What of a page was handed to the connection.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delivered {
    /// Bytes of the page before compression, those on their way to be compressed included.
    pub(super) page_bytes: u64,
    /// Bytes of the body.
    pub(super) sent_bytes: u64,
    /// Families that the format had no place for.
    pub(super) omitted: u64,
}

/// Sends the whole page, or breaks the answer off; counts what was sent in either case.
///
/// Between pieces, which take a tenth of a millisecond or two, other scrapes and the connections have their turn.
///
/// # Errors
/// The reader went away ([`ErrorKind::BrokenPipe`]) is not done by the deadline ([`ErrorKind::TimedOut`]).
pub(super) async fn deliver(
    store: &Store,
    encoder: Encoder,
    coding: Coding,
    sender: BodySender,
    deadline: Duration,
    delivered: &mut Delivered,
) -> io::Result<()> {
    let mut outlet = Outlet { sender, buffers: Buffers::default(), delivered };
    let delivery = async {
        match coding {
            Coding::Identity => outlet.send_plain(store, encoder).await?,
            Coding::Gzip => {
                let gzip = compressor::gzip(outlet.buffers.take());
                outlet.send_compressed(store, encoder, gzip).await?;
            }
            Coding::Zstd => {
                let zstd = compressor::zstd(outlet.buffers.take())?;
                outlet.send_compressed(store, encoder, zstd).await?;
            }
        }
        outlet.sender.finish().await.map_err(gone)
    };
    // Where it ends early, the sender is gone with it, and that breaks the answer off.
    timeout(deadline, delivery).await?
}

struct Outlet<'a> {
    sender: BodySender,
    buffers: Buffers,
    delivered: &'a mut Delivered,
}

impl Outlet<'_> {
    async fn send_plain(&mut self, store: &Store, mut encoder: Encoder) -> io::Result<()> {
        loop {
            let mut piece = self.buffers.take();
            let is_last = !encoder.piece(store, &mut piece);
            self.delivered.omitted = encoder.omitted();
            if is_last {
                return Ok(());
            }
            self.delivered.page_bytes += piece.len() as u64;
            self.send(piece).await?;
            yield_now().await;
        }
    }

    async fn send_compressed(
        &mut self,
        store: &Store,
        mut encoder: Encoder,
        mut compressor: impl Compressor,
    ) -> io::Result<()> {
        let mut piece = Vec::with_capacity(PIECE_ROOM);
        while encoder.piece(store, &mut piece) {
            self.delivered.page_bytes += piece.len() as u64;
            compressor.write_all(&piece)?;
            piece.clear();
            if compressor.buffer().len() >= COMPRESSED_PIECE_BYTES {
                let full = std::mem::replace(compressor.buffer(), self.buffers.take());
                self.send(full).await?;
            }
            yield_now().await;
        }
        self.delivered.omitted = encoder.omitted();
        self.send(compressor.finish()?).await
    }

    async fn send(&mut self, piece: Vec<u8>) -> io::Result<()> {
        let bytes = piece.len() as u64;
        self.sender.send(self.buffers.lend(piece)).await.map_err(gone)?;
        self.delivered.sent_bytes += bytes;
        Ok(())
    }
}

fn gone(Gone: Gone) -> io::Error {
    ErrorKind::BrokenPipe.into()
}

#[cfg(test)]
mod tests {
    use std::{io::Read, sync::Arc};

    use http_body_util::BodyExt;
    use tokio::task::JoinHandle;

    use super::{
        super::{encoder::Options, format::Wanted},
        *,
    };
    use crate::{
        http::Body,
        series::{Description, Limits, Point, Reading},
    };

    /// A deadline that no test lives to see.
    const LONG: Duration = Duration::from_secs(300);

    /// A store whose page is far longer than what is on its way at a time.
    fn store() -> Arc<Store> {
        let store = Store::new(Limits::default());
        for index in 0..1500 {
            let family = format!("m{}", index % 3);
            let labels = format!("x=\"{index:04}{}\"", "long ".repeat(200));
            let description = Description { family, labels, ..Description::default() };
            let point = Point::plain(Reading::Int(index));
            store.admit(&description, &point, Duration::ZERO).unwrap();
        }
        Arc::new(store)
    }

    fn start(
        store: &Arc<Store>,
        coding: Coding,
        deadline: Duration,
    ) -> (JoinHandle<(io::Result<()>, Delivered)>, Body) {
        let (store, (sender, body)) = (Arc::clone(store), Body::stream());
        let delivery = tokio::spawn(async move {
            let mut delivered = Delivered::default();
            let encoder = Encoder::new(Wanted::default(), Options::default());
            let outcome = deliver(&store, encoder, coding, sender, deadline, &mut delivered).await;
            (outcome, delivered)
        });
        (delivery, body)
    }

    async fn whole(store: &Arc<Store>, coding: Coding) -> (Vec<u8>, Delivered) {
        let (delivery, body) = start(store, coding, LONG);
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        let (outcome, delivered) = delivery.await.unwrap();
        outcome.unwrap();
        (body, delivered)
    }

    #[tokio::test]
    async fn what_is_compressed_inflates_to_the_plain_page_and_all_are_counted() {
        let store = store();
        let (plain, of_plain) = whole(&store, Coding::Identity).await;
        let length = plain.len() as u64;
        assert_eq!(of_plain, Delivered { page_bytes: length, sent_bytes: length, omitted: 0 });
        for coding in [Coding::Gzip, Coding::Zstd] {
            let (compressed, delivered) = whole(&store, coding).await;
            let mut inflated = Vec::new();
            #[expect(clippy::disallowed_types, reason = "what was compressed here is no bomb")]
            let mut inflater: Box<dyn Read> = match coding {
                Coding::Gzip => Box::new(flate2::read::MultiGzDecoder::new(&*compressed)),
                _ => Box::new(zstd::Decoder::new(&*compressed).unwrap()),
            };
            inflater.read_to_end(&mut inflated).unwrap();
            assert!(inflated == plain, "{} and {} bytes", inflated.len(), plain.len());
            let sent_bytes = compressed.len() as u64;
            assert_eq!(delivered, Delivered { page_bytes: length, sent_bytes, omitted: 0 });
            assert!(sent_bytes < length / 10, "{coding:?}: {sent_bytes} of {length} bytes");
        }
    }

    #[tokio::test]
    async fn a_reader_that_is_too_slow_gets_a_failure_and_no_short_page() {
        let (delivery, mut body) = start(&store(), Coding::Identity, Duration::from_millis(20));
        let (outcome, delivered) = delivery.await.unwrap();
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::TimedOut);
        assert!(delivered.sent_bytes > 0 && delivered.page_bytes > delivered.sent_bytes);
        // More pieces than these cannot be on their way.
        for _ in 0..10 {
            match body.frame().await {
                Some(Ok(_)) => {}
                end => return assert!(matches!(end, Some(Err(_))), "{end:?}"),
            }
        }
        panic!("a body without an end");
    }

    #[tokio::test]
    async fn a_reader_that_goes_away_ends_the_work() {
        for coding in [Coding::Identity, Coding::Gzip, Coding::Zstd] {
            let (delivery, body) = start(&store(), coding, LONG);
            drop(body);
            let (outcome, _) = delivery.await.unwrap();
            assert_eq!(outcome.unwrap_err().kind(), ErrorKind::BrokenPipe, "{coding:?}");
        }
    }
}
