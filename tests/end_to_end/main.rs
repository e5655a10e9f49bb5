//! End-to-end tests, by what they hold to account:
//!
//! - `layering`: which crate may depend on which, and who may be unsafe
//! - `loading`: shared libraries, bundled plugins, plugins from elsewhere in C and Rust
//! - `command`: the command line: inputs, outputs, exit codes, hostile input
//! - `configuration`: the files of `config/`, faults and their places, `config` and `plugins`
//! - `conformance`: our analyzers on texts that nobody would write, asked again, on other threads
//! - `articles`: whole articles under `tests/articles/` and what is found in them

#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

mod articles;
mod command;
mod configuration;
mod conformance;
mod layering;
mod loading;
