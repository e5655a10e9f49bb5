//! Pages stay pages whatever a record holds, and a corpus is summed up the same however often it
//! is interrupted.
#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use std::collections::{BTreeMap, BTreeSet};

use onrecord_core::record::Record;
use onrecord_formats::report::{self, Corpus, MOST_ACTORS, Options, PAGE, file_name};
use serde_json::json;

const EVIL: &[&str] = &[
    "</script><img src=x onerror=alert(1)>",
    "\"'><svg/onload=alert(2)> -- --> <!-- {{ 7*7 }} {% raw %} ${x} `",
    "\u{202E}txet\u{0}\u{1B}\u{85}\u{FFFE}\r\n\r\n</style></title><b onclick='e()'>",
    "javascript:alert(3)",
    "",
    " \n\t ",
];

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % most
    }

    fn evil(&mut self) -> String {
        let long = if self.roll(20) == 0 { 500 } else { 1 };
        EVIL[self.roll(EVIL.len())].repeat(long)
    }

    fn span(&mut self, length: usize) -> [usize; 2] {
        let start = self.roll(length + 3);
        match self.roll(8) {
            0 => [start, usize::MAX],
            1 => [start + 5, start],
            _ => [start, start + self.roll(40)],
        }
    }

    fn spans(&mut self, length: usize) -> Vec<[usize; 2]> {
        (0..self.roll(4)).map(|_| self.span(length)).collect()
    }
}

fn record(seed: u64) -> Record {
    let mut dice = Dice(seed);
    let text: String = (0..30).map(|_| dice.evil() + " Ada Quill “said” so.\n\n").collect();
    let text: String = text.chars().take(3000).collect();
    let length = text.len();
    let unit = ["codepoint", "byte", "utf16"][dice.roll(3)];
    let entity = |n: usize| json!(format!("e{n}</script>"));
    let entities: Vec<_> = (0..12)
        .map(|n| {
            let mentions: Vec<_> = (0..4)
                .map(|_| json!({"span": dice.span(length), "kind": "name", "confidence": 0.5}))
                .collect();
            let wikidata = ["Q42", "Q1\" onclick=\"x", "javascript:1"][dice.roll(3)];
            json!({"id": entity(n), "name": dice.evil(), "type": "person", "wikidata": wikidata,
                   "mentions": mentions})
        })
        .collect();
    let quotes: Vec<_> = (0..40)
        .map(|n| {
            json!({"id": format!("q{n}{}", dice.evil()), "kind": "direct",
                   "content": dice.spans(length), "cue": dice.spans(length),
                   "source": dice.spans(length), "speaker": entity(dice.roll(15)),
                   "within": format!("q{}", dice.roll(40)), "confidence": 2.5, "by": dice.evil()})
        })
        .collect();
    let stances: Vec<_> = (0..40)
        .map(|n| {
            let holder = match dice.roll(3) {
                0 => json!({"author": true}),
                1 => json!({"entity": entity(dice.roll(15)), "span": dice.span(length)}),
                _ => json!({}),
            };
            let polarity = ["positive", "negative", "neutral"][dice.roll(3)];
            json!({"id": format!("s{n}"), "holder": holder,
                   "target": {"entity": entity(dice.roll(15)), "span": dice.span(length)},
                   "polarity": polarity,
                   "intensity": -9e99, "dimension": "belief", "act": dice.evil(),
                   "modality": "hedged", "evidence": dice.spans(length), "quote": dice.evil(),
                   "confidence": 0.1, "by": dice.evil()})
        })
        .collect();
    let meta = json!({"title": dice.evil(), "author": dice.evil(), "publisher": dice.evil(),
        "url": dice.evil(), "published": dice.evil(), "language": dice.evil(),
        dice.evil() + "key": dice.evil()});
    let made = json!({"layer": dice.evil(), "analyzer": dice.evil(), "version": dice.evil(),
        "model": dice.evil(), "origin": dice.evil()});
    let item = json!({"span": [0, 9], "label": dice.evil(), "confidence": 0.5});
    let mut record = json!({"schema": dice.evil(), "id": dice.evil(), "offsets": unit,
        "meta": meta, "entities": entities, "quotes": quotes, "stances": stances,
        "layers": {(dice.evil()): [item]}, "provenance": [made]});
    if dice.roll(5) > 0 {
        record["text"] = json!(text);
    }
    serde_json::from_value(record).unwrap()
}

