//! Names of files, safe whatever the article's identifier is.

use super::super::folder::SHARE;

/// How many characters of an identifier stand in a name, at most. The end of an address or a path
/// tells more than its start.
pub(super) const LONGEST: usize = 60;

/// The folder of the article of this number, from 1.
pub(super) fn folder(number: u64) -> String {
    format!("{:05}", (number - 1) / SHARE + 1)
}

/// Whether an article is the first of its folder.
pub(super) fn is_first(number: u64) -> bool {
    (number - 1).is_multiple_of(SHARE)
}

/// Folder and name, without an ending: `00001/00000001-harbour`. Names differ by their numbers.
/// They have no dots: tools take what follows one for an ending.
pub(super) fn name(number: u64, id: &str) -> String {
    let mut kept = String::new();
    for c in id.chars().rev() {
        if kept.len() == LONGEST {
            break;
        }
        if c.is_ascii_alphanumeric() || c == '_' {
            kept.push(c);
        } else if !kept.is_empty() && !kept.ends_with('-') {
            kept.push('-');
        }
    }
    let kept: String = kept.trim_end_matches('-').chars().rev().collect();
    let gap = if kept.is_empty() { "" } else { "-" };
    format!("{}/{number:08}{gap}{kept}", folder(number))
}
