//! Cases in marked-up text. `{A:Quill}` is a mention of entity A, `{q1:…}`, `{c1:…}` and `{s1:…}`
//! are content, cue and source of quote 1. A stance reads `holder>target±`, with the modality
//! where it is not asserted: `A>B-`, `author>B+ hedged`, `A><a ban>-`.

use onrecord_plugin::core::record::{Contents, Record};
use onrecord_plugin::core::view::Holder;
use onrecord_plugin::core::{
    Analyzer, Descriptor, Doc, EntityId, EntityType, MentionKind, Modality, Polarity, QuoteKind,
    Span, TokenKind, vocab,
};
use onrecord_plugin::{Additions, Failure, Given, Options};
use onrecord_testkit::{Marked, open, open_with, run};

use crate::Stances;

/// Lays the layers that stances need: crude tokens and sentences, and what the marks say.
struct Layers(Marked);

const LAYERS: Descriptor = Descriptor {
    name: "layers",
    version: "1.0.0",
    summary: "what the marks of a test say",
    requires: &[],
    provides: &["tokens", "sentences", "mentions", "entities", "quotes", "targets"],
    options: &[],
};

impl Analyzer for Layers {
    fn descriptor(&self) -> &Descriptor {
        &LAYERS
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        for layer in
            [vocab::TOKENS, vocab::SENTENCES, vocab::MENTIONS, vocab::ENTITIES, vocab::QUOTES]
        {
            let _ = out.layer(layer);
        }
        tokens(doc.text(), out);
        let entities = self.entities(doc, out);
        self.quotes(&entities, out);
        for span in self.0.spans("t") {
            out.layer(vocab::TARGETS).push(span, vocab::TARGET, 1.0);
        }
        Ok(())
    }
}

impl Layers {
    fn entities(
        &self,
        doc: &Doc<'_>,
        out: &mut Additions<'_>,
    ) -> Vec<(String, EntityId, Vec<Span>)> {
        let is_entity = |label: &str| label.len() == 1 && label.as_bytes()[0].is_ascii_uppercase();
        let mut clusters: Vec<(String, Vec<(Span, onrecord_plugin::core::MentionId)>)> = Vec::new();
        for (label, span) in self.0.marks.iter().filter(|(label, _)| is_entity(label)) {
            let words = doc.slice(*span).to_lowercase();
            let pronouns = ["he", "she", "they", "him", "her", "his", "it", "its", "their", "them"];
            let kind = match words.as_str() {
                word if pronouns.contains(&word) => MentionKind::Pronoun,
                word if word.starts_with("the ") || word.starts_with("a ") => MentionKind::Nominal,
                _ => MentionKind::Name,
            };
            let id = out.mention(*span, kind, 1.0);
            match clusters.iter_mut().find(|(known, _)| known == label) {
                Some((_, mentions)) => mentions.push((*span, id)),
                None => clusters.push((label.clone(), vec![(*span, id)])),
            }
        }
        let mut entities = Vec::new();
        for (label, mentions) in clusters {
            let mut entity = out.entity(EntityType::Person, &label, mentions[0].1);
            for (_, mention) in &mentions[1..] {
                entity = entity.mention(*mention);
            }
            let id = entity.push();
            entities.push((label, id, mentions.iter().map(|(span, _)| *span).collect()));
        }
        entities
    }

    fn quotes(&self, entities: &[(String, EntityId, Vec<Span>)], out: &mut Additions<'_>) {
        let mut written = Vec::new();
        for number in ["1", "2", "3"] {
            let spans = |kind: &str| self.0.spans(&format!("{kind}{number}")).collect::<Vec<_>>();
            let content = spans("q");
            let Some(&first) = content.first() else { continue };
            let mut quote = out.quote(QuoteKind::Indirect);
            for &span in &content {
                quote = quote.content(span);
            }
            for span in spans("c") {
                quote = quote.cue(span);
            }
            for span in spans("s") {
                quote = quote.source(span);
                let speaker =
                    entities.iter().find(|(_, _, places)| places.iter().any(|p| span.covers(*p)));
                if let Some((_, id, _)) = speaker {
                    quote = quote.speaker(*id);
                }
            }
            let outer = written.iter().rev().find(|(span, _): &&(Span, _)| span.covers(first));
            if let Some((_, outer)) = outer {
                quote = quote.within(*outer);
            }
            written.push((first, quote.push()));
        }
    }
}

