//! `inferometer_collector::fuzzing::metrics_page` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inferometer_collector::fuzzing::metrics_page(data));
