//! How a program says what a view is.

use std::borrow::Cow;

use opentelemetry::Key;

use super::{
    aggregation::ViewAggregation,
    criteria::Criteria,
    error::ViewError,
    filter::Keys,
    instrument_type::InstrumentType,
    pattern::NamePattern,
    view::{StreamSettings, View},
};
use crate::metrics::{aggregation::MAX_BOUNDS, name};

/// Attribute keys that one view may allow, and that it may exclude.
pub const MAX_VIEW_ATTRIBUTE_KEYS: usize = 128;

/// The finest scale of exponential buckets.
const MAX_SCALE: u32 = 8;

/// Criteria and effects of a [`View`]; start with [`View::builder`]. A setting that is made again replaces the one
/// before.
///
/// ```
/// use inferometer_sdk::View;
///
/// let view = View::builder()
///     .instrument_name("infer.request.*")
///     .instrument_unit("s")
///     .with_allowed_attribute_keys(["gen_ai.request.model"])
///     .with_cardinality_limit(100)
///     .build()?;
/// # Ok::<(), inferometer_sdk::ViewError>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "a view is made by `build`"]
pub struct ViewBuilder {
    criteria: Criteria,
    stream: StreamSettings,
}

impl ViewBuilder {
    /// Selects instruments by name: `*` stands for any number of characters, `?` for one; case does not matter.
    pub fn instrument_name(mut self, pattern: impl AsRef<str>) -> Self {
        self.criteria.name = Some(NamePattern::new(pattern.as_ref()));
        self
    }

    /// Selects instruments of this type.
    pub const fn instrument_type(mut self, instrument_type: InstrumentType) -> Self {
        self.criteria.instrument_type = Some(instrument_type);
        self
    }

    /// Selects instruments of this unit, letter by letter; `""` those without one.
    pub fn instrument_unit(mut self, unit: impl Into<String>) -> Self {
        self.criteria.unit = Some(unit.into());
        self
    }

    /// Selects instruments of the meters of this name.
    pub fn meter_name(mut self, name: impl Into<String>) -> Self {
        self.criteria.meter_name = Some(name.into());
        self
    }

    /// Selects instruments of the meters of this version; `""` those without one.
    pub fn meter_version(mut self, version: impl Into<String>) -> Self {
        self.criteria.meter_version = Some(version.into());
        self
    }

    /// Selects instruments of the meters of this schema URL; `""` those without one.
    pub fn meter_schema_url(mut self, schema_url: impl Into<String>) -> Self {
        self.criteria.meter_schema_url = Some(schema_url.into());
        self
    }

    /// The stream's name, for a view that selects by one exact name. Default: the instrument's. It is exported as it is,
    /// as the specification demands, also if no instrument could have it.
    pub fn with_name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.stream.name = Some(name.into());
        self
    }

    /// The stream's description. Default: the instrument's.
    pub fn with_description(mut self, description: impl Into<Cow<'static, str>>) -> Self {
        self.stream.description = Some(description.into());
        self
    }

    /// What becomes of the values. Default: [`ViewAggregation::Default`].
    pub fn with_aggregation(mut self, aggregation: ViewAggregation) -> Self {
        self.stream.aggregation = aggregation;
        self
    }

    /// The attributes that are kept, at most [`MAX_VIEW_ATTRIBUTE_KEYS`]; an empty list keeps none. Default: all.
    ///
    /// Sets that become alike are one series: counters and histograms add up what they record, and so do the totals that
    /// callbacks tell; a gauge shows the last value.
    pub fn with_allowed_attribute_keys<K: Into<Key>>(
        mut self,
        keys: impl IntoIterator<Item = K>,
    ) -> Self {
        self.stream.attributes.allowed = Some(Keys::new(keys.into_iter().map(Into::into)));
        self
    }

    /// The attributes that are not kept, at most [`MAX_VIEW_ATTRIBUTE_KEYS`]. Default: none.
    pub fn with_excluded_attribute_keys<K: Into<Key>>(
        mut self,
        keys: impl IntoIterator<Item = K>,
    ) -> Self {
        self.stream.attributes.excluded = Some(Keys::new(keys.into_iter().map(Into::into)));
        self
    }

    /// Series that the stream may have, at least 1; further attribute sets share the series
    /// `otel.metric.overflow = true`. Default: the definition's, or 2000.
    pub const fn with_cardinality_limit(mut self, limit: u32) -> Self {
        self.stream.cardinality_limit = Some(limit);
        self
    }

    /// Checks it all.
    ///
    /// # Errors
    /// If there is no criterion, or none that an instrument could fulfil; if a view with a name might select several
    /// instruments; if the aggregation does not suit the type of instrument; if bounds are not finite and strictly
    /// ascending, the scale is too fine, a key is both allowed and excluded, or a limit is broken.
    pub fn build(self) -> Result<View, ViewError> {
        let Self { criteria, stream } = self;
        let fault = criteria_fault(&criteria, &stream)
            .or_else(|| name_fault(&criteria, &stream))
            .or_else(|| aggregation_fault(&criteria, &stream.aggregation))
            .or_else(|| series_fault(&stream));
        match fault {
            Some(fault) => Err(ViewError::new(fault)),
            None => Ok(View { criteria, stream }),
        }
    }
}

