//! What a worker sends: frames, and the results in them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| onrecord_host::fuzzing::frames(bytes));
