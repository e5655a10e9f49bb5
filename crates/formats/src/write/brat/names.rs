//! Names of files, safe whatever the article's identifier is.

use std::fs::DirEntry;
use std::io;
use std::path::Path;

/// How many articles a folder has.
const FOLDER: u64 = 1000;

/// How many characters of an identifier stand in a name, at most. The end of an address or a path
/// tells more than its start.
pub(super) const LONGEST: usize = 60;

/// The folder of the article of this number, from 1.
pub(super) fn folder(number: u64) -> String {
    format!("{:05}", (number - 1) / FOLDER + 1)
}

/// Whether an article is the first of its folder.
pub(super) fn is_first(number: u64) -> bool {
    (number - 1).is_multiple_of(FOLDER)
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

/// Removes what was written after so many articles.
pub(super) fn remove_after(output: &Path, records: u64) -> io::Result<()> {
    let first = records / FOLDER + 1;
    for folder in std::fs::read_dir(output)? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() || number(&folder).is_none_or(|number| number < first) {
            continue;
        }
        for file in std::fs::read_dir(folder.path())? {
            let file = file?;
            let name = file.file_name();
            let name = Path::new(&name);
            let ours = name.extension().is_some_and(|ending| ending == "txt" || ending == "ann");
            if ours && number(&file).is_some_and(|number| number > records) {
                std::fs::remove_file(file.path())?;
            }
        }
    }
    Ok(())
}

/// The number that a name begins with.
fn number(entry: &DirEntry) -> Option<u64> {
    let name = entry.file_name();
    let name = name.to_str()?;
    let digits = name.find(|c: char| !c.is_ascii_digit()).unwrap_or(name.len());
    name[..digits].parse().ok()
}
