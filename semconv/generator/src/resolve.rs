//! Follows every reference: groups are spread out, refinements applied, value sets decided.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::{
        AttributeDefinition, AttributeRef, AttributeType, Closed, Inferometer, MetricDefinition,
        ValueType,
    },
    read::Source,
    registry::{
        Attribute, AttributeUse, Event, Metric, Registry, RequirementLevel, Span, ValueSet,
    },
};

/// Groups inside groups, at most; deeper is taken for a cycle.
const GROUP_DEPTH_MAX: usize = 8;

/// Resolves the files of a registry.
///
/// # Errors
///
/// One message per reference that leads nowhere.
pub fn resolve(sources: &[Source]) -> Result<Registry, Vec<String>> {
    let mut resolver = Resolver::new(sources);
    let mut registry = Registry::default();
    for source in sources {
        for metric in &source.definitions.metrics {
            let metric = resolver.metric(&source.path, metric);
            registry.metrics.push(metric);
        }
        for span in &source.definitions.spans {
            let attributes = resolver.uses(&span.span_type, &span.attributes);
            registry.spans.push(Span {
                span_type: span.span_type.clone(),
                file: source.path.clone(),
                kind: span.kind,
                name: span.name.note.trim().to_owned(),
                brief: one_line(&span.brief),
                note: one_line(&span.note),
                attributes,
            });
        }
        for event in &source.definitions.events {
            let attributes = resolver.uses(&event.name, &event.attributes);
            registry.events.push(Event {
                name: event.name.clone(),
                file: source.path.clone(),
                brief: one_line(&event.brief),
                note: one_line(&event.note),
                attributes,
            });
        }
    }
    registry.attributes = resolver.attributes(sources, &registry);
    let unknown = resolver
        .refinements
        .into_iter()
        .filter(|(name, _)| !registry.metrics.iter().any(|m| m.name == *name));
    resolver.problems.extend(unknown.map(|(name, _)| format!("no metric {name} to refine")));
    if resolver.problems.is_empty() { Ok(registry) } else { Err(resolver.problems) }
}

struct Resolver<'a> {
    groups: BTreeMap<&'a str, &'a [AttributeRef]>,
    keys: BTreeSet<&'a str>,
    refinements: BTreeMap<&'a str, (&'a Inferometer, &'a [AttributeRef])>,
    /// What this registry says about attributes that are defined elsewhere, by key.
    overlays: BTreeMap<&'a str, &'a Inferometer>,
    problems: Vec<String>,
}

impl<'a> Resolver<'a> {
    fn new(sources: &'a [Source]) -> Self {
        let mut resolver = Self {
            groups: BTreeMap::new(),
            keys: BTreeSet::new(),
            refinements: BTreeMap::new(),
            overlays: BTreeMap::new(),
            problems: Vec::new(),
        };
        for definitions in sources.iter().map(|source| &source.definitions) {
            resolver
                .keys
                .extend(definitions.attributes.iter().map(|attribute| attribute.key.as_str()));
            for group in &definitions.attribute_groups {
                resolver.groups.insert(&group.id, &group.attributes);
                let said =
                    group.attributes.iter().filter(|r| says_values(&r.annotations.inferometer));
                let overlays =
                    said.filter_map(|r| Some((r.key.as_deref()?, &r.annotations.inferometer)));
                resolver.overlays.extend(overlays);
            }
            for refinement in &definitions.metric_refinements {
                let refined =
                    (&refinement.annotations.inferometer, refinement.attributes.as_slice());
                if resolver.refinements.insert(&refinement.name, refined).is_some() {
                    resolver
                        .problems
                        .push(format!("{}: {} is refined twice", refinement.id, refinement.name));
                }
            }
        }
        resolver
    }

    fn metric(&mut self, file: &str, metric: &MetricDefinition) -> Metric {
        let mut attributes = self.uses(&metric.name, &metric.attributes);
        let mut annotation = &metric.annotations.inferometer;
        if let Some((refined, added)) = self.refinements.get(metric.name.as_str()).copied() {
            annotation = refined;
            let added = self.uses(&metric.name, added);
            merge(&mut attributes, added);
        }
        let value_type = metric.annotations.code_generation.metric_value_type;
        if value_type.is_none() {
            self.problems
                .push(format!("{}: no annotations.code_generation.metric_value_type", metric.name));
        }
        Metric {
            name: metric.name.clone(),
            file: file.to_owned(),
            instrument: metric.instrument,
            is_int: value_type == Some(ValueType::Int),
            unit: metric.unit.clone(),
            brief: one_line(&metric.brief),
            note: one_line(&metric.note),
            is_stable: metric.stability.is_stable(),
            bounds: annotation.bucket_boundaries.clone(),
            cardinality_limit: annotation.cardinality_limit,
            attributes,
        }
    }

    fn uses(&mut self, user: &str, refs: &[AttributeRef]) -> Vec<AttributeUse> {
        let mut uses = Vec::new();
        self.spread(user, refs, 0, &mut uses);
        uses
    }

