//! Which requests are traced.

use super::super::{problem::Problems, raw::Value, section::Section};

const FOLLOWS: &str = "a request is traced if its sender traces it: put this under sampler.parent_based.root, for requests \
                       whose sender says nothing";

/// Reads `sampler`: the share of requests that are traced among those whose sender decided nothing.
///
/// A sender's decision always holds. What a collector sends of its own says that it is not sampled, so that spans about
/// the way of such spans never come to be.
pub(super) fn read(traces: &mut Section<'_>, problems: &mut Problems) -> f64 {
    const ALL: f64 = 1.0;
    let Some(mut sampler) = traces.section("sampler", problems) else {
        return ALL;
    };
    for key in ["always_on", "always_off", "trace_id_ratio_based"] {
        sampler.refuse(key, FOLLOWS, problems);
    }
    let mut ratio = ALL;
    if let Some(mut parent_based) = sampler.section("parent_based", problems) {
        if let Some(mut root) = parent_based.section("root", problems) {
            ratio = read_root(&mut root, problems);
            root.close(problems);
        }
        for key in [
            "remote_parent_sampled",
            "remote_parent_not_sampled",
            "local_parent_sampled",
            "local_parent_not_sampled",
        ] {
            parent_based.refuse(key, "the sender's decision holds: remove it", problems);
        }
        parent_based.close(problems);
    }
    sampler.close(problems);
    ratio
}

fn read_root(root: &mut Section<'_>, problems: &mut Problems) -> f64 {
    let mut ratios = Vec::new();
    for (key, ratio) in [("always_on", 1.0), ("always_off", 0.0)] {
        if let Some(section) = root.section(key, problems) {
            section.close(problems);
            ratios.push(ratio);
        }
    }
    if let Some(mut section) = root.section("trace_id_ratio_based", problems) {
        ratios.extend(read_ratio(&mut section, problems));
        section.close(problems);
    }
    match ratios.as_slice() {
        [] => 1.0,
        [ratio] => *ratio,
        _ => {
            let path = root.path_of("");
            let path = path.trim_end_matches('.');
            problems.error(root.at(), format!("{path} names several samplers, expected one"));
            1.0
        }
    }
}

fn read_ratio(section: &mut Section<'_>, problems: &mut Problems) -> Option<f64> {
    const EXPECTED: &str = "a number from 0 to 1";
    let Some(node) = section.node("ratio") else {
        section.missing("ratio", EXPECTED, problems);
        return None;
    };
    let ratio = match node.value {
        Value::Int(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    };
    let sound = ratio.filter(|ratio| (0.0..=1.0).contains(ratio));
    if sound.is_none() {
        let shown = node.shown();
        section.wrong("ratio", &format!("is {shown}, expected {EXPECTED}"), problems);
    }
    sound
}
