//! From bytes to text: the byte order mark, else what the input declares, else UTF-8 if it is that,
//! else a guess. Characters stay what they are: nothing is normalized.

use std::io::Read;
use std::str::FromStr;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};

use super::{LARGEST, whole};

/// A character encoding that browsers know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

impl Encoding {
    /// The encoding that a label declares; none where the label is unknown. As in browsers, a page
    /// that calls itself UTF-16 in ASCII letters is UTF-8.
    pub(super) fn declared(label: &[u8]) -> Option<Self> {
        let found = encoding_rs::Encoding::for_label(label)?;
        Some(Self(if found == UTF_16LE || found == UTF_16BE { UTF_8 } else { found }))
    }

    /// Whether bytes below 128 stand for ASCII characters wherever they begin a character.
    pub(super) fn is_ascii_compatible(self) -> bool {
        self.0.is_ascii_compatible()
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(label: &str) -> Result<Self, String> {
        encoding_rs::Encoding::for_label(label.as_bytes()).map(Self).ok_or_else(|| {
            "expected the name of an encoding, such as utf-8, windows-1252 or shift_jis".to_owned()
        })
    }
}

/// A text and what to say of how it was decoded.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) warnings: Vec<String>,
}

/// All of an input that declares no encoding, decoded: `given` holds whatever it is.
///
/// # Errors
/// Where it cannot be read, is too long, or is no text.
pub(super) fn read(input: impl Read, given: Option<Encoding>) -> Result<Decoded, String> {
    whole(input, LARGEST).and_then(|bytes| decode(bytes, given, None))
}

/// Decodes an input: `given` holds whatever the input says, `declared` is what it says.
///
/// # Errors
/// Where the bytes are no text.
pub(super) fn decode(
    bytes: Vec<u8>,
    given: Option<Encoding>,
    declared: Option<Encoding>,
) -> Result<Decoded, String> {
    if let Some(Encoding(encoding)) = given {
        let (text, replaced) = encoding.decode_with_bom_removal(&bytes);
        return Ok(told(text.into_owned(), encoding, replaced, false));
    }
    if let Some(what) = known_binary(&bytes) {
        return Err(format!("expected text, found {what}"));
    }
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&bytes) {
        let (text, replaced) =
            encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return Ok(told(text.into_owned(), encoding, replaced, false));
    }
    let bytes = if declared.is_none_or(|Encoding(declared)| declared == UTF_8) {
        match String::from_utf8(bytes) {
            Ok(text) => return checked(Decoded { text, warnings: Vec::new() }),
            Err(error) => error.into_bytes(),
        }
    } else {
        bytes
    };
    if let Some(Encoding(encoding)) = declared {
        let (text, replaced) = encoding.decode_without_bom_handling(&bytes);
        // What declares UTF-8 and has not one character of it beyond ASCII is something else.
        let kept = !replaced || text.chars().any(|c| !c.is_ascii() && c != '\u{FFFD}');
        if kept {
            return checked(told(text.into_owned(), encoding, replaced, false));
        }
    }
    if let Some(encoding) = unmarked_utf16(&bytes) {
        let (text, replaced) = encoding.decode_without_bom_handling(&bytes);
        return checked(told(text.into_owned(), encoding, replaced, true));
    }
    if bytes.contains(&0) {
        return Err("expected text, found zero bytes among bytes that are no UTF-8; \
                    if it is text, name its encoding with `--encoding`"
            .into());
    }
    let encoding = guess(&bytes);
    let (text, replaced) = encoding.0.decode_without_bom_handling(&bytes);
    checked(told(text.into_owned(), encoding.0, replaced, true))
}

/// The likeliest encoding of bytes that are no UTF-8.
pub(super) fn guess(bytes: &[u8]) -> Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes.get(..GUESSED).unwrap_or(bytes), bytes.len() <= GUESSED);
    Encoding(detector.guess(None, Utf8Detection::Deny))
}

/// How many bytes a guess looks at.
const GUESSED: usize = 1 << 20;

/// Decodes a part of an input whose encoding is known.
pub(super) fn decode_part(bytes: &[u8], encoding: Encoding) -> (String, bool) {
    let (text, replaced) = encoding.0.decode_without_bom_handling(bytes);
    (text.into_owned(), replaced)
}

