//! End-to-end tests, by what they hold to account:
//!
//! - `layering`: which crate may depend on which, and who may be unsafe
//! - `loading`: shared libraries, bundled plugins, plugins from elsewhere in C and Rust
//! - `faults`: a plugin that crashes, hangs and lies, in the host's process and in its own
//! - `isolation`: processes of isolated plugins: what they may do, when they end, that records are
//!   the same
//! - `authoring`: the way of a plugin's author: the guide's commands, the examples, `plugins new` and
//!   `plugins check`
//! - `trust`: pins, and files that others can change
//! - `command`: the command line: inputs, outputs, exit codes, hostile input
//! - `configuration`: the files of `config/`, faults and their places, `config` and `plugins`
//! - `conformance`: our analyzers on texts that nobody would write, asked again, on other threads
//! - `pipe`: batches on standard input and output
//! - `serve`: requests, refusals, the end of the service
//! - `articles`: whole articles under `tests/articles/` and what is found in them

#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

mod articles;
mod authoring;
mod bench;
mod command;
mod configuration;
mod conformance;
mod faults;
mod isolation;
mod layering;
mod loading;
mod pipe;
mod resume;
mod serve;
mod trust;
