//! What is where, and how an article in a request becomes a record in a response.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Form, FromRequest as _, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use clap::ValueEnum as _;
use onrecord_core::record::{Contents, Record};
use onrecord_formats::report::{self, article};
use onrecord_formats::{Article, ReadError, ReadOptions};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::oneshot;

use super::Service;
use super::guard::guard;
use super::problem::Problem;
use crate::analysis::{self, ContentsArguments, Layer, Unit};
use crate::pretty;

const OPENAPI: &str = include_str!("openapi.json");
const PAGE: &str = include_str!("page.html");

/// The identifier of an article that brings none.
const NAME: &str = "request";

type Shared = State<Arc<Service>>;

pub(super) fn router(service: Arc<Service>) -> Router {
    let schema = pretty(&onrecord_core::record::json_schema());
    let json = |kind, body: String| async move { ([(header::CONTENT_TYPE, kind)], body) };
    Router::new()
        .route("/", get(|| async { Html(PAGE) }).post(page))
        .route("/analyze", post(analyze))
        .route("/health", get(health))
        .route("/openapi.json", get(move || json("application/json", OPENAPI.into())))
        .route("/schema", get(move || json("application/schema+json", schema)))
        .fallback(async |uri: Uri| {
            let detail = format!("nothing at {}; try POST /analyze, or GET /", uri.path());
            Problem::new(StatusCode::NOT_FOUND, detail)
        })
        .method_not_allowed_fallback(async || {
            let detail = "not by this method; the header `Allow` names those that will do";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
        })
        // The limit is the service's own: `read`.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(&service), guard))
        .with_state(service)
}

async fn health(State(service): Shared) -> impl IntoResponse {
    let body = json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "config": service.config,
        "free_places": service.places.available_permits(),
    });
    ([(header::CONTENT_TYPE, "application/json")], format!("{body}\n"))
}

/// The query of a request: what goes into its records.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    id: Option<String>,
    offsets: Option<String>,
    layers: Option<String>,
    #[serde(default)]
    no_text: bool,
    #[serde(default)]
    any_language: bool,
}

impl Parameters {
    fn of(uri: &Uri) -> Result<Self, Problem> {
        let Query(parameters) = Query::try_from_uri(uri).map_err(|error| {
            let detail = format!("the query: {}", error.body_text());
            Problem::new(StatusCode::BAD_REQUEST, detail)
        })?;
        Ok(parameters)
    }

    fn contents(&self) -> Result<Contents, Problem> {
        let bad = |detail| Problem::new(StatusCode::BAD_REQUEST, detail);
        let offsets = self.offsets.as_deref().map(|word| {
            Unit::from_str(word, false).map_err(|_| {
                bad(format!("`offsets`: expected codepoint, byte or utf16, found {word:.40}"))
            })
        });
        let words = self.layers.as_deref().unwrap_or_default().split(',');
        let layers = words.filter(|word| !word.is_empty()).map(|word| {
            Layer::from_str(word, false).map_err(|_| {
                bad(format!("`layers`: expected tokens or sentences, found {word:.40}"))
            })
        });
        let layers = layers.collect::<Result<Vec<_>, _>>()?;
        let offsets = offsets.transpose()?.unwrap_or(Unit::Codepoint);
        Ok(ContentsArguments { layers, offsets, no_text: self.no_text }.contents())
    }
}

/// The form of a body.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Html,
    Json,
    Lines,
}

impl Kind {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let given = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let given = given.unwrap_or("none").to_ascii_lowercase();
        let refused = || {
            let detail = format!(
                "`Content-Type`: expected text/plain, text/html, application/json or \
                 application/x-ndjson, in UTF-8, found {given:.80}"
            );
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
        };
        let mut parts = given.split(';').map(str::trim);
        let kind = match parts.next() {
            Some("text/plain") => Self::Text,
            Some("text/html" | "application/xhtml+xml") => Self::Html,
            Some("application/json") => Self::Json,
            Some("application/x-ndjson" | "application/ndjson" | "application/jsonl") => {
                Self::Lines
            }
            _ => return Err(refused()),
        };
        let charset = parts.find_map(|part| part.strip_prefix("charset="));
        match charset.map(|charset| charset.trim_matches('"')) {
            None | Some("utf-8" | "utf8" | "us-ascii") => Ok(kind),
            Some(_) => Err(refused()),
        }
    }

    fn articles(
        self,
        body: &[u8],
        id: Option<String>,
    ) -> Result<Vec<Result<Article, ReadError>>, Problem> {
        let bad = |error: ReadError| Problem::new(StatusCode::BAD_REQUEST, error.reason);
        let id = id.unwrap_or_else(|| NAME.into());
        match self {
            Self::Text | Self::Html => {
                use onrecord_formats::InputFormat;
                let html = self == Self::Html;
                if let (false, Err(error)) = (html, std::str::from_utf8(body)) {
                    let at = error.valid_up_to();
                    let byte = body.get(at).copied().unwrap_or_default();
                    let detail =
                        format!("the body: expected UTF-8, found byte 0x{byte:02X} at offset {at}");
                    return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
                }
                let format = if html { InputFormat::Html } else { InputFormat::Text };
                let article = onrecord_formats::articles(body, format, &id).next();
                Ok(article.transpose().map_err(bad)?.into_iter().map(Ok).collect())
            }
            Self::Json => {
                Ok(vec![Ok(Article::from_json(body, &id, &ReadOptions::default()).map_err(bad)?)])
            }
            Self::Lines => {
                let format = onrecord_formats::InputFormat::Jsonl;
                Ok(onrecord_formats::articles(body, format, &id).collect())
            }
        }
    }
}

