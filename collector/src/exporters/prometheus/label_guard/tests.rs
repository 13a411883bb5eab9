//! Who is kept, who becomes `other`, and what is told about it.

use super::*;

fn guard(default: u64, attributes: &[(&str, u64)], pinned: &[(&str, &[&str])]) -> LabelGuard {
    let settings = LabelLimitSettings {
        default,
        attributes: attributes.iter().map(|(key, limit)| ((*key).to_owned(), *limit)).collect(),
        pinned: pinned
            .iter()
            .map(|(key, values)| {
                ((*key).to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
            })
            .collect(),
    };
    LabelGuard::new("prometheus", &settings)
}

fn kept<'a>(guard: &LabelGuard, key: &str, values: &[&'a str]) -> Vec<&'a str> {
    let kept = values.iter().filter(|value| guard.admit(key, value) == Verdict::Keep);
    kept.copied().collect()
}

#[test]
fn without_a_limit_everything_is_kept() {
    let guard = guard(0, &[("limited", 1)], &[]);
    assert_eq!(kept(&guard, "free", &["a", "b", "c"]), ["a", "b", "c"]);
    assert_eq!(guard.replaced(), 0);
    assert_eq!(guard.offenders(10), []);
}

#[test]
fn the_first_values_stay_and_further_ones_are_other() {
    let guard = guard(0, &[("user.id", 2)], &[]);
    assert_eq!(kept(&guard, "user.id", &["a", "b", "c", "a", "d", "b"]), ["a", "b", "a", "b"]);
    assert_eq!(guard.replaced(), 2);
}

#[test]
fn pinned_values_pass_and_take_no_room() {
    let guard = guard(0, &[("m", 1)], &[("m", &["x", "y"])]);
    assert_eq!(kept(&guard, "m", &["a", "x", "b", "y", "x"]), ["a", "x", "y", "x"]);
}

#[test]
fn the_default_is_for_keys_without_a_limit_of_their_own() {
    let guard = guard(1, &[("free", 0), ("two", 2)], &[("pinned", &["p"])]);
    assert_eq!(kept(&guard, "free", &["a", "b", "c"]), ["a", "b", "c"]);
    assert_eq!(kept(&guard, "two", &["a", "b", "c"]), ["a", "b"]);
    assert_eq!(kept(&guard, "any", &["a", "b"]), ["a"]);
    assert_eq!(kept(&guard, "pinned", &["a", "p", "b"]), ["a", "p"]);
}

#[test]
fn a_value_that_is_called_other_is_one_of_the_others() {
    let guard = guard(0, &[("k", 2)], &[]);
    assert_eq!(kept(&guard, "k", &["other", "a", "b"]), ["a", "b"]);
}

#[test]
fn an_empty_value_is_no_label_and_takes_no_room() {
    let guard = guard(1, &[], &[]);
    assert_eq!(kept(&guard, "k", &["", "a", ""]), ["", "a", ""]);
}

#[test]
fn the_worst_offender_comes_first_with_an_estimate() {
    let guard = guard(10, &[], &[]);
    for (key, values) in [("mild", 30), ("bad", 5_000)] {
        for value in 0..values {
            guard.admit(key, &value.to_string());
            guard.admit(key, &value.to_string());
        }
    }
    let offenders = guard.offenders(10);
    let keys: Vec<_> = offenders.iter().map(|it| (&*it.key, it.limit, it.replaced)).collect();
    assert_eq!(keys, [("bad", 10, 9_980), ("mild", 10, 40)]);
    for (offender, values) in offenders.iter().zip([4_990_u64, 20]) {
        assert!(offender.distinct.abs_diff(values) <= values / 4, "{offender:?}");
    }
    assert_eq!(guard.offenders(1).len(), 1);
    assert_eq!(guard.replaced(), 10_020);
}

#[test]
fn keys_beyond_the_bound_are_other_and_counted_unless_they_are_named() {
    let guard = guard(5, &[("named", 1)], &[]);
    for key in 0..KEYS_MAX {
        assert_eq!(guard.admit(&format!("k{key}"), "v"), Verdict::Keep, "{key}");
    }
    assert_eq!(guard.admit("one more", "v"), Verdict::Other);
    assert_eq!(guard.admit("k0", "w"), Verdict::Keep);
    assert_eq!(guard.admit("named", "v"), Verdict::Keep);
    let expected = LabelOffender { key: String::new(), limit: 0, replaced: 1, distinct: 0 };
    assert_eq!(guard.offenders(10), [expected]);
}

#[test]
fn a_key_too_long_to_be_counted_is_other() {
    let guard = guard(5, &[], &[]);
    assert_eq!(guard.admit(&"k".repeat(KEY_BYTES_MAX + 1), "v"), Verdict::Other);
    assert_eq!(guard.admit(&"k".repeat(KEY_BYTES_MAX), "v"), Verdict::Keep);
}
