//! Which language a text is in, and that what is not English is not analyzed.
//!
//! The analyzers know English. Most texts are recognized as English by its commonest words, which
//! costs next to nothing; the others are looked at by `whatlang`, and only what it is sure of counts.

use onrecord_core::record::Scalar;
use whatlang::Lang;

use super::Article;

/// From how many characters on a text tells its language: headlines made of names do not.
const ENOUGH: usize = 200;
/// How many characters are looked at.
const LOOKED_AT: usize = 2000;

impl Article {
    /// Settles which language the article is in and whether it is to be analyzed: not where it is
    /// surely not English, unless `any` language is.
    ///
    /// A text of 200 characters and more is judged by itself; a shorter one, or one that leaves it
    /// open, by what the input declares (`language`); one without either is analyzed. What was found
    /// becomes `language` in the metadata, as an ISO 639 code, and a refusal a warning.
    pub fn settle_language(&mut self, any: bool) -> bool {
        let declared = self.meta_text("language").and_then(code);
        let found = detect(&self.text);
        let Some(code) = found.or_else(|| declared.clone()) else { return true };
        if declared.as_ref() != Some(&code) {
            self.meta.retain(|(key, _)| key != "language");
            self.meta.push(("language".to_owned(), Scalar::Text(code.clone())));
        }
        let english = code == "en";
        if !english && !any {
            let name = name(&code).map_or_else(|| format!("`{code}`"), str::to_owned);
            self.warnings.push(format!(
                "not analyzed, since it is in {name}; `--any-language` analyzes it as if it were English"
            ));
        }
        english || any
    }
}

/// The language of a text, where it is long enough and plain.
fn detect(text: &str) -> Option<String> {
    let head = |count: usize| text.char_indices().nth(count).map(|(at, _)| at);
    head(ENOUGH - 1)?;
    let looked_at = text.get(..head(LOOKED_AT).unwrap_or(text.len())).unwrap_or(text);
    if is_plainly_english(looked_at) {
        return Some("en".to_owned());
    }
    let info = whatlang::detect(looked_at).filter(whatlang::Info::is_reliable)?;
    Some(short(info.lang()).to_owned())
}

/// The commonest words of English news that are rare in other languages' texts.
const COMMON: [&str; 24] = [
    "the", "of", "and", "to", "that", "is", "for", "on", "with", "as", "was", "by", "said", "it",
    "at", "from", "be", "have", "has", "are", "this", "which", "were", "who",
];

/// Whether a fifth of the words are the commonest of English, "the" and two other ones among them.
fn is_plainly_english(text: &str) -> bool {
    let (mut words, mut common, mut seen) = (0u32, 0u32, 0u32);
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        words += 1;
        if let Some(place) = COMMON.iter().position(|known| known.eq_ignore_ascii_case(word)) {
            common += 1;
            seen |= 1 << place;
        }
    }
    common * 5 >= words && seen & 1 == 1 && seen.count_ones() > 4
}

/// The ISO 639-1 code (else 639-3) of a language that is declared as `en-GB`, `eng` or `English`.
fn code(declared: &str) -> Option<String> {
    let main = declared.trim().split(['-', '_', ',', ' ']).next()?.to_ascii_lowercase();
    let known = |lang: &&Lang| {
        short(**lang) == main || lang.code() == main || lang.eng_name().eq_ignore_ascii_case(&main)
    };
    let found = Lang::all().iter().find(known).map(|lang| short(*lang).to_owned());
    let form = matches!(main.len(), 2 | 3) && main.bytes().all(|byte| byte.is_ascii_lowercase());
    let unknown = ["und", "mul", "zxx", "xx"].contains(&main.as_str());
    found.or_else(|| (form && !unknown).then_some(main))
}

/// The English name of a language.
fn name(code: &str) -> Option<&'static str> {
    Lang::all().iter().find(|lang| short(**lang) == code).map(|lang| lang.eng_name())
}