fn criteria_fault(criteria: &Criteria, stream: &StreamSettings) -> Option<String> {
    if criteria.is_empty() {
        return Some(
            "it has no criterion: select by `instrument_name(\"*\")` what is meant for all".into(),
        );
    }
    let pattern = criteria.name.as_ref()?.as_str();
    if pattern.is_empty() {
        return Some("the instrument name is empty: give a name, or `*` for all".into());
    }
    // A new name is what makes an instrument whose own is not allowed an exported one.
    if stream.name.is_some() {
        return None;
    }
    let fault = name::fault(&shortest_match(pattern))?;
    Some(format!(
        "no exported instrument can have the name `{pattern}`, since {fault}: correct it, or give the stream a name that may be exported by `with_name`"
    ))
}

/// The shortest text that a pattern matches, beginning with a letter where that is left open.
fn shortest_match(pattern: &str) -> String {
    let mut shortest = pattern.replace('*', "").replace('?', "a");
    if pattern.starts_with('*') && !shortest.starts_with(|first: char| first.is_ascii_alphabetic())
    {
        shortest.insert(0, 'a');
    }
    shortest
}

fn name_fault(criteria: &Criteria, stream: &StreamSettings) -> Option<String> {
    let name = stream.name.as_deref()?;
    if name.is_empty() {
        return Some("the name given to its stream is empty: leave out `with_name`".into());
    }
    if criteria.exact_name().is_some() {
        return None;
    }
    Some(format!(
        "it gives the name `{name}` to every instrument of {criteria}, which may be several: select one by its whole name, or leave out `with_name`"
    ))
}

fn aggregation_fault(criteria: &Criteria, aggregation: &ViewAggregation) -> Option<String> {
    if let Some(instrument) = criteria.instrument_type
        && !aggregation.suits(instrument)
    {
        return Some(format!(
            "the type {instrument} cannot become {aggregation}: choose another aggregation, see `ViewAggregation`"
        ));
    }
    match aggregation {
        ViewAggregation::ExplicitBuckets(bounds) => bounds_fault(bounds),
        ViewAggregation::Exponential { scale } if *scale > MAX_SCALE => Some(format!(
            "the scale {scale} is finer than {MAX_SCALE}, the finest that Prometheus shows: give at most {MAX_SCALE}"
        )),
        _ => None,
    }
}

fn bounds_fault(bounds: &[f64]) -> Option<String> {
    if bounds.len() > MAX_BOUNDS {
        return Some(format!("it has {} bounds: give at most {MAX_BOUNDS}", bounds.len()));
    }
    if let Some(bound) = bounds.iter().find(|bound| !bound.is_finite()) {
        return Some(format!(
            "the bound {bound} is not finite: leave it out, the last bucket has no upper bound anyway"
        ));
    }
    let pair = bounds.windows(2).find(|pair| pair[0] >= pair[1])?;
    Some(format!(
        "the bound {} comes before {}: give each once, in ascending order",
        pair[0], pair[1]
    ))
}

