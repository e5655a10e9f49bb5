//! Pages that are made to exhaust a parser.
//!
//! By the rules of HTML a parser searches the open elements at each tag, and opens formatting that
//! was left open again in each paragraph, so that a page of megabytes can take hours or all memory.

/// How deep elements may nest; browsers stop at 512.
const DEEPEST: usize = 512;
/// How many elements may come of formatting that is opened again and again.
const MOST: usize = 4_000_000;

/// Elements that hold nothing, or whose end tags are often left out.
const FLAT: [&str; 30] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option",
    "optgroup", "colgroup", "html", "head", "body",
];

/// Elements that a parser opens again where they were left open.
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// # Errors
/// Where a page nests too deep.
pub(in crate::read) fn check(html: &str) -> Result<(), String> {
    let (mut depth, mut formats, mut tags) = (0usize, 0usize, 0usize);
    let (mut deepest, mut widest) = (0, 0);
    for after in html.split('<').skip(1) {
        let (closes, after) = match after.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, after),
        };
        let length = after.bytes().take(12).take_while(u8::is_ascii_alphanumeric).count();
        let name = after.get(..length).unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        tags += 1;
        let is = |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(name));
        if is(&FLAT) {
            continue;
        }
        let formats_here = is(&FORMATTING);
        if closes {
            depth = depth.saturating_sub(1);
            formats = formats.saturating_sub(usize::from(formats_here));
        } else {
            depth += 1;
            formats += usize::from(formats_here);
            deepest = deepest.max(depth);
            widest = widest.max(formats);
        }
    }
    // A few formats that are left open are nothing unusual.
    if deepest > 8 * DEEPEST || widest > 16 && widest * tags > MOST {
        return Err(format!("expected a page, found elements nested {deepest} deep"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_absurd_pages_are_refused() {
        assert!(super::check(&"<ul><li>a<p>b<br></ul>".repeat(9000)).is_ok());
        assert!(super::check(&"<b>a<p>".repeat(10)).is_ok());
        assert!(super::check(&"<div>".repeat(5000)).is_err());
        assert!(super::check(&"<b>a<p>".repeat(5000)).is_err());
    }
}
