//! `onrecord serve`: a request, a record; what is refused, and how; the end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use onrecord_tests::{executable, onrecord};
use serde_json::{Value, json};

#[cfg(unix)]
use crate::bench::Bench;

/// A service that ends with the test.
struct Service {
    child: Child,
    address: String,
    /// Kept open, so that it can go on to say something.
    _said: BufReader<std::process::ChildStderr>,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Service {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(executable())
            .args(["serve", "--port", "0"])
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("listening at http://") {
            line.clear();
            assert_ne!(said.read_line(&mut line).unwrap(), 0, "it has ended");
        }
        let address = line.trim().replace("listening at http://", "");
        Self { child, address, _said: said }
    }

    /// The status, the head in small letters and the body of an answer.
    fn ask(&self, method: &str, path: &str, head: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !head.iter().any(|(name, _)| *name == "Host") {
            request += &format!("Host: {}\r\n", self.address);
        }
        request += &format!("Content-Length: {}\r\n", body.len());
        head.iter().for_each(|(name, value)| request += &format!("{name}: {value}\r\n"));
        stream.write_all(format!("{request}\r\n").as_bytes()).unwrap();
        // It may refuse before it has read all.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Answer { status: status.unwrap_or(0), head: head.to_lowercase(), body: body.into() }
    }

