//! Isolation: analyzers that run in a process of their own.
//!
//! Neighbours in a configuration that are isolated alike make a [`chain`]: one worker process runs
//! them all on a document, so that a document crosses the pipe once. A [`process`] is the same program
//! started again ([`worker`]), in which [`sandbox`] leaves little to do but to compute. Between the
//! two go [`frame`]s, whose payload is [`pack`]ed as it lies in memory; [`words`] translates the
//! numbers of words, which each side gives by itself.
//!
//! What a worker sends is taken for hostile: its size is bounded, its form checked on arrival, its
//! sense by `onrecord_core::check` as that of any analyzer. A worker that crashes, hangs or sends what
//! is no frame is killed, and its document tried once more in a fresh one, one analyzer at a time, so
//! that the culprit can be named. Then the document is lost, and the run goes on.

pub(crate) mod chain;
pub(crate) mod describe;
pub(crate) mod frame;
pub(crate) mod pack;
mod process;
mod sandbox;
pub(crate) mod words;
mod worker;

pub use worker::worker_main;

/// The first argument with which a program that is started as a worker finds itself called; its
/// second is the number of the process that started it. Whoever embeds the host calls
/// [`worker_main`] then, before anything else.
pub const WORKER_ARGUMENT: &str = "__worker";

/// How long an isolated analyzer may take for a document where its configuration does not say.
pub(crate) const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);