fn series_fault(stream: &StreamSettings) -> Option<String> {
    let StreamSettings { attributes, cardinality_limit, .. } = stream;
    if *cardinality_limit == Some(0) {
        return Some("the cardinality limit is 0: give at least 1, or drop the instrument".into());
    }
    if let Some(key) = attributes.contradiction() {
        return Some(format!(
            "the attribute `{key}` is both allowed and excluded: name it in one of the two"
        ));
    }
    let keys = [&attributes.allowed, &attributes.excluded].into_iter().flatten().map(Keys::len);
    let most = keys.max().filter(|keys| *keys > MAX_VIEW_ATTRIBUTE_KEYS)?;
    Some(format!(
        "it names {most} attributes: name at most {MAX_VIEW_ATTRIBUTE_KEYS}, of those that are kept or of those that are not"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(builder: ViewBuilder, words: &[&str]) {
        let error = builder.build().expect_err("a fault").to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    }

    fn named(pattern: &str) -> ViewBuilder {
        View::builder().instrument_name(pattern)
    }

    #[test]
    fn a_view_that_can_never_match_is_an_error_that_names_the_value_and_the_remedy() {
        check(View::builder(), &["no criterion", "instrument_name(\"*\")"]);
        check(named(""), &["empty", "`*`"]);
        check(named("a b*"), &["`a b*`", "with_name"]);
        check(named("_a"), &["`_a`", "begin"]);
        check(named(&"a".repeat(256)), &["longer than 255"]);
        for pattern in ["*", "*.b", "?", "a?*", "**", "a/b-c_d.e"] {
            assert!(named(pattern).build().is_ok(), "{pattern}");
        }
    }

    #[test]
    fn a_name_for_what_may_be_several_instruments_is_an_error() {
        check(named("infer.*").with_name("all"), &["`all`", "`infer.*`", "whole name"]);
        let by_unit = View::builder().instrument_unit("s").instrument_type(InstrumentType::Gauge);
        check(by_unit.with_name("all"), &["`all`", "unit `s`, type gauge"]);
        check(named("a").with_name(""), &["empty", "with_name"]);
    }

    #[test]
    fn a_name_may_be_given_to_an_instrument_whose_own_is_not_allowed() {
        assert!(named("größe").with_name("size").build().is_ok());
    }

    #[test]
    fn an_aggregation_that_the_type_does_not_have_is_an_error() {
        let buckets = ViewAggregation::ExplicitBuckets(vec![1.0]);
        for instrument in [InstrumentType::ObservableGauge, InstrumentType::UpDownCounter] {
            let builder = View::builder().instrument_type(instrument);
            let words = [&instrument.to_string(), "explicit buckets", "ViewAggregation"];
            check(builder.with_aggregation(buckets.clone()), &words);
        }
    }

    #[test]
    fn bounds_must_be_finite_ascending_and_few() {
        let bounds = |bounds: Vec<f64>| {
            named("*").with_aggregation(ViewAggregation::ExplicitBuckets(bounds))
        };
        check(bounds(vec![1.0, f64::INFINITY]), &["inf", "leave it out"]);
        check(bounds(vec![f64::NAN]), &["NaN"]);
        check(bounds(vec![2.0, 2.0]), &["2", "ascending"]);
        check(bounds((0..513).map(f64::from).collect()), &["513", "512"]);
        assert!(bounds(vec![]).build().is_ok());
        check(named("*").with_aggregation(ViewAggregation::Exponential { scale: 9 }), &["9", "8"]);
    }

    #[test]
    fn limits_and_contradictions_are_errors() {
        check(named("*").with_cardinality_limit(0), &["0", "at least 1"]);
        let both = named("*").with_allowed_attribute_keys(["a", "b"]);
        check(both.with_excluded_attribute_keys(["b"]), &["`b`", "one of the two"]);
        let many = (0..=MAX_VIEW_ATTRIBUTE_KEYS).map(|key| key.to_string());
        check(named("*").with_excluded_attribute_keys(many), &["129", "128"]);
    }
}
