//! How the table of `engine_identity` is read.

use std::collections::HashMap;

use inferometer_semconv::attributes::INFER_REPLICA;

use crate::{
    config::{problem::Problems, raw::Value, section::Section},
    processors::{EngineIdentity, EngineIdentitySettings, UnknownIndex},
};

const ATTRIBUTE: &str = "the attribute that holds the index, such as engine or dp_rank";
const INDEX: &str = "the index as the engine writes it, such as 0";
const STAGE: &str = "a stage such as prefill or decode";

const UNKNOWN_INDEX: [(&str, UnknownIndex); 2] =
    [("keep", UnknownIndex::Keep), ("drop_attribute", UnknownIndex::DropAttribute)];

pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> EngineIdentitySettings {
    if section.node("attribute").is_none() {
        section.missing("attribute", ATTRIBUTE, problems);
    }
    let attribute = section.text("attribute", ATTRIBUTE, problems).unwrap_or_default().to_owned();
    let unknown_index = section.word("unknown_index", &UNKNOWN_INDEX, problems);
    let mut table = HashMap::new();
    if section.has_no_entry("table") {
        section.missing(
            "table",
            "at least one such as {index: 0, stage: prefill, replica: 0}",
            problems,
        );
    }
    for mut entry in section.sections("table", problems) {
        let (index, identity) = (index(&mut entry, problems), identity(&mut entry, problems));
        if let (Some(index), Some(identity)) = (index, identity)
            && let Some(first) = table.insert(index.clone(), identity)
        {
            let what = format!(
                "is {index}, which is there before as stage {:?}, replica {}: keep one",
                first.stage, first.replica
            );
            entry.wrong("index", &what, problems);
        }
        entry.close(problems);
    }
    EngineIdentitySettings { attribute, table, unknown_index: unknown_index.unwrap_or_default() }
}

fn index(entry: &mut Section<'_>, problems: &mut Problems) -> Option<String> {
    let Some(node) = entry.node("index") else {
        entry.missing("index", INDEX, problems);
        return None;
    };
    let written = match &node.value {
        Value::Int(number) => Some(number.to_string()),
        _ => node.text().filter(|text| !text.is_empty()).map(str::to_owned),
    };
    if written.is_none() {
        entry.wrong("index", &format!("is {}, expected {INDEX}", node.shown()), problems);
    }
    written
}

fn identity(entry: &mut Section<'_>, problems: &mut Problems) -> Option<EngineIdentity> {
    if entry.node("stage").is_none() {
        entry.missing("stage", STAGE, problems);
    }
    let stage = entry.text("stage", STAGE, problems);
    if entry.node("replica").is_none() {
        entry.missing(
            "replica",
            &format!("the number of the replica, {} from 0", INFER_REPLICA.key),
            problems,
        );
    }
    let replica = entry.number("replica", 0..=u32::MAX.into(), problems);
    let replica = replica.and_then(|replica| u32::try_from(replica).ok());
    Some(EngineIdentity { stage: stage?.to_owned(), replica: replica? })
}
