//! Items of a response for tests: what is said for the accounts, and what the client gets.

use std::marker::PhantomData;

use inferometer_sdk::{
    FinishReason, ItemAccount, ItemTokens, StreamItem, TokenCounts, TokenUsage, UsageScope,
};

/// How an item type counts.
pub(crate) trait Counts {
    const COUNTS: TokenCounts;
}

pub(crate) struct Increment;
pub(crate) struct Total;

impl Counts for Increment {
    const COUNTS: TokenCounts = TokenCounts::Increments;
}

impl Counts for Total {
    const COUNTS: TokenCounts = TokenCounts::RunningTotals;
}

/// A chunk of text, or an item for the accounts alone.
pub(crate) struct Chunk<C> {
    accounts: Vec<ItemAccount<'static>>,
    text: Option<&'static str>,
    counts: PhantomData<C>,
}

impl<C> Chunk<C> {
    pub(crate) fn text(text: &'static str, account: ItemAccount<'static>) -> Self {
        Self::several(text, vec![account])
    }

    pub(crate) fn several(text: &'static str, accounts: Vec<ItemAccount<'static>>) -> Self {
        Self { accounts, text: Some(text), counts: PhantomData }
    }

    pub(crate) fn usage(account: ItemAccount<'static>) -> Self {
        Self { accounts: vec![account], text: None, counts: PhantomData }
    }
}

impl<C: Counts> StreamItem for Chunk<C> {
    type Forwarded = &'static str;
    const COUNTS: TokenCounts = C::COUNTS;

    fn account(&self, say: &mut dyn FnMut(ItemAccount<'_>)) {
        for account in &self.accounts {
            say(*account);
        }
    }

    fn forward(self, include_usage: bool) -> Option<&'static str> {
        self.text.or(include_usage.then_some("usage"))
    }
}

pub(crate) fn counted(tokens: u64) -> ItemAccount<'static> {
    ItemAccount { tokens: ItemTokens::Counted(tokens), ..ItemAccount::default() }
}

pub(crate) fn finished(reason: FinishReason) -> ItemAccount<'static> {
    ItemAccount { finish_reason: Some(reason), ..ItemAccount::default() }
}

pub(crate) fn used(usage: TokenUsage) -> Option<(UsageScope, TokenUsage)> {
    Some((UsageScope::Request, usage))
}

pub(crate) fn usage(usage: TokenUsage) -> ItemAccount<'static> {
    ItemAccount { usage: used(usage), ..ItemAccount::default() }
}