/// What to say of a guess.
pub(super) fn guessed(encoding: Encoding) -> String {
    format!(
        "the text is no UTF-8 and was read as {}, a guess; `--encoding NAME` tells it",
        encoding.name()
    )
}

fn told(
    text: String,
    encoding: &'static encoding_rs::Encoding,
    replaced: bool,
    guess: bool,
) -> Decoded {
    let mut warnings = Vec::new();
    if guess {
        warnings.push(guessed(Encoding(encoding)));
    }
    if replaced {
        let name = encoding.name();
        warnings.push(format!("some bytes are no {name} and became U+FFFD"));
    }
    Decoded { text, warnings }
}

/// Refuses what decodes and yet is no text: more than a tenth control characters.
fn checked(decoded: Decoded) -> Result<Decoded, String> {
    let plain = |c: char| matches!(c, '\t' | '\n' | '\r' | '\x0C' | '\x1B' | '\u{85}');
    let head = || decoded.text.chars().take(8192);
    let odd = head().filter(|&c| c == '\u{FFFD}' || c.is_control() && !plain(c)).count();
    if odd > 2 && odd * 10 > head().count() {
        return Err("expected text, found mostly control characters: it is binary".into());
    }
    Ok(decoded)
}

/// UTF-16 without a byte order mark: every other byte of Latin letters is zero.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.get(..bytes.len().min(4096) & !1).filter(|head| head.len() >= 16)?;
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    match () {
        () if even * 50 < half && odd * 10 > half * 7 => Some(UTF_16LE),
        () if odd * 50 < half && even * 10 > half * 7 => Some(UTF_16BE),
        () => None,
    }
}

/// Files that people often give for text, and what to do with them.
fn known_binary(bytes: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 7] = [
        (b"%PDF-", "a PDF; take its text out first, as with `pdftotext`"),
        (b"PK\x03\x04", "a ZIP file or an office document; take its text out first"),
        (b"\xD0\xCF\x11\xE0", "an old office document; save it as text first"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"GIF8", "a picture"),
        (b"\x7FELF", "a program"),
    ];
    known.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], declared: Option<&str>) -> (String, usize) {
        let declared = declared.and_then(|label| Encoding::declared(label.as_bytes()));
        let decoded = decode(bytes.to_vec(), None, declared).unwrap();
        (decoded.text, decoded.warnings.len())
    }

    #[test]
    fn marks_then_declarations_then_utf8_then_a_guess() {
        let cafe = || "Café “Varen”".to_owned();
        let cp1252 = b"Caf\xE9 \x93Varen\x94";
        assert_eq!(text("\u{FEFF}Café “Varen”".as_bytes(), Some("latin1")), (cafe(), 0));
        assert_eq!(text(cp1252, Some("iso-8859-1")), (cafe(), 0));
        assert_eq!(text("Café “Varen”".as_bytes(), None), (cafe(), 0));
        assert_eq!(text(cp1252, None), (cafe(), 1));
        assert_eq!(text(cp1252, Some("utf-8")), (cafe(), 1), "no character of UTF-8 in it");
        let mixed = text(
            "Caf\u{E9} ".as_bytes().iter().chain(b"\xFF").copied().collect::<Vec<_>>().as_slice(),
            Some("utf-8"),
        );
        assert_eq!(mixed, ("Café \u{FFFD}".to_owned(), 1));
        let utf16: Vec<u8> =
            "\u{FEFF}Café “Varen”".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(text(&utf16, None), (cafe(), 0));
        let bare: Vec<u8> =
            "Ships leave Port Varén.".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&bare, None), ("Ships leave Port Varén.".to_owned(), 1));
        assert_eq!(text("e\u{301}".as_bytes(), None).0, "e\u{301}", "not normalized");
    }

    #[test]
    fn what_is_given_holds() {
        let given = Some("windows-1251".parse().unwrap());
        assert_eq!(decode(b"\xCF\xEE\xF0\xF2".to_vec(), given, None).unwrap().text, "Порт");
        assert!("klingon".parse::<Encoding>().is_err());
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let noise: Vec<u8> =
            (0..2000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let bad: [&[u8]; 4] =
            [b"%PDF-1.7 \xE2\xE3", b"\xFE\xED\0\0\xCF", b"\x01\x02\x03\x04ab", &noise];
        for bytes in bad {
            let error = decode(bytes.to_vec(), None, None).unwrap_err();
            assert!(error.starts_with("expected text, found "), "{error}");
        }
    }
}
