//! Things that come in the same order again and again: what followed last time is looked at first.

use hashbrown::HashTable;

/// Things by number, each with the one that followed it last time; and a table for those that come out of order.
///
/// A wrong guess costs a look into the table, never a search, so no order of a sender makes it slow.
#[derive(Debug)]
pub(super) struct Learned<T> {
    items: Vec<Item<T>>,
    table: HashTable<u32>,
    first: u32,
    last: u32,
}

#[derive(Debug)]
struct Item<T> {
    value: T,
    next: u32,
}

/// No item.
const NONE: u32 = u32::MAX;

impl<T> Default for Learned<T> {
    fn default() -> Self {
        Self { items: Vec::new(), table: HashTable::new(), first: NONE, last: NONE }
    }
}

impl<T> Learned<T> {
    /// A run begins; what began the last one is expected.
    pub(super) fn begin(&mut self) {
        self.last = NONE;
    }

    /// What followed last time, if anything did.
    #[inline]
    pub(super) fn expected(&self) -> Option<(u32, &T)> {
        let next = match self.items.get(self.last as usize) {
            Some(last) => last.next,
            None => self.first,
        };
        self.items.get(next as usize).map(|item| (next, &item.value))
    }

    /// The one that was learned so many items behind the one that is expected, which is a guess at what comes soon.
    #[inline]
    pub(super) fn ahead(&self, by: usize) -> Option<&T> {
        let next = match self.items.get(self.last as usize) {
            Some(last) => last.next,
            None => self.first,
        };
        self.items.get(next as usize + by).map(|item| &item.value)
    }

    /// The item under a hash that `is` the one.
    pub(super) fn find(&self, hash: u64, is: impl Fn(&T) -> bool) -> Option<u32> {
        let found = self.table.find(hash, |index| {
            self.items.get(*index as usize).is_some_and(|item| is(&item.value))
        });
        found.copied()
    }

    /// Notes that an item came now: it will be expected behind the same one.
    #[inline]
    pub(super) fn follow(&mut self, index: u32) {
        let next = match self.items.get_mut(self.last as usize) {
            Some(last) => &mut last.next,
            None => &mut self.first,
        };
        if *next != index {
            *next = index;
        }
        self.last = index;
    }

    /// Adds an item that was not found; `rehash` is how the hash of another is found again.
    pub(super) fn insert(&mut self, hash: u64, value: T, rehash: impl Fn(&T) -> u64) -> u32 {
        let index = u32::try_from(self.items.len()).unwrap_or(NONE);
        self.items.push(Item { value, next: NONE });
        let items = &self.items;
        self.table.insert_unique(hash, index, |index| {
            items.get(*index as usize).map_or(0, |item| rehash(&item.value))
        });
        index
    }

    #[inline]
    pub(super) fn get(&self, index: u32) -> Option<&T> {
        self.items.get(index as usize).map(|item| &item.value)
    }

    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.items.get_mut(index as usize).map(|item| &mut item.value)
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// Gives back memory that was taken for more.
    pub(super) fn shrink(&mut self, rehash: impl Fn(&T) -> u64) {
        self.items.shrink_to_fit();
        let items = &self.items;
        self.table.shrink_to_fit(|index| {
            items.get(*index as usize).map_or(0, |item| rehash(&item.value))
        });
    }

    /// Forgets everything, and the memory of it.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks a letter up, adding it if it is new; whether it was expected.
    fn come(learned: &mut Learned<char>, letter: char) -> bool {
        let expected = learned.expected().filter(|(_, known)| **known == letter);
        let was_expected = expected.is_some();
        let index = expected.map(|(index, _)| index).or_else(|| learned.find(0, |l| *l == letter));
        let index = index.unwrap_or_else(|| learned.insert(0, letter, |_| 0));
        learned.follow(index);
        was_expected
    }

    fn run(learned: &mut Learned<char>, letters: &str) -> usize {
        learned.begin();
        letters.chars().filter(|letter| come(learned, *letter)).count()
    }

    #[test]
    fn an_order_that_came_once_is_expected() {
        let mut learned = Learned::default();
        assert_eq!(run(&mut learned, "abcd"), 0);
        assert_eq!(run(&mut learned, "abcd"), 4);
        assert_eq!(learned.len(), 4);
    }

    #[test]
    fn another_order_is_found_and_learned() {
        let mut learned = Learned::default();
        run(&mut learned, "abcd");
        assert_eq!(run(&mut learned, "dcba"), 0);
        assert_eq!(run(&mut learned, "dcba"), 4);
        assert_eq!(run(&mut learned, "dcxba"), 3, "x is new, and b is not expected behind it");
        assert_eq!(learned.len(), 5, "nothing is there twice");
    }
}