    fn post(&self, path: &str, kind: &str, body: &str) -> Answer {
        self.ask("POST", path, &[("Content-Type", kind)], body.as_bytes())
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Of a refusal, why.
    fn refused(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        assert!(self.head.contains("content-type: application/problem+json"), "{}", self.head);
        assert_eq!(self.json()["status"], status);
        self.json()["detail"].as_str().unwrap().to_owned()
    }
}

const QUOTES: &[&str] = &["--config", "quotes"];
const TEXT: &str = "“Rain will come,” Ada Quill said in Port Varen.";

#[test]
fn an_answer_is_the_record_of_files() {
    let service = Service::start(QUOTES);
    let line = json!({"id": "a", "text": TEXT, "title": "Weather"}).to_string();
    let arguments =
        ["analyze", "--config", "quotes", "-f", "jsonl", "--input-format", "jsonl", "-"];
    let file = onrecord(arguments).input(line.clone()).end().good();
    let answer = service.post("/analyze", "application/json; charset=UTF-8", &line);
    assert_eq!((answer.status, &answer.body), (200, &file));
    let text =
        service.post("/analyze?id=b&no_text=true&layers=tokens&offsets=byte", "text/plain", TEXT);
    let record = text.json();
    assert_eq!((&record["id"], &record["text"]), (&json!("b"), &Value::Null));
    assert_eq!((&record["offsets"], record["tokens"].is_array()), (&json!("byte"), true));
    // A bad line is an error in its place.
    let lines = format!("{line}\nno\n\n{line}\n");
    let answer = service.post("/analyze", "application/x-ndjson", &lines);
    let found: Vec<_> = answer.body.lines().collect();
    assert_eq!((found.len(), found[0], found[2]), (3, file.trim_end(), file.trim_end()));
    assert!(found[1].contains("\"error\":") && found[1].contains("request:2"), "{}", found[1]);
    let page = service.post("/", "application/x-www-form-urlencoded", "text=%3Cb%3E+Rain.");
    assert!(page.status == 200 && page.head.contains("content-security-policy"), "{}", page.head);
    assert!(!page.body.contains("<b> Rain."), "it is no markup");
}

#[test]
fn what_is_refused() {
    let service = Service::start(&["--config", "quotes", "--max-bytes", "1000"]);
    let post = |path, kind, body: &str| service.post(path, kind, body);
    assert!(post("/analyze", "application/json", "{").refused(400).contains("no JSON"));
    assert!(post("/analyze", "application/json", "{}").refused(400).contains("without `text`"));
    assert!(post("/analyze?offset=byte", "text/plain", "a").refused(400).contains("offset"));
    assert!(post("/analyze?offsets=bit", "text/plain", "a").refused(400).contains("`offsets`"));
    assert!(post("/analyze?layers=a", "text/plain", "a").refused(400).contains("`layers`"));
    assert!(post("/analyze", "text/plain", &"a".repeat(1001)).refused(413).contains("1000"));
    assert_eq!(post("/analyze", "text/plain", &"a".repeat(1000)).status, 200);
    let head = [("Content-Type", "text/plain")];
    let latin = service.ask("POST", "/analyze", &head, b"caf\xE9");
    assert!(latin.refused(400).contains("0xE9"));
    for kind in ["image/png", "text/plain; charset=latin1", "no kind"] {
        assert!(post("/analyze", kind, "a").refused(415).contains("text/plain"));
    }
    service.ask("POST", "/analyze", &[], b"a").refused(415);
    service.ask("GET", "/elsewhere", &[], b"").refused(404);
    let answer = service.ask("GET", "/analyze", &[], b"");
    answer.refused(405);
    assert!(answer.head.contains("allow: post"), "{}", answer.head);
    // By another name, or from a page elsewhere.
    let stranger = [("Host", "varen.example")];
    service.ask("GET", "/health", &stranger, b"").refused(403);
    let page = [("Origin", "https://varen.example"), ("Content-Type", "text/plain")];
    service.ask("POST", "/analyze", &page, b"a").refused(403);
    let own = format!("http://{}", service.address);
    let own = [("Origin", own.as_str()), ("Content-Type", "text/plain")];
    assert_eq!(service.ask("POST", "/analyze", &own, b"a").status, 200);
}

#[test]
fn an_origin_that_is_allowed() {
    let service =
        Service::start(&["--config", "quotes", "--allow-origin", "https://varen.example"]);
    let ask = [("Origin", "https://varen.example"), ("Access-Control-Request-Method", "POST")];
    let answer = service.ask("OPTIONS", "/analyze", &ask, b"");
    assert_eq!(answer.status, 204);
    assert!(answer.head.contains("access-control-allow-origin: https://varen.example"));
}

#[test]
fn the_openapi_file_is_current() {
    let service = Service::start(QUOTES);
    let file = service.ask("GET", "/openapi.json", &[], b"").json();
    let paths = file["paths"].as_object().unwrap();
    let names: Vec<_> = paths.keys().map(String::as_str).collect();
    assert_eq!(names, ["/", "/analyze", "/health", "/openapi.json", "/schema"]);
    for (path, methods) in paths {
        let allowed = service.ask("PATCH", path, &[], b"");
        allowed.refused(405);
        let allowed = allowed.head.lines().find_map(|line| line.strip_prefix("allow: ")).unwrap();
        let allowed = allowed.split(',').filter(|method| *method != "head");
        let mut allowed: Vec<_> = allowed.collect();
        allowed.sort_unstable();
        let told: Vec<_> = methods.as_object().unwrap().keys().collect();
        assert_eq!(allowed, told, "{path}");
    }
    let schema = onrecord(["schema"]).end().good();
    assert_eq!(service.ask("GET", "/schema", &[], b"").body, schema);
    assert_eq!(service.ask("GET", "/health", &[], b"").json()["status"], "ok");
    assert!(service.ask("GET", "/", &[], b"").body.contains("<textarea"));
}

#[test]
fn many_ask_at_once() {
    let service = Service::start(&["--config", "quotes", "--jobs", "2", "--queue", "20"]);
    let service = &service;
    std::thread::scope(|scope| {
        for number in 0..16 {
            scope.spawn(move || {
                let path = format!("/analyze?id={number}");
                let answer = service.post(&path, "text/plain", TEXT);
                assert_eq!(answer.json()["id"], number.to_string());
            });
        }
    });
}

#[cfg(unix)]
#[test]
fn a_crash_a_hang_and_no_place() {
    let bench = Bench::isolated("");
    let config = bench.path("pipeline.toml");
    let config = config.to_str().unwrap();
    let service = Service::start(&["--config", config, "--jobs", "1", "--queue", "0"]);
    let crash = service.post("/analyze", "text/plain", "!abort now");
    assert!(crash.refused(500).contains("SIGABRT"));
    assert_eq!(service.post("/analyze", "text/plain", "fine").status, 200);
    drop(service);
    let limits = ["--jobs", "1", "--queue", "0", "--timeout-ms", "300"];
    let service = Service::start(&[&["--config", config], &limits[..]].concat());
    assert!(service.post("/analyze", "text/plain", "!sleep on").refused(504).contains("300 ms"));
    // Its place is taken until the worker is given up.
    let full = service.post("/analyze", "text/plain", "fine");
    assert!(full.refused(503).contains("--queue") && full.head.contains("retry-after: 1"));
}

#[cfg(unix)]
#[test]
fn it_ends_when_asked_to() {
    for signal in ["-TERM", "-INT"] {
        let mut service = Service::start(QUOTES);
        // A connection at rest does not hold it up.
        let _resting = TcpStream::connect(&service.address).unwrap();
        let pid = service.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        assert_eq!(service.child.wait().unwrap().code(), Some(0));
    }
}