async fn analyze(State(service): Shared, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let mut parameters = Parameters::of(&parts.uri)?;
    let contents = parameters.contents()?;
    let kind = Kind::of(&parts.headers)?;
    let any_language = parameters.any_language;
    let limit = service.max_bytes;
    let read = async move {
        let body = read(body, limit).await?;
        kind.articles(&body, parameters.id.take())
    };
    let outcomes = in_time(&service, read, any_language, contents).await?;
    let mut lines = String::new();
    for (id, outcome) in outcomes {
        match outcome {
            Ok(record) => lines.push_str(&json_of(&record)?),
            Err(reason) if kind == Kind::Lines => {
                lines.push_str(&json!({"id": id, "error": reason}).to_string());
            }
            Err(reason) => return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, reason)),
        }
        lines.push('\n');
    }
    let kind = match kind {
        Kind::Lines => "application/x-ndjson",
        Kind::Text | Kind::Html | Kind::Json => "application/json",
    };
    Ok(([(header::CONTENT_TYPE, kind)], lines).into_response())
}

fn json_of(record: &Record) -> Result<String, Problem> {
    serde_json::to_string(record)
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

/// What the form of the page sends.
#[derive(Deserialize)]
struct Filled {
    text: String,
}

/// The page's answer: the report of what was filled in.
async fn page(State(service): Shared, request: Request) -> Result<Html<String>, Problem> {
    let (parts, body) = request.into_parts();
    // The form writes most characters in three bytes for one.
    let limit = service.max_bytes.saturating_mul(3);
    let read = async move {
        let body = read(body, limit).await?;
        let request = Request::from_parts(parts, Body::from(body));
        let filled = Form::<Filled>::from_request(request, &()).await;
        let Form(Filled { text }) = filled.map_err(|error| {
            Problem::new(StatusCode::BAD_REQUEST, format!("the form: {}", error.body_text()))
        })?;
        Ok(vec![Ok(Article::new(NAME, text))])
    };
    let outcomes = in_time(&service, read, false, Contents::default()).await?;
    match outcomes.into_iter().next() {
        Some((_, Ok(record))) => Ok(Html(article(&record, &report::Options::default()))),
        Some((_, Err(reason))) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, reason)),
        None => Ok(Html(PAGE.into())),
    }
}

async fn read(body: Body, limit: usize) -> Result<axum::body::Bytes, Problem> {
    to_bytes(body, limit).await.map_err(|error| {
        let long = std::error::Error::source(&error)
            .is_some_and(|source| source.to_string().contains("length limit"));
        match long {
            true => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body has more than {limit} bytes, the most that `--max-bytes` allows"),
            ),
            false => Problem::new(StatusCode::BAD_REQUEST, format!("the body: {error}")),
        }
    })
}

type Outcome = (String, Result<Record, String>);

/// What becomes of the articles of a request, where there is a place for it and it takes no longer
/// than it may.
async fn in_time(
    service: &Arc<Service>,
    read: impl Future<Output = Result<Vec<Result<Article, ReadError>>, Problem>>,
    any_language: bool,
    contents: Contents,
) -> Result<Vec<Outcome>, Problem> {
    let Ok(place) = Arc::clone(&service.places).try_acquire_owned() else {
        let detail = "all places are taken; try again, or start the service with more: `--queue`";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail));
    };
    let analyzed = async {
        let articles = read.await?;
        let (sender, receiver) = oneshot::channel();
        let pipeline = Arc::clone(&service.pipeline);
        service.pool.run(Box::new(move |worker| {
            // The place is taken for as long as the work goes on, whoever still waits for it.
            let place = place;
            let mut outcomes = Vec::new();
            for article in articles {
                if sender.is_closed() {
                    return;
                }
                outcomes.push(match article {
                    Err(ReadError { input, reason }) => (input, Err(reason)),
                    Ok(article) => {
                        let id = article.id.clone();
                        (id, analysis::record(worker, &pipeline, article, any_language, &contents))
                    }
                });
            }
            // Before the answer is there: its reader may ask again at once.
            drop(place);
            let _ = sender.send(outcomes);
        }));
        receiver.await.map_err(|_| {
            let detail = "a mistake in onrecord; its standard error tells more";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
        })
    };
    tokio::time::timeout(service.timeout, analyzed).await.unwrap_or_else(|_| {
        let most = service.timeout.as_millis();
        let detail = format!("it takes more than {most} ms, the most that `--timeout-ms` allows");
        Err(Problem::new(StatusCode::GATEWAY_TIMEOUT, detail))
    })
}

#[cfg(test)]
mod tests {
    /// The file is checked against the routes by the end-to-end tests; here, that it is whole.
    #[test]
    fn the_openapi_file_refers_to_the_schema() {
        let file: serde_json::Value = serde_json::from_str(super::OPENAPI).unwrap_or_default();
        assert_eq!(file["openapi"], "3.1.0");
        assert_eq!(file["components"]["schemas"]["Record"]["$ref"], "/schema");
        assert_eq!(file["info"]["version"], env!("CARGO_PKG_VERSION"));
    }
}
