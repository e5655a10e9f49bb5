//! `serve`: the pipeline behind HTTP, for the programs of one machine.
//!
//! A request is one task of the pool, whatever number of articles it brings; [`routes`] says what is
//! where, [`guard`] who may ask, [`problem`] how a refusal looks.

mod guard;
mod problem;
mod routes;

use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::http::HeaderValue;
use onrecord_core::Pipeline;
use onrecord_host::{Config, Host};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::pool::Pool;
use crate::{ServeArguments, configuration, exit};

/// How long requests under way may go on after their own time, when the service ends.
const GRACE: Duration = Duration::from_secs(5);

/// What all requests share.
struct Service {
    pool: Pool,
    pipeline: Arc<Pipeline>,
    config: String,
    /// One for each request that may be under way or wait.
    places: Arc<Semaphore>,
    max_bytes: usize,
    timeout: Duration,
    /// The names under which it may be asked for; `None` where any will do.
    hosts: Option<Vec<String>>,
    origins: Vec<HeaderValue>,
}

pub(crate) fn run(host: &Host, arguments: &ServeArguments) -> Result<ExitCode> {
    let Some((config, pipeline, _)) = configuration::load(host, &arguments.config)? else {
        return Ok(ExitCode::from(exit::USAGE));
    };
    let address = address(&arguments.host, arguments.port)?;
    let threads = arguments.jobs.map_or_else(crate::pool::processors, usize::from);
    let places = threads + usize::from(arguments.queue);
    let pipeline = Arc::new(pipeline);
    let service = Arc::new(Service {
        // As long as there are places, so that no task ever waits to get in.
        pool: Pool::start(&pipeline, threads, places)?,
        pipeline,
        config: config.origin.clone(),
        places: Arc::new(Semaphore::new(places)),
        max_bytes: arguments.max_bytes as usize,
        timeout: Duration::from_millis(arguments.timeout_ms.into()),
        hosts: address.ip().is_loopback().then(|| names(&arguments.host)),
        origins: arguments.allow_origin.clone(),
    });
    warn(&config, address.ip());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(listen(address, Arc::clone(&service)));
    // Whoever is still at work then has had all its time; the program's end ends it.
    runtime.shutdown_background();
    std::mem::forget(service);
    ended.map(|()| ExitCode::SUCCESS)
}

fn address(host: &str, port: u16) -> Result<SocketAddr> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let mut found = (bare, port)
        .to_socket_addrs()
        .with_context(|| format!("cannot find address {host}: expected a name or an IP address"))?;
    found.next().with_context(|| format!("{host} has no address"))
}

/// The names of this machine for itself.
fn names(given: &str) -> Vec<String> {
    let mut names = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).to_vec();
    if !names.iter().any(|name| name == given) {
        names.push(given.to_owned());
    }
    names
}

fn warn(config: &Config, ip: IpAddr) {
    if !ip.is_loopback() {
        eprintln!(
            "warning: {ip} may be reached from other machines, and nobody is asked who he is"
        );
    }
    let ends = |analyzer: &&onrecord_host::AnalyzerConfig| {
        analyzer.isolation.is_none() && analyzer.timeout.is_some()
    };
    if let Some(analyzer) = config.analyzers.iter().find(ends) {
        eprintln!(
            "warning: analyzer `{}` ends this service when it goes on for twice its `timeout_ms`; \
             with `isolation = \"process\"` it would cost the one request",
            analyzer.name
        );
    }
}

async fn listen(address: SocketAddr, service: Arc<Service>) -> Result<()> {
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("cannot listen at {address}"))?;
    // Before anybody is told that it listens, who may then ask it to end.
    let asked = asked_to_end();
    eprintln!("listening at http://{}", listener.local_addr()?);
    let grace = service.timeout + GRACE;
    let (ending, mut ends) = tokio::sync::watch::channel(());
    let told = async move {
        asked.await;
        let _ = ending.send(());
    };
    let serving = axum::serve(listener, routes::router(service)).with_graceful_shutdown(told);
    let late = async {
        // The sender is dropped only with the future that asks it to end.
        let _ = ends.changed().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        ended = serving.into_future() => ended.context("the service ended"),
        () = late => Ok(()),
    }
}

/// Begins to listen for the signals that ask a program to end, and waits for one.
#[cfg(unix)]
fn asked_to_end() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        // Where listening is refused, a signal does what it always does.
        let [Ok(mut interrupted), Ok(mut terminated)] = signals else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    }
}

/// Waits for the signal that asks a program to end.
#[cfg(not(unix))]
async fn asked_to_end() {
    let _ = tokio::signal::ctrl_c().await;
}
