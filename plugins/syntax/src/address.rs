//! Addresses: of the web, of e-mail, of accounts and topics.

use onrecord_plugin::core::TokenKind;

use crate::chars::{is_space, is_word};
use crate::token::Scanner;

/// How far an address is looked for from where it may begin: the longest name an account can have.
const LOCAL: usize = 64;

/// A token at `at` if an address begins there, and the byte after it.
pub(crate) fn scan(scanner: &mut Scanner<'_>, at: usize) -> Option<usize> {
    let end = web(scanner, at).or_else(|| mail(scanner, at)).or_else(|| file(scanner, at))?;
    Some(scanner.push(at, end, TokenKind::Other))
}

/// The end of a web address.
fn web(scanner: &Scanner<'_>, at: usize) -> Option<usize> {
    let bytes = scanner.text.as_bytes().get(at..scanner.end)?;
    let begins =
        |with: &[u8]| bytes.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    // Most words are turned away by their first letter.
    if !matches!(bytes.first()? | 0x20, b'h' | b'w' | b'f')
        || !(begins(b"http://") || begins(b"https://") || begins(b"ftp://") || begins(b"www."))
    {
        return None;
    }
    let end =
        scanner.run_of(at, |c| !is_space(c) && !matches!(c, '<' | '>' | '"' | '“' | '”' | '|'));
    let address = scanner.slice(at, end);
    // Marks after it belong to the sentence, and so does a bracket that it does not open itself.
    let opened = address.contains('(');
    let kept = address.trim_end_matches(|c| {
        matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '*' | ']' | '}')
            || c == ')' && !opened
    });
    Some(at + kept.len()).filter(|_| kept.len() > 4)
}

/// The end of an e-mail address.
fn mail(scanner: &Scanner<'_>, at: usize) -> Option<usize> {
    let bytes = scanner.text.as_bytes().get(at..scanner.end)?;
    let local = |b: &u8| b.is_ascii_alphanumeric() || b"._%+-".contains(b);
    let sign = bytes.iter().take(LOCAL + 1).position(|b| !local(b))?;
    if bytes.get(sign) != Some(&b'@') || !bytes.get(sign + 1)?.is_ascii_alphanumeric() {
        return None;
    }
    let domain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let end = scanner.run_of(at + sign + 1, domain);
    Some(at + scanner.slice(at, end).trim_end_matches(['.', '-']).len())
}

/// The end of a file's name: `Draft_8-7-01.doc`.
fn file(scanner: &Scanner<'_>, at: usize) -> Option<usize> {
    let bytes = scanner.text.as_bytes().get(at..scanner.end)?;
    let name = |b: &u8| b.is_ascii_alphanumeric() || b"._-#".contains(b);
    let length = bytes.iter().take(LOCAL).take_while(|b| name(b)).count();
    let name = scanner.slice(at, at + length).trim_end_matches(['.', '-']);
    let (_, ending) = name.rsplit_once('.')?;
    scanner.lexicon.ends_file(ending).then_some(at + name.len())
}

/// The end of a file's ending that begins at `at` and is a word by itself.
pub(crate) fn ending(scanner: &Scanner<'_>, at: usize) -> Option<usize> {
    let end = at
        + scanner
            .text
            .as_bytes()
            .get(at..scanner.end)?
            .iter()
            .take(5)
            .take_while(|b| b.is_ascii_alphanumeric())
            .count();
    scanner.lexicon.ends_file(scanner.slice(at, end)).then_some(end)
}

/// The end of an account's or a topic's name, which `@` or `#` at `at` begins.
pub(crate) fn handle(scanner: &Scanner<'_>, at: usize) -> Option<usize> {
    if scanner.before(at).is_some_and(is_word) {
        return None;
    }
    let first = scanner.char(at + 1)?;
    let names = first.is_alphabetic() || first == '_';
    names.then(|| scanner.run_of(at + 1, |c| is_word(c) || c == '_'))
}
