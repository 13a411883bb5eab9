//! The instruments of one scope, each once, and their streams.

use std::sync::Arc;

use opentelemetry::InstrumentationScope;

use super::{
    descriptor::Descriptor,
    exemplars::Sampling,
    instrument::Instrument,
    name,
    registration::Finding,
    scope::MAX_INSTRUMENTS_PER_SCOPE,
    stats::Stats,
    stream::Stream,
    views::{Resolved, Views},
};
use crate::clock::Clock;

/// What the instruments of a scope have in common.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub(crate) views: Arc<Views>,
    pub(crate) stats: Arc<Stats>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sampling: Arc<Sampling>,
}

/// An instrument and what its registration ran into.
pub(super) type Registered = (Arc<Instrument>, Vec<Finding>);

#[derive(Debug, Default)]
pub(super) struct Registry {
    instruments: Vec<Arc<Instrument>>,
    streams: Vec<Arc<Stream>>,
    is_full_known: bool,
}

impl Registry {
    /// The instrument of this descriptor: the one registered before, or a new one.
    ///
    /// A stream that is different from another one of its name is made all the same, as the specification demands, and
    /// counted as a conflict; one whose name is not allowed is made, counted and not exported. The first registration
    /// decides spelling and bounds.
    pub(super) fn register(
        &mut self,
        mut asked: Descriptor,
        scope: &InstrumentationScope,
        terms: &Terms,
    ) -> Registered {
        let known =
            self.instruments.iter().find(|known| known.descriptor.is_same_instrument(&asked));
        if let Some(known) = known {
            return (Arc::clone(known), known.difference(&asked).into_iter().collect());
        }
        let is_namesake =
            |known: &&Arc<Instrument>| known.descriptor.name.eq_ignore_ascii_case(&asked.name);
        if let Some(first) = self.instruments.iter().find(is_namesake) {
            asked.name = first.descriptor.name.clone();
        }
        let Resolved { streams, mut findings } = terms.views.resolve(scope, &asked);
        if self.instruments.len() >= MAX_INSTRUMENTS_PER_SCOPE {
            // Whatever else there is to say is said again each time.
            findings.clear();
            findings.extend(self.note_full(terms));
            let streams = streams.into_iter().map(|stream| new_stream(stream, false, terms));
            let stats = Arc::clone(&terms.stats);
            return (Arc::new(Instrument::new(asked, streams.collect(), stats)), findings);
        }
        findings.iter().for_each(|_| terms.stats.count_conflict());
        let streams =
            streams.into_iter().map(|stream| self.stream(stream, &asked, terms, &mut findings));
        let streams = streams.collect();
        let instrument = Arc::new(Instrument::new(asked, streams, Arc::clone(&terms.stats)));
        self.instruments.push(Arc::clone(&instrument));
        (instrument, findings)
    }

    /// The stream of this descriptor. Instruments that views turn into the same stream share it, but for observable
    /// ones: what their callbacks tell belongs together.
    fn stream(
        &mut self,
        mut descriptor: Descriptor,
        asked: &Descriptor,
        terms: &Terms,
        findings: &mut Vec<Finding>,
    ) -> Arc<Stream> {
        let mut namesakes = self
            .streams
            .iter()
            .filter(|known| known.descriptor.name.eq_ignore_ascii_case(&descriptor.name))
            .peekable();
        let first_name = namesakes.peek().map(|known| known.descriptor.name.clone());
        let same = namesakes.find(|known| known.descriptor.is_same_stream(&descriptor));
        if let Some(same) = same
            && !descriptor.is_observable
        {
            return Arc::clone(same);
        }
        if self.streams.len() >= MAX_INSTRUMENTS_PER_SCOPE {
            findings.extend(self.note_full(terms));
            return new_stream(descriptor, false, terms);
        }
        // A name that a view gives is exported whatever it is.
        let is_named_by_view = descriptor.name != asked.name;
        let fault = if is_named_by_view { None } else { name::fault(&descriptor.name) };
        if let Some(fault) = fault {
            terms.stats.count_invalid_name();
            findings.push(Finding::InvalidName(fault));
        } else if let Some(first_name) = first_name {
            terms.stats.count_conflict();
            findings.push(Finding::Conflict { stream: first_name.clone() });
            descriptor.name = first_name;
        }
        let stream = new_stream(descriptor, fault.is_none(), terms);
        self.streams.push(Arc::clone(&stream));
        stream
    }

    /// Told once, counted each time.
    fn note_full(&mut self, terms: &Terms) -> Option<Finding> {
        terms.stats.count_conflict();
        let is_known = std::mem::replace(&mut self.is_full_known, true);
        (!is_known).then_some(Finding::Full)
    }

    /// Visits the streams that are exported and recorded into.
    pub(super) fn for_each_recorded(&self, visit: impl FnMut(&Arc<Stream>)) {
        let recorded =
            |stream: &&Arc<Stream>| stream.is_exported && !stream.descriptor.is_observable;
        self.streams.iter().filter(recorded).for_each(visit);
    }

    /// Visits the instruments that are exported and asked for their values.
    pub(super) fn for_each_observable(&self, visit: impl FnMut(&Arc<Instrument>)) {
        let observable =
            |known: &&Arc<Instrument>| known.observable.is_some() && known.is_exported();
        self.instruments.iter().filter(observable).for_each(visit);
    }
}

fn new_stream(descriptor: Descriptor, is_exported: bool, terms: &Terms) -> Arc<Stream> {
    Arc::new(Stream::new(descriptor, is_exported, terms))
}
