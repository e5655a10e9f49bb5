//! The terms of the standard, and ours, as they stand in a file.

use std::borrow::Cow;

use serde::Serialize;

/// The context of a page: the standard's, and the prefix of our terms.
#[derive(Serialize)]
pub(super) struct Context(&'static str, Prefix);

#[derive(Serialize)]
pub(super) struct Prefix {
    onrecord: &'static str,
}

impl Default for Context {
    fn default() -> Self {
        Self("http://www.w3.org/ns/anno.jsonld", Prefix { onrecord: "urn:onrecord:term:" })
    }
}

#[derive(Serialize)]
pub(super) struct Page<'r> {
    #[serde(rename = "@context")]
    pub(super) context: Context,
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(rename = "partOf")]
    pub(super) part_of: Collection<'r>,
    #[serde(rename = "startIndex")]
    pub(super) start_index: usize,
    pub(super) items: Vec<Annotation<'r>>,
}

#[derive(Serialize)]
pub(super) struct Collection<'r> {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) label: &'r str,
    pub(super) total: usize,
}

/// An annotation: of a mention, a quote or a stance.
#[derive(Serialize)]
pub(super) struct Annotation<'r> {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) motivation: &'static str,
    pub(super) body: Vec<Body<'r>>,
    pub(super) target: Vec<Target<'r>>,
    #[serde(rename = "onrecord:mention", skip_serializing_if = "Option::is_none")]
    pub(super) mention: Option<&'static str>,
    #[serde(rename = "onrecord:speaker", skip_serializing_if = "Option::is_none")]
    pub(super) speaker: Option<&'r Thing<'r>>,
    #[serde(rename = "onrecord:source", skip_serializing_if = "Vec::is_empty")]
    pub(super) source: Vec<Words<'r>>,
    #[serde(rename = "onrecord:cue", skip_serializing_if = "Vec::is_empty")]
    pub(super) cue: Vec<Words<'r>>,
    #[serde(rename = "onrecord:within", skip_serializing_if = "Option::is_none")]
    pub(super) within: Option<Reference>,
    #[serde(rename = "onrecord:holder", skip_serializing_if = "Option::is_none")]
    pub(super) holder: Option<Thing<'r>>,
    #[serde(rename = "onrecord:holderWords", skip_serializing_if = "Vec::is_empty")]
    pub(super) holder_words: Vec<Words<'r>>,
    #[serde(rename = "onrecord:toward", skip_serializing_if = "Option::is_none")]
    pub(super) toward: Option<&'r Thing<'r>>,
    #[serde(rename = "onrecord:towardWords", skip_serializing_if = "Vec::is_empty")]
    pub(super) toward_words: Vec<Words<'r>>,
    #[serde(rename = "onrecord:polarity", skip_serializing_if = "Option::is_none")]
    pub(super) polarity: Option<&'static str>,
    #[serde(rename = "onrecord:intensity", skip_serializing_if = "Option::is_none")]
    pub(super) intensity: Option<f64>,
    #[serde(rename = "onrecord:dimension", skip_serializing_if = "Option::is_none")]
    pub(super) dimension: Option<&'static str>,
    #[serde(rename = "onrecord:act", skip_serializing_if = "Option::is_none")]
    pub(super) act: Option<&'r str>,
    #[serde(rename = "onrecord:modality", skip_serializing_if = "Option::is_none")]
    pub(super) modality: Option<&'static str>,
    #[serde(rename = "onrecord:quote", skip_serializing_if = "Option::is_none")]
    pub(super) quote: Option<Reference>,
    #[serde(rename = "onrecord:confidence")]
    pub(super) confidence: f32,
    #[serde(rename = "onrecord:by", skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<&'r str>,
}

impl<'r> Annotation<'r> {
    /// One without terms of ours but the confidence.
    pub(super) fn new(
        id: String,
        motivation: &'static str,
        body: Vec<Body<'r>>,
        target: Vec<Target<'r>>,
        confidence: f32,
    ) -> Self {
        Self {
            id,
            kind: "Annotation",
            motivation,
            body,
            target,
            mention: None,
            speaker: None,
            source: Vec::new(),
            cue: Vec::new(),
            within: None,
            holder: None,
            holder_words: Vec::new(),
            toward: None,
            toward_words: Vec::new(),
            polarity: None,
            intensity: None,
            dimension: None,
            act: None,
            modality: None,
            quote: None,
            confidence,
            by: None,
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Body<'r> {
    Text {
        #[serde(rename = "type")]
        kind: &'static str,
        purpose: &'static str,
        value: Cow<'r, str>,
    },
    Thing {
        #[serde(rename = "type")]
        kind: &'static str,
        purpose: &'static str,
        source: &'r Thing<'r>,
    },
}

impl<'r> Body<'r> {
    pub(super) fn text(purpose: &'static str, value: impl Into<Cow<'r, str>>) -> Self {
        Self::Text { kind: "TextualBody", purpose, value: value.into() }
    }

    pub(super) fn identifying(source: &'r Thing<'r>) -> Self {
        Self::Thing { kind: "SpecificResource", purpose: "identifying", source }
    }
}

/// Somebody or something.
#[derive(Clone, Serialize)]
pub(super) struct Thing<'r> {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'r str>,
}

/// Another annotation.
#[derive(Serialize)]
pub(super) struct Reference {
    pub(super) id: String,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Target<'r> {
    Whole(&'r str),
    Words(Words<'r>),
}

/// Words of the article.
#[derive(Serialize)]
pub(super) struct Words<'r> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) source: &'r str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) selector: Vec<Selector<'r>>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Selector<'r> {
    Position {
        #[serde(rename = "type")]
        kind: &'static str,
        start: usize,
        end: usize,
    },
    Quote {
        #[serde(rename = "type")]
        kind: &'static str,
        exact: &'r str,
        prefix: &'r str,
        suffix: &'r str,
    },
}
