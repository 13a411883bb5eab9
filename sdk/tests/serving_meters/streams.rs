//! A streamed answer, a whole one, and one whose client leaves.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use inferometer_sdk::{
    Engine, FinishReason, ItemAccount, ItemTokens, ManualClock, Meters, StreamItem, TokenCounts,
    TokenUsage, UsageScope,
};
use opentelemetry::Context;

#[derive(Clone, Copy)]
enum Item {
    Token,
    Finish,
    Usage,
}

impl StreamItem for Item {
    type Forwarded = ();
    const COUNTS: TokenCounts = TokenCounts::Increments;

    fn account(&self, say: &mut dyn FnMut(ItemAccount<'_>)) {
        let said = ItemAccount::default();
        let usage = TokenUsage {
            input: Some(60),
            cached: Some(20),
            output: Some(3),
            ..TokenUsage::default()
        };
        say(match self {
            Self::Token => ItemAccount { tokens: ItemTokens::Counted(1), ..said },
            Self::Finish => ItemAccount { finish_reason: Some(FinishReason::Length), ..said },
            Self::Usage => ItemAccount { usage: Some((UsageScope::Request, usage)), ..said },
        });
    }

    fn forward(self, _: bool) -> Option<()> {
        (!matches!(self, Self::Usage)).then_some(())
    }
}

const ITEMS: [Item; 5] = [Item::Token, Item::Token, Item::Token, Item::Finish, Item::Usage];

pub(crate) fn run<M: Meters>(engine: &Engine<M>, clock: &ManualClock) {
    let arrived = || engine.request(&Context::new(), None);
    let paced = || stream::iter(ITEMS).inspect(|_| clock.advance(Duration::from_millis(7)));
    let taken = arrived().stream(paced()).count().now_or_never();
    assert_eq!(taken, Some(4), "the usage stays here");
    let _ = arrived().whole(std::future::ready(Item::Usage)).now_or_never();
    let _ = arrived().stream(paced()).take(2).count().now_or_never();
}