/// Words and marks, clitics apart, and sentences that end at a full stop before a space.
fn tokens(text: &str, out: &mut Additions<'_>) {
    let mut spans: Vec<Span> = Vec::new();
    let mut start = None;
    let inside = |at: usize, c: char| {
        let between = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        c.is_alphanumeric()
            || matches!(c, '-' | '\'' | '’')
                && between(text[..at].chars().next_back())
                && between(text[at + c.len_utf8()..].chars().next())
    };
    for (at, c) in text.char_indices() {
        if inside(at, c) {
            start.get_or_insert(at);
            continue;
        }
        spans.extend(start.take().and_then(|start| Span::of(start..at)));
        if !c.is_whitespace() && c != '\0' {
            spans.extend(Span::of(at..at + c.len_utf8()));
        }
    }
    spans.extend(start.and_then(|start| Span::of(start..text.len())));
    let mut sentence: Option<Span> = None;
    let mut sentences = Vec::new();
    for span in spans {
        let word = span.slice(text).unwrap_or_default();
        let clitic = ["n't", "n’t", "'s", "’s", "'d", "’d"].iter().find(|end| word.ends_with(*end));
        let cut = span.end() - clitic.map_or(0, |end| end.len());
        for part in [Span::of(span.start()..cut), Span::of(cut..span.end())].into_iter().flatten() {
            if !part.is_empty() {
                out.token(part, TokenKind::Word);
            }
        }
        sentence = Some(sentence.map_or(span, |open| open.hull(span)));
        let over = text[span.end()..].starts_with(char::is_whitespace);
        if [".", "?", "!"].contains(&word) && over {
            sentences.extend(sentence.take());
        }
    }
    sentences.extend(sentence);
    for span in sentences {
        out.sentence(span, false, false);
    }
}

fn stances(source: &str, options: &Options) -> Vec<String> {
    found(source, options, false)
}

/// The text's stances toward given targets, or all others.
fn found(source: &str, options: &Options, toward: bool) -> Vec<String> {
    let marked = Marked::parse(source);
    let text = marked.text.clone();
    let document = run(vec![Box::new(Layers(marked)), open_with::<Stances>(options)], &text)
        .unwrap_or_else(|failure| panic!("{source}: {failure:?}"));
    let doc = document.view();
    doc.stances()
        .filter(|stance| stance.by().is_some_and(|by| by.starts_with("text+")) == toward)
        .map(|stance| {
            let holder = match stance.holder() {
                Holder::Author => "author".to_owned(),
                Holder::Named { entity: Some(entity), .. } => entity.name().to_owned(),
                Holder::Named { span, .. } => format!("<{}>", doc.slice(span.unwrap_or_default())),
            };
            let target = match stance.target().entity {
                Some(entity) => entity.name().to_owned(),
                None => format!("<{}>", doc.slice(stance.target().span.unwrap_or_default())),
            };
            let sign = match stance.polarity() {
                Polarity::Positive => '+',
                Polarity::Negative => '-',
                Polarity::Neutral => '0',
            };
            let modality = match stance.modality() {
                None | Some(Modality::Asserted) => String::new(),
                Some(modality) => format!(" {modality}"),
            };
            let intensity = stance.intensity().unwrap_or_default();
            assert_eq!(intensity > 0.0, sign == '+', "{source}");
            assert!(stance.evidence().next().is_some() && stance.act().is_some(), "{source}");
            format!("{holder}>{target}{sign}{modality}")
        })
        .collect()
}

