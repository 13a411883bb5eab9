//! `inferometer_collector::fuzzing::grpc_frame` under libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| inferometer_collector::fuzzing::grpc_frame(data));