    fn spread(
        &mut self,
        user: &str,
        refs: &[AttributeRef],
        depth: usize,
        uses: &mut Vec<AttributeUse>,
    ) {
        if depth > GROUP_DEPTH_MAX {
            self.problems.push(format!(
                "{user}: groups nest deeper than {GROUP_DEPTH_MAX}; is there a cycle?"
            ));
            return;
        }
        for reference in refs {
            match (&reference.key, &reference.group) {
                (Some(key), None) if self.keys.contains(key.as_str()) => {
                    let requirement = reference
                        .requirement_level
                        .clone()
                        .unwrap_or(RequirementLevel::Recommended);
                    merge(uses, vec![AttributeUse { key: key.clone(), requirement }]);
                }
                (None, Some(group)) if self.groups.contains_key(group.as_str()) => {
                    let inner = self.groups[group.as_str()];
                    self.spread(user, inner, depth + 1, uses);
                }
                (Some(name), None) => {
                    self.problems.push(format!("{user}: no attribute {name} to refer to"))
                }
                (None, Some(name)) => {
                    self.problems.push(format!("{user}: no attribute group {name} to refer to"))
                }
                _ => self
                    .problems
                    .push(format!("{user}: an attribute is either a ref or a ref_group")),
            }
        }
    }

    fn attributes(&mut self, sources: &[Source], registry: &Registry) -> Vec<Attribute> {
        let uses = registry.metrics.iter().map(|metric| &metric.attributes);
        let uses = uses.chain(registry.spans.iter().map(|span| &span.attributes));
        let uses = uses.chain(registry.events.iter().map(|event| &event.attributes));
        let used: BTreeSet<&str> = uses.flatten().map(|attribute| attribute.key.as_str()).collect();
        let mut attributes = BTreeMap::new();
        for source in sources {
            for definition in &source.definitions.attributes {
                if !source.is_own() && !used.contains(definition.key.as_str()) {
                    self.problems.push(format!("{}: nothing uses {}", source.path, definition.key));
                }
                let attribute = self.attribute(&source.path, definition);
                if attributes.insert(definition.key.clone(), attribute).is_some() {
                    self.problems
                        .push(format!("{}: {} is defined twice", source.path, definition.key));
                }
            }
        }
        attributes.into_values().collect()
    }

    fn attribute(&self, file: &str, definition: &AttributeDefinition) -> Attribute {
        let own = &definition.annotations.inferometer;
        let annotation = self.overlays.get(definition.key.as_str()).copied().unwrap_or(own);
        Attribute {
            key: definition.key.clone(),
            file: file.to_owned(),
            value_type: match definition.value_type {
                AttributeType::String | AttributeType::Members(_) => "String",
                AttributeType::Int => "Int",
                AttributeType::Double => "Double",
                AttributeType::Boolean => "Boolean",
                AttributeType::StringArray => "StringArray",
            },
            brief: one_line(&definition.brief),
            note: one_line(&definition.note),
            values: value_set(&definition.value_type, annotation, crate::read::is_upstream(file)),
            enum_name: annotation.enum_name.clone().unwrap_or_else(|| enum_name(&definition.key)),
        }
    }
}

fn says_values(annotation: &Inferometer) -> bool {
    annotation.closed.is_some() || annotation.limit.is_some() || annotation.unbounded
}

fn value_set(value_type: &AttributeType, annotation: &Inferometer, is_upstream: bool) -> ValueSet {
    let known: Vec<(String, String)> = match value_type {
        AttributeType::Members(members) => {
            members.iter().map(|member| (member.value.clone(), one_line(&member.brief))).collect()
        }
        _ => Vec::new(),
    };
    match (&annotation.closed, annotation.limit) {
        (Some(Closed::Members(true)), None) => ValueSet::Closed(known),
        (Some(Closed::Values(values)), None) => {
            let brief = |value: &str| {
                known.iter().find(|(known, _)| known == value).map(|(_, brief)| brief.clone())
            };
            ValueSet::Closed(
                values
                    .iter()
                    .map(|value| (value.clone(), brief(value).unwrap_or_default()))
                    .collect(),
            )
        }
        (None, Some(limit)) => ValueSet::Open { known, limit },
        (None, None) if annotation.unbounded || is_upstream => ValueSet::Unbounded,
        _ => ValueSet::Unsaid,
    }
}

/// A later use of the same attribute takes the place of the earlier one.
fn merge(uses: &mut Vec<AttributeUse>, added: Vec<AttributeUse>) {
    for add in added {
        match uses.iter_mut().find(|known| known.key == add.key) {
            Some(known) => *known = add,
            None => uses.push(add),
        }
    }
}

/// `infer.kv_cache.block.state` is `KvCacheBlockState`, `network.io.direction` is `NetworkIoDirection`.
fn enum_name(key: &str) -> String {
    let bare = key.strip_prefix("infer.").or_else(|| key.strip_prefix("gen_ai."));
    camel_case(bare.unwrap_or(key))
}

/// `tool_call` is `ToolCall`.
pub(crate) fn camel_case(value: &str) -> String {
    value.split(['.', '_']).map(capitalized).collect()
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
