//! Plain text: one article.

use std::io::Read;

use super::{Article, LARGEST, ReadError, ReadOptions, encoding, whole};

pub(super) fn read(
    input: impl Read,
    name: String,
    options: &ReadOptions,
) -> Result<Article, ReadError> {
    let decoded =
        whole(input, LARGEST).and_then(|bytes| encoding::decode(bytes, options.encoding, None));
    match decoded {
        Ok(decoded) => {
            Ok(Article { warnings: decoded.warnings, ..Article::new(name, decoded.text) })
        }
        Err(reason) => Err(ReadError { input: name, reason }),
    }
}
