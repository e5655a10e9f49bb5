//! Style, script and the policy that lets a page run these two and nothing else.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// What every page carries.
pub(super) struct Assets {
    pub(super) style: String,
    pub(super) script: String,
    /// The page's Content Security Policy.
    pub(super) policy: String,
}

pub(super) static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let style = slim(include_str!("report.css"));
    let script = slim(include_str!("report.js"));
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; \
         form-action 'none'; require-trusted-types-for 'script'",
        source(&style),
        source(&script)
    );
    Assets { style, script, policy }
});

/// Without indentation, blank lines and lines that are comments: a page of an article is mostly
/// this. Line ends are those that a browser hashes, whatever a checkout made of them.
fn slim(text: &str) -> String {
    let mut out = String::from("\n");
    let mut comment = false;
    for line in text.lines().map(str::trim) {
        comment = comment || line.starts_with("/*");
        if !comment && !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
        comment = comment && !line.ends_with("*/");
    }
    out
}

/// The hash of a script or a style as a policy names it.
fn source(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            if digit <= chunk.len() {
                out.push(char::from(DIGITS[(group >> (18 - 6 * digit) & 63) as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_in_base64() {
        assert_eq!(
            ["", "f", "fo", "foo", "foob"].map(|t| base64(t.as_bytes())),
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
        );
    }

    #[test]
    fn style_and_script_end_no_element() {
        for text in [&ASSETS.style, &ASSETS.script] {
            assert!(text.len() > 1000 && !text.contains("</") && !text.contains("<!--"));
        }
    }
}
