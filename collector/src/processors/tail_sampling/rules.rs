//! Policies, ready to be asked.

use tokio::time::Instant;

use super::{
    limiters::Limiter,
    policy::{Policy, Rule},
    probability::Share,
    span_tests::{Bits, SpanTests, nanos},
    trace::{Features, Key},
};

/// The policies of a sampler, and what they ask of spans.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) tests: SpanTests,
    /// Those that drop, and those that keep, each with its place among all.
    drops: Vec<(usize, Compiled)>,
    keeps: Vec<(usize, Compiled)>,
    is_first_match: bool,
}

/// What was decided, and which policy did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) is_sampled: bool,
    /// Nothing if no policy wanted it.
    pub(super) policy: Option<usize>,
}

/// What is asked about a trace.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) key: &'a Key,
    pub(super) features: &'a Features,
}

#[derive(Debug)]
enum Compiled {
    Always,
    Latency {
        from: u64,
        to: Option<u64>,
    },
    SpanCount {
        from: u64,
        to: Option<u64>,
    },
    Share(Share),
    /// By its place among the limiters.
    Rate(usize),
    Span(Bits),
    And(Vec<Self>),
    Not(Box<Self>),
}

impl Rules {
    pub(super) fn new(policies: &[Policy], is_first_match: bool) -> (Self, Vec<Limiter>) {
        let mut rules = Self {
            tests: SpanTests::default(),
            drops: Vec::new(),
            keeps: Vec::new(),
            is_first_match,
        };
        let mut limiters = Vec::new();
        for (place, policy) in policies.iter().enumerate() {
            let rule = Compiled::new(&policy.rule, &mut rules.tests, &mut limiters);
            if policy.drops { &mut rules.drops } else { &mut rules.keeps }.push((place, rule));
        }
        (rules, limiters)
    }

    /// What no further span can change, or a policy wants at once; nothing while both are open.
    pub(super) fn early(&self, facts: Facts<'_>) -> Option<Decision> {
        let mut may_drop = false;
        for (place, rule) in &self.drops {
            match rule.settled(facts) {
                Some(true) => return Some(Decision { is_sampled: false, policy: Some(*place) }),
                Some(false) => {}
                None => may_drop = true,
            }
        }
        let mut may_keep = false;
        for (place, rule) in &self.keeps {
            match rule.settled(facts) {
                Some(true) if !may_drop && self.is_first_match => {
                    return Some(Decision { is_sampled: true, policy: Some(*place) });
                }
                Some(false) => {}
                _ => may_keep = true,
            }
        }
        (!may_keep).then_some(Decision { is_sampled: false, policy: None })
    }

    /// The decision on what is there.
    pub(super) fn last(
        &self,
        facts: Facts<'_>,
        limiters: &mut [Limiter],
        now: Instant,
    ) -> Decision {
        let mut first = |rules: &[(usize, Compiled)]| {
            let holds = |(_, rule): &&(usize, Compiled)| rule.holds(facts, limiters, now);
            rules.iter().find(holds).map(|(place, _)| *place)
        };
        if let Some(place) = first(&self.drops) {
            return Decision { is_sampled: false, policy: Some(place) };
        }
        let policy = first(&self.keeps);
        Decision { is_sampled: policy.is_some(), policy }
    }
}

impl Compiled {
    fn new(rule: &Rule, tests: &mut SpanTests, limiters: &mut Vec<Limiter>) -> Self {
        match rule {
            Rule::Always => Self::Always,
            Rule::Latency { from, to } => Self::Latency { from: nanos(*from), to: to.map(nanos) },
            Rule::SpanCount { from, to } => Self::SpanCount { from: *from, to: *to },
            Rule::Probabilistic { percentage, salt } => Self::Share(Share::new(*percentage, salt)),
            Rule::Rate { spans_per_second, burst, is_per_tenant } => {
                limiters.push(Limiter::new(*spans_per_second, *burst, *is_per_tenant));
                Self::Rate(limiters.len() - 1)
            }
            Rule::Span(test) => Self::Span(tests.add(test)),
            Rule::And(rules) => {
                let mut rules: Vec<_> =
                    rules.iter().map(|rule| Self::new(rule, tests, limiters)).collect();
                // Only what all others are about takes of a rate.
                rules.sort_by_key(Self::has_rate);
                Self::And(rules)
            }
            Rule::Not(rule) => Self::Not(Box::new(Self::new(rule, tests, limiters))),
        }
    }

    fn has_rate(&self) -> bool {
        match self {
            Self::Rate(_) => true,
            Self::And(rules) => rules.iter().any(Self::has_rate),
            Self::Not(rule) => rule.has_rate(),
            _ => false,
        }
    }

    /// The answer, if no further span can change it. Nobody asks a rate before a trace is whole.
    fn settled(&self, facts: Facts<'_>) -> Option<bool> {
        let Facts { key, features } = facts;
        match self {
            Self::Always => Some(true),
            Self::Latency { from, to: None } => (features.nanos() >= *from).then_some(true),
            Self::Latency { to: Some(to), .. } => (features.nanos() > *to).then_some(false),
            Self::SpanCount { from, to: None } => (features.spans >= *from).then_some(true),
            Self::SpanCount { to: Some(to), .. } => (features.spans > *to).then_some(false),
            Self::Share(share) => Some(share.has(&key.id)),
            Self::Rate(_) => None,
            Self::Span(bit) => (features.bits & bit != 0).then_some(true),
            Self::And(rules) => {
                let mut all = Some(true);
                for rule in rules {
                    match rule.settled(facts) {
                        Some(false) => return Some(false),
                        Some(true) => {}
                        None => all = None,
                    }
                }
                all
            }
            Self::Not(rule) => rule.settled(facts).map(|holds| !holds),
        }
    }

    /// The answer on what is there.
    fn holds(&self, facts: Facts<'_>, limiters: &mut [Limiter], now: Instant) -> bool {
        let Facts { key, features } = facts;
        match self {
            Self::Always => true,
            Self::Latency { from, to: None } => features.nanos() >= *from,
            Self::Latency { from, to: Some(to) } => {
                features.nanos() > *from && features.nanos() <= *to
            }
            Self::SpanCount { from, to } => {
                features.spans >= *from && to.is_none_or(|to| features.spans <= to)
            }
            Self::Share(share) => share.has(&key.id),
            Self::Rate(place) => limiters[*place].take(&key.tenant, features.spans, now),
            Self::Span(bit) => features.bits & bit != 0,
            Self::And(rules) => rules.iter().all(|rule| rule.holds(facts, limiters, now)),
            Self::Not(rule) => !rule.holds(facts, limiters, now),
        }
    }
}
