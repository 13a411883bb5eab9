//! `inferometer_collector::fuzzing::trace_query` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inferometer_collector::fuzzing::trace_query(data));