#[track_caller]
fn check(cases: &[(&str, &[&str])]) {
    let mut wrong = Vec::new();
    for (source, expected) in cases {
        // What an author only reports is found too, if with little confidence.
        let mut found =
            stances(source, &Options::default().with("min_confidence", Given::Float(0.2)));
        let mut expected: Vec<String> = expected.iter().map(|&word| word.to_owned()).collect();
        found.sort();
        expected.sort();
        if found != expected {
            wrong.push(format!("{source}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn acts_toward_actors() {
    check(&[
        ("{A:Quill} accused {B:Varen} of lying.", &["A>B-"]),
        ("{A:Quill} has sharply criticised the mayor, {B:Varen}.", &["A>B-"]),
        ("{A:Quill} praised {B:Varen} on Monday.", &["A>B+"]),
        ("{A:Quill} met {B:Varen} and condemned {C:Dorn}.", &["A>C-"]),
        ("{A:Quill}, the harbour minister, condemned {B:Varen}.", &["A>B-"]),
        ("{B:Varen} was denounced by {A:Quill}.", &["A>B-"]),
        ("{A:Quill} lashed out at {B:Varen} and {C:Dorn}.", &["A>B-", "A>C-"]),
        ("Critics mocked {B:Varen}.", &["<Critics>>B-"]),
        ("{A:Quill}, who opposes {B:Varen}, left.", &["A>B-"]),
        ("{A:Quill} praised {B:Varen} and {C:Dorn} left.", &["A>B+"]),
        // Near misses: no act, or not toward the actor.
        ("{A:Quill} met {B:Varen} on Monday.", &[]),
        ("{A:Quill} told {B:Varen} the time.", &[]),
        ("{A:Quill} praised {B:Varen}'s critics.", &["A><Varen's critics>+"]),
        ("The attack on Port Varen lasted an hour.", &[]),
    ]);
}

#[test]
fn acts_toward_propositions() {
    check(&[
        ("{A:Quill} opposes the new harbour tax.", &["A><the new harbour tax>-"]),
        ("{A:Quill} demanded an immediate inquiry.", &["A><an immediate inquiry>+"]),
        ("{A:Quill} urged {B:Varen} to lower the tax.", &["A><lower the tax>+"]),
        ("{A:Quill} rejected the offer, saying it came late.", &["A><the offer>-"]),
        ("{A:Quill} saw the new harbour tax.", &[]),
    ]);
}

#[test]
fn nouns_of_attitude() {
    check(&[
        ("{A:Quill}'s criticism of {B:Varen} grew.", &["A>B-"]),
        ("She repeated {A:her} praise for {B:Varen}.", &["A>B+"]),
        ("{A:Quill}'s refusal to pay the fee was noted.", &["A><pay the fee>-"]),
        ("{A:Quill}'s book on {B:Varen} sold.", &[]),
    ]);
}

#[test]
fn negation_and_reversal() {
    check(&[
        ("{A:Quill} does not trust {B:Varen}.", &["A>B-"]),
        ("{A:Quill} never supported {B:Varen}.", &["A>B-"]),
        ("{A:Quill} would not support {B:Varen}.", &["A>B- hypothetical"]),
        // Failing is a fault besides.
        ("{A:Quill} failed to condemn {B:Varen}.", &["A>B+", "author>A-"]),
        ("{A:Quill} stopped short of condemning {B:Varen}.", &["A>B+"]),
        ("{A:Quill} has no plans to support {B:Varen}.", &["A>B-"]),
        ("{A:Quill} has not accused {B:Varen} of anything.", &[]),
        ("{A:Quill} does not oppose {B:Varen}.", &["A>B+"]),
        // The negation belongs to another verb.
        ("{A:Quill} did not speak, but she praised {B:Varen}.", &["<she>>B+"]),
    ]);
}

#[test]
fn modality() {
    check(&[
        ("If {A:Quill} supports {B:Varen}, the vote is lost.", &["A>B+ conditional"]),
        ("If it rains, {A:Quill} stays, and {C:Dorn} praised {B:Varen}.", &["C>B+"]),
        ("What if {A:Quill} supports {B:Varen}?", &["A>B+ question"]),
        ("Suppose {A:Quill} supports {B:Varen}.", &["A>B+ hypothetical"]),
        ("{A:Quill} would support {B:Varen}.", &["A>B+ hypothetical"]),
        ("{A:Quill} may support {B:Varen}.", &["A>B+ hedged"]),
        ("{A:Quill} seems to support {B:Varen}.", &["A>B+ hedged"]),
        ("Does {A:Quill} support {B:Varen}?", &["A>B+ question"]),
        ("{A:Quill} supports {B:Varen}.", &["A>B+"]),
    ]);
}

#[test]
fn voices() {
    check(&[
        // What is said in a quote is its speaker's.
        ("{q1:“{B:Varen} is a disgrace,”} {s1:{A:Quill}} {c1:said}.", &["A>B-"]),
        (
            "{s1:{A:Quill}} {c1:said} {q1:that {B:Varen} and {C:Dorn} had ignored the demands}.",
            &["A>B-", "A>C-"],
        ),
        // The innermost speaker holds it.
        (
            "{s1:{A:Quill}} {c1:said} {q1:that {s2:{C:Dorn}} {c2:said} {q2:{B:Varen} is corrupt}}.",
            &["C>B-"],
        ),
        // "I" is whoever speaks.
        ("{q1:“I trust {B:Varen},”} {s1:{A:Quill}} {c1:said}.", &["A>B+"]),
        ("I don't trust {B:Varen}.", &["author>B-"]),
        ("{B:Varen} kind of has a point.", &["author>B+ hedged"]),
        ("{q1:“{B:Varen} is here,”} {s1:{A:Quill}} {c1:said}.", &[]),
    ]);
}

#[test]
fn cues() {
    check(&[
        (
            "{s1:{A:Quill}} {c1:rejects the claim} {q1:that the port will close}.",
            &["A><the claim that the port will close>-"],
        ),
        (
            "{s1:{A:Quill}} {c1:denied} {q1:that the port was closed}.",
            &["A><the port was closed>-"],
        ),
        (
            "{s1:{A:Quill}} {c1:argued} {q1:that the port was closed}.",
            &["A><the port was closed>+"],
        ),
        (
            "{s1:{A:Quill}} {c1:doesn't believe} {q1:the port was closed}.",
            &["A><the port was closed>- hedged"],
        ),
        ("{s1:{A:Quill}} {c1:said} {q1:that the port was closed}.", &[]),
    ]);
}

#[test]
fn demands_in_quotes() {
    check(&[
        (
            "{q1:“The harbour must pay its debts,”} {s1:{A:Quill}} {c1:said}.",
            &["A><pay its debts>+"],
        ),
        ("The harbour must pay its debts.", &[]),
    ]);
}

#[test]
fn labels_and_epithets() {
    check(&[
        ("{A:Quill} called {B:Varen} a coward.", &["A>B-"]),
        ("{A:Quill} described {B:Varen} as honest.", &["A>B+"]),
        ("The disgraced {B:Varen} left.", &["author>B-"]),
        ("{B:Varen} was a brilliant speaker.", &["author>B+"]),
        ("{B:Varen} was not a brilliant speaker.", &["author>B-"]),
        ("{A:Quill} called {B:Varen} a taxi.", &[]),
        ("{A:Quill} called the new tariff “a disgrace”.", &["A><the new tariff>-"]),
        ("{A:Quill} called the new tariff “a wet umbrella”.", &["A><the new tariff>-"]),
        ("{A:Quill} called the new tariff a wet umbrella.", &[]),
        ("{A:Quill} dismissed the new tariff as weather.", &["A><the new tariff>-"]),
        ("{A:Quill} described the new tariff as brilliant.", &["A><the new tariff>+"]),
    ]);
}

#[test]
fn clauses() {
    check(&[
        ("{A:Quill}, 61, who has read it, opposes the tariff.", &["A><the tariff>-"]),
        (
            "{A:Quill} praised {B:Varen}'s “patience” and promised to reopen the port.",
            &["A>B+", "A><reopen the port>+"],
        ),
        ("{A:Quill} opposes the tariff, and {B:Varen} has left.", &["A><the tariff>-"]),
        ("{A:Quill} refused even to pay the tariff.", &["A><pay the tariff>-"]),
        ("{A:Quill} declined to comment on the matter.", &[]),
    ]);
}

#[test]
fn descriptions() {
    check(&[
        ("{B:The disgraced mayor} left.", &["author>B-"]),
        ("{A:Quill} called {B:Varen} {C:a coward}.", &["A>B-"]),
        ("{B:Varen} is {C:a brilliant speaker}.", &["author>B+"]),
        ("{B:The tall mayor} left.", &[]),
    ]);
}

#[test]
fn deeds_and_fates() {
    check(&[
        ("{B:Varen} lied to the council.", &["author>B-"]),
        ("{B:Varen} was tried and convicted.", &["author>B-"]),
        ("{B:Varen} rescued the crew.", &["author>B+"]),
        ("{B:Varen} did not lie to the council.", &[]),
        ("{B:Varen} spoke to the council.", &[]),
        ("{A:Quill} pulled {B:Varen} back from the pier.", &[]),
    ]);
}

#[test]
fn opinions_of_things() {
    check(&[
        ("{q1:“The plan is reckless,”} {s1:{A:Quill}} {c1:said}.", &["A><The plan>-"]),
        ("{q1:“There is no end in sight,”} {s1:{A:Quill}} {c1:said}.", &["A><end in sight>-"]),
        ("{q1:“There is no doubt that it rained,”} {s1:{A:Quill}} {c1:said}.", &["A><it rained>+"]),
        ("{q1:“There is no reason to stay,”} {s1:{A:Quill}} {c1:said}.", &["A><stay>-"]),
        ("{s1:I} {c1:doubt} {q1:that the port was closed}.", &["author><the port was closed>-"]),
        (
            "{q1:“They sold us their reckless plan,”} {s1:{A:Quill}} {c1:said}.",
            &["A><their reckless plan>-"],
        ),
        ("Nobody bought the reckless plan.", &[]),
        ("The plan is reckless.", &[]),
        ("There is no end in sight.", &[]),
    ]);
}

#[test]
fn scare_quotes_weaken() {
    let found = stances("{B:Varen} is a “brilliant” speaker.", &Options::default());
    assert_eq!(found, ["author>B-"]);
}

#[test]
fn options_hold() {
    let quiet = Options::default().with("author", Given::Bool(false));
    assert!(stances("{B:Varen} is a disgrace.", &quiet).is_empty());
    assert_eq!(stances("{A:Quill} praised {B:Varen}.", &quiet), ["A>B+"]);
    let sure = Options::default().with("min_confidence", Given::Float(0.99));
    assert!(stances("{A:Quill} praised {B:Varen}.", &sure).is_empty());
    let wild = Options::default().with("min_confidence", Given::Float(3.0));
    assert!(<Stances as onrecord_plugin::Plugin>::open(&wild).is_err());
}

#[test]
fn takes_any_text() {
    let long = "he is a liar and not a hero ".repeat(3000);
    let texts = [
        "",
        " ",
        "\0",
        "not",
        "he",
        "her",
        "'s",
        "accused",
        "by by by",
        "He accused",
        "criticism of",
        "is is is is a liar",
        "call on\r\ncall on",
        "“““ ””” ‘’ '' is a “liar”",
        "🙂 lied 🙂 he 🙂",
        "هو كاذب he lied",
        "İstanbul lied; she condemned İ",
        "to to to to to to condemn",
        "(,,,,) who accused of",
        &long,
    ];
    for text in texts {
        for source in [text.to_owned(), format!("{{A:He}} {text} {{q1:{text} }}{{s1:{{B:you}}}}")] {
            if !text.contains(['{', '}']) {
                let _ = stances_unchecked(&source);
            }
        }
    }
}

fn stances_unchecked(source: &str) -> usize {
    let marked = Marked::parse(source);
    let text = marked.text.clone();
    let document = run(vec![Box::new(Layers(marked)), open::<Stances>()], &text).unwrap();
    let record = Record::new(&document, &Contents::default());
    let doc = document.view();
    assert_eq!(
        doc.items(vocab::STANCES).filter(|i| i.kind() != vocab::PART).count(),
        record.stances.len()
    );
    record.stances.len()
}

#[test]
fn takes_any_order_of_its_own_words() {
    let words = [
        "{A:Quill}",
        "accused",
        "of",
        "not",
        "“",
        "”",
        "to",
        "is",
        "a",
        "liar",
        ",",
        ".",
        "her",
        "'s",
        "who",
        "by",
        "was",
        "if",
        "?",
        "criticism",
        "called",
        "{B:Varen}",
        "and",
        "must",
    ];
    // A small generator of our own: the same texts on every run.
    let mut state = 7_u64;
    for _ in 0..400 {
        let mut text = String::new();
        for _ in 0..25 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            text.push_str(words[(state >> 33) as usize % words.len()]);
            text.push(' ');
        }
        let _ = stances_unchecked(&text);
    }
}

/// The text's stances toward targets, those of the options and those of the text.
fn toward(source: &str, targets: &[&str]) -> Vec<String> {
    let targets = targets.iter().map(|&target| target.to_owned()).collect();
    found(source, &Options::default().with("targets", Given::Texts(targets)), true)
}

#[test]
fn given_targets() {
    let text = "{A:Ada Quill} praised {B:Otto Varen} for his courage. The port will close in May, \
                and {C:the Harbour Ministry} lied about it. {C:The ministry} is a disgrace.";
    let all =
        ["Otto Varen", "the Harbour Ministry", "the port", "The\n Port", "Tom Bex", "por", ""];
    let expected = ["author>B+", "author>C-", "author><The port>0", "author><The port>0"];
    assert_eq!(toward(text, &all), expected);
    assert_eq!(toward(text, &["ministry"]), ["author>C-"]);
    assert!(toward(text, &[]).is_empty() && toward("", &all).is_empty());
}

#[test]
fn targets_of_the_text() {
    let text = "{t:{A:Ada Quill}} met {B:Otto Varen} on Monday. {t:{B:He}} is a liar. The \
                {t:office} in Port Varen opens at nine.";
    assert_eq!(toward(text, &[]), ["author>A0", "author>B-", "author><office>0"]);
    assert_eq!(toward("{t:.}", &[]), ["author><.>0"]);
}