/// The ISO 639-1 code of a language, which all that `whatlang` knows have.
fn short(lang: Lang) -> &'static str {
    match lang.code() {
        "afr" => "af",
        "aka" => "ak",
        "amh" => "am",
        "ara" => "ar",
        "aze" => "az",
        "bel" => "be",
        "ben" => "bn",
        "bul" => "bg",
        "cat" => "ca",
        "ces" => "cs",
        "cmn" => "zh",
        "dan" => "da",
        "deu" => "de",
        "ell" => "el",
        "eng" => "en",
        "epo" => "eo",
        "est" => "et",
        "fin" => "fi",
        "fra" => "fr",
        "guj" => "gu",
        "heb" => "he",
        "hin" => "hi",
        "hrv" => "hr",
        "hun" => "hu",
        "hye" => "hy",
        "ind" => "id",
        "ita" => "it",
        "jav" => "jv",
        "jpn" => "ja",
        "kan" => "kn",
        "kat" => "ka",
        "khm" => "km",
        "kor" => "ko",
        "lat" => "la",
        "lav" => "lv",
        "lit" => "lt",
        "mal" => "ml",
        "mar" => "mr",
        "mkd" => "mk",
        "mya" => "my",
        "nep" => "ne",
        "nld" => "nl",
        "nob" => "nb",
        "ori" => "or",
        "pan" => "pa",
        "pes" => "fa",
        "pol" => "pl",
        "por" => "pt",
        "ron" => "ro",
        "rus" => "ru",
        "sin" => "si",
        "slk" => "sk",
        "slv" => "sl",
        "sna" => "sn",
        "spa" => "es",
        "srp" => "sr",
        "swe" => "sv",
        "tam" => "ta",
        "tel" => "te",
        "tgl" => "tl",
        "tha" => "th",
        "tuk" => "tk",
        "tur" => "tr",
        "ukr" => "uk",
        "urd" => "ur",
        "uzb" => "uz",
        "vie" => "vi",
        "yid" => "yi",
        "zul" => "zu",
        "cym" => "cy",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(text: &str, declared: Option<&str>) -> Article {
        let meta = declared.map(|code| ("language".to_owned(), Scalar::Text(code.to_owned())));
        Article { meta: meta.into_iter().collect(), ..Article::new("a", text) }
    }

    const ENGLISH: &str = "The council of Port Varen said on Monday that it would keep the harbour \
        open to all ships from the islands. Ada Quill, who has led the talks, said the plan was fair, \
        and that the port had waited for years to hear of it from the ministry.";
    const GERMAN: &str = "Der Rat von Port Varen teilte am Montag mit, dass der Hafen für alle Schiffe \
        von den Inseln offen bleiben werde. Ada Quill, die die Gespräche geleitet hat, nannte den Plan \
        gerecht und sagte, die Stadt habe jahrelang darauf gewartet, davon zu hören.";
    const DUTCH: &str = "De raad van Port Varen liet maandag weten dat de haven open blijft voor alle \
        schepen van de eilanden. Ada Quill, die de gesprekken heeft geleid, noemde het plan eerlijk en \
        zei dat de stad er jaren op heeft gewacht om daarover iets van het ministerie te horen.";

    #[test]
    fn only_what_is_surely_foreign_is_left_alone() {
        // text, declared, is it analyzed, language then
        let cases = [
            (ENGLISH, None, true, Some("en")),
            (ENGLISH, Some("en-GB"), true, Some("en-GB")),
            (ENGLISH, Some("de"), true, Some("en")),
            (GERMAN, None, false, Some("de")),
            (GERMAN, Some("en"), false, Some("de")),
            (DUTCH, None, false, Some("nl")),
            ("Hafen bleibt offen", None, true, None),
            ("Hafen bleibt offen", Some("de-AT"), false, Some("de-AT")),
            ("Rain in Port Varen", Some("English"), true, Some("English")),
            ("Rain in Port Varen", Some("und"), true, Some("und")),
            ("", None, true, None),
        ];
        for (text, declared, analyzed, language) in cases {
            let mut found = article(text, declared);
            assert_eq!(found.settle_language(false), analyzed, "{text}");
            assert_eq!(found.meta_text("language"), language, "{text}");
            assert_eq!(found.warnings.len(), usize::from(!analyzed), "{text}");
        }
        let mut any = article(GERMAN, None);
        assert!(any.settle_language(true) && any.warnings.is_empty());
        assert_eq!(any.meta_text("language"), Some("de"));
    }

    #[test]
    fn english_without_the_commonest_words_is_no_other_language() {
        let list = "Ada Quill 4, Tobias Renn 3, Mira Holt 2, Sol Vane 1. ".repeat(8);
        assert!(article(&list, None).settle_language(false), "{list}");
    }
}
