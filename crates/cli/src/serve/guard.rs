//! Who may ask: programs of this machine by its own name, and pages of the origins that are allowed.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Service;
use super::problem::Problem;

/// Nothing from elsewhere, nothing to elsewhere; the report brings its style and script along.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Lets a request through, or refuses it, and sets the headers that all answers have.
pub(super) async fn guard(
    State(service): State<Arc<Service>>,
    request: Request,
    next: Next,
) -> Response {
    let host = host(&request);
    let origin = request.headers().get(header::ORIGIN).cloned();
    let any = HeaderValue::from_static("*");
    let allowed = origin
        .clone()
        .filter(|origin| service.origins.contains(origin) || service.origins.contains(&any));
    let asked = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if !known(&service, host.as_deref()) {
        // A page elsewhere whose name was made to lead here (DNS rebinding) gives itself away so.
        let hosts = service.hosts.as_deref().unwrap_or_default().join(", ");
        let detail = format!("`Host`: expected one of {hosts}");
        Problem::new(StatusCode::FORBIDDEN, detail).into_response()
    } else if allowed.is_none() && origin.is_some_and(|origin| !own(&origin, host.as_deref())) {
        let detail = "`Origin`: another than this service's own; allow it with `--allow-origin`";
        Problem::new(StatusCode::FORBIDDEN, detail).into_response()
    } else if request.method() == Method::OPTIONS && asked && allowed.is_some() {
        let mut response = StatusCode::NO_CONTENT.into_response();
        let headers = response.headers_mut();
        put(headers, header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST");
        put(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type");
        response
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        put(headers, header::VARY, "Origin");
    }
    put(headers, header::CONTENT_SECURITY_POLICY, POLICY);
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, header::REFERRER_POLICY, "no-referrer");
    put(headers, header::CACHE_CONTROL, "no-store");
    response
}

fn put(headers: &mut HeaderMap, name: header::HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// Under which name and port it is asked for.
fn host(request: &Request) -> Option<String> {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let named = named.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    named.map(str::to_ascii_lowercase)
}

fn known(service: &Service, host: Option<&str>) -> bool {
    let Some(hosts) = &service.hosts else { return true };
    let host = host.unwrap_or_default();
    let bare = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    hosts.iter().any(|known| known.eq_ignore_ascii_case(bare))
}

/// Whether a page of this service asks.
fn own(origin: &HeaderValue, host: Option<&str>) -> bool {
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(_, name)| Some(name) == host)
}