/// Panics where a page is not well formed: elements that cross, attributes without quotes, ids
/// given twice, links within the page that lead nowhere.
fn check(page: &str) {
    const VOID: &[&str] = &["meta", "link", "br", "input", "img", "hr"];
    let (mut open, mut ids, mut links) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if rest.starts_with("!DOCTYPE") {
            continue;
        }
        if let Some(name) = rest.strip_prefix('/') {
            let name = &name[..name.find('>').unwrap()];
            assert_eq!(open.pop(), Some(name), "before {:.200}", rest);
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap();
        let name = &rest[..end];
        assert!(!name.is_empty(), "a bare < before {rest:.200}");
        rest = &rest[end..];
        let mut attributes = BTreeMap::new();
        let empty;
        loop {
            rest = rest.trim_start();
            let closed = rest.strip_prefix("/>");
            if let Some(after) = rest.strip_prefix('>').or(closed) {
                (rest, empty) = (after, closed.is_some());
                break;
            }
            let end = rest.find(['=', ' ', '>', '\n']).unwrap();
            let key = &rest[..end];
            let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(!key.is_empty() && key.chars().all(known), "attribute {key:?} of {name}");
            assert!(!key.starts_with("on") && key != "style", "{key} of {name}");
            rest = &rest[end..];
            let value = match rest.strip_prefix("=\"") {
                Some(value) => {
                    let (value, after) = value.split_once('"').unwrap();
                    rest = after;
                    value
                }
                None => "",
            };
            assert!(attributes.insert(key, value).is_none(), "{key} twice in {name}");
        }
        for (key, value) in attributes {
            match key {
                "id" => assert!(ids.insert(value), "id {value} twice"),
                "aria-describedby" | "aria-labelledby" => _ = links.insert(value),
                "href" => match value.strip_prefix('#') {
                    Some(id) => _ = links.insert(id),
                    None => assert!(
                        value.starts_with("http") || !value.contains(':'),
                        "a link to {value}"
                    ),
                },
                _ => {}
            }
        }
        if matches!(name, "script" | "style") {
            let end = rest.find(&format!("</{name}>")).unwrap();
            rest = &rest[end..];
        }
        if !empty && !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
    assert_eq!(links.difference(&ids).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn hostile_records_make_harmless_pages() {
    for seed in 0..60 {
        let page = report::article(&record(seed), &Options::default());
        check(&page);
        for evil in ["<img", "<svg/", "<b onclick", "\0", "\u{1B}", "\u{FFFE}", "<!--"] {
            assert!(!page.contains(evil), "{evil:?} in page {seed}");
        }
        assert_eq!(page.matches("</script>").count(), 1);
        assert_eq!(page.matches("</title>").count(), 1);
    }
}

#[test]
fn the_text_is_all_there() {
    let text = "Ada Quill resigns\n\nAda Quill said “we will stay, and he said ‘no’.” Rain & wind.";
    let record = json!({"schema": "onrecord/1", "id": "a", "text": text, "offsets": "codepoint",
        "meta": {"title": null, "author": null, "publisher": null, "url": null, "published": null,
                 "language": "en"},
        "entities": [{"id": "e1", "name": "Ada Quill", "type": "person", "wikidata": null,
            "mentions": [{"span": [19, 28], "kind": "name", "confidence": 1.0}]}],
        "quotes": [
            {"id": "q1", "kind": "direct", "content": [[34, 68]], "cue": [[29, 33]],
             "source": [[19, 28]], "speaker": "e1", "within": null, "confidence": 1.0, "by": null},
            {"id": "q2", "kind": "direct", "content": [[61, 65]], "cue": [], "source": [],
             "speaker": null, "within": "q1", "confidence": 1.0, "by": null}],
        "stances": [], "provenance": []});
    let page = report::article(&serde_json::from_value(record).unwrap(), &Options::default());
    check(&page);
    let start = page.find("<main").unwrap();
    let shown = &page[start..page.find("<aside").unwrap()];
    // The chips of initials and the page's own words aside, what is left is the article.
    let mut words = String::new();
    let mut chip = false;
    for part in shown.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap();
        chip = tag.starts_with("a class=\"who\"") || (chip && tag != "/a");
        if !chip {
            words.push_str(after);
        }
    }
    let words = words.replace("&amp;", "&");
    for line in ["Ada Quill resigns", text.lines().last().unwrap()] {
        assert!(words.contains(line), "{words}");
    }
    assert!(shown.contains("<h1 lang=\"en\">Ada Quill resigns</h1>"), "{shown}");
}

#[test]
fn large_records_are_fast_enough_to_test() {
    // Everything over everything: what grows with the square of this would never end here.
    let text = "Ada Quill said so. ".repeat(5000);
    let whole = [[0, text.len()]];
    let quotes: Vec<_> = (0..5_000)
        .map(|n| {
            json!({"id": format!("q{n}"), "kind": "direct", "content": [[n, text.len() - n]],
                   "cue": whole, "source": [], "speaker": null, "within": null,
                   "confidence": 1.0, "by": null})
        })
        .collect();
    let record = json!({"schema": "onrecord/1", "id": "a", "text": text, "offsets": "byte",
        "meta": {"title": null, "author": null, "publisher": null, "url": null, "published": null,
                 "language": "en"},
        "entities": [], "quotes": quotes, "stances": [], "provenance": []});
    let mut record: Record = serde_json::from_value(record).unwrap();
    for quote in &mut record.quotes[100..] {
        quote.content = vec![[3, 12]];
    }
    check(&report::article(&record, &Options::default()));
}

#[test]
fn hostile_corpora_make_harmless_pages() {
    let mut corpus = Corpus::new();
    for seed in 0..60 {
        let record = record(seed);
        let name = file_name(seed, &record.id);
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.'));
        assert!(name.len() < 80, "{name}");
        corpus.add(&record, &name);
    }
    let pages = corpus.finish();
    assert_eq!(pages.len(), 1);
    check(&pages[0].html);
    for evil in ["<img", "<svg/", "<b onclick", "\0", "\u{1B}"] {
        assert!(!pages[0].html.contains(evil), "{evil:?}");
    }
}

/// A short article in which one of many people speaks about another.
fn small(number: usize) -> Record {
    let (speaker, other) = (format!("Ada{}", number % 7), format!("Bo{number}"));
    let text = format!("{speaker} said that {other} lied.");
    let names = speaker.len() + other.len();
    let day = format!("2031-{:02}-{:02}", number / 28 % 12 + 1, number % 28 + 1);
    let entity = |id: &str, name: &str, start: usize| {
        json!({"id": id, "name": name, "type": "person", "wikidata": null, "mentions":
            [{"span": [start, start + name.len()], "kind": "name", "confidence": 1.0}]})
    };
    let about = speaker.len() + 11;
    serde_json::from_value(json!({"schema": "onrecord/1", "id": format!("a{number}"), "text": text,
        "offsets": "codepoint",
        "meta": {"title": null, "author": null, "publisher": null, "url": null, "published": day,
                 "language": "en"},
        "entities": [entity("e1", &speaker, 0), entity("e2", &other, about)],
        "quotes": [{"id": "q1", "kind": "indirect", "content": [[about - 5, names + 16]],
            "cue": [], "source": [], "speaker": "e1", "within": null, "confidence": 1.0,
            "by": null}],
        "stances": [{"id": "s1", "holder": {"entity": "e1"}, "target": {"entity": "e2"},
            "polarity": if number.is_multiple_of(3) { "positive" } else { "negative" },
            "intensity": null, "dimension": null, "act": null, "modality": null,
            "evidence": [], "quote": "q1", "confidence": 1.0, "by": null}],
        "provenance": []}))
    .unwrap()
}

#[test]
fn a_summary_that_is_written_and_read_goes_on_the_same() {
    let (mut whole, mut broken) = (Corpus::new(), Corpus::new());
    let (mut pages, mut broken_pages) = (Vec::new(), Vec::new());
    let articles = MOST_ACTORS + 2 * PAGE + 5;
    for number in 0..articles {
        let record = small(number);
        let name = file_name(number as u64, &record.id);
        pages.extend(whole.add(&record, &name));
        if number % 997 == 0 {
            let json = serde_json::to_string(&broken).unwrap();
            assert!(json.len() < 6_000_000, "{}", json.len());
            broken = serde_json::from_str(&json).unwrap();
        }
        broken_pages.extend(broken.add(&record, &name));
    }
    pages.extend(whole.finish());
    broken_pages.extend(broken.finish());
    assert!(pages == broken_pages, "an interrupted run differs");
    let names: Vec<_> = pages.iter().map(|page| page.name.as_str()).collect();
    let last = articles.div_ceil(PAGE);
    assert_eq!(names[0], "articles-0002.html");
    assert_eq!(names[names.len() - 2..], [&format!("articles-{last:04}.html"), "index.html"]);
    for page in [&pages[0], pages.last().unwrap()] {
        check(&page.html);
    }
    let front = &pages.last().unwrap().html;
    assert!(front.contains("lower bounds") && front.contains("first 1,000 of"), "caps are told");
}

#[test]
fn few_actors_are_counted_exactly() {
    let mut corpus = Corpus::new();
    for number in 0..70 {
        corpus.add(&small(number), &file_name(number as u64, "a"));
    }
    let front = corpus.finish().remove(0).html;
    assert!(front.contains("70 articles with 70 quotes and 70 stances"));
    assert!(!front.contains("lower bounds") && front.contains("<bdi>Ada0</bdi>"));
}
