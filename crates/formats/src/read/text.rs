//! Plain text: one article.

use std::io::Read;

use super::{Article, ReadError, ReadOptions, encoding};

pub(super) fn read(
    input: impl Read,
    name: String,
    options: &ReadOptions,
) -> Result<Article, ReadError> {
    match encoding::read(input, options.encoding) {
        Ok(decoded) => {
            Ok(Article { warnings: decoded.warnings, ..Article::new(name, decoded.text) })
        }
        Err(reason) => Err(ReadError { input: name, reason }),
    }
}
