//! `plugins new`: a project that builds, is tested and runs at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use crate::print;

/// What a plugin can be written in.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Language {
    Rust,
    C,
}

/// A file of a project: where it goes and what it holds, both with `{{words}}` to be filled in.
type File = (&'static str, &'static str);

const RUST: &[File] = &[
    ("Cargo.toml", include_str!("../template/rust/Cargo.toml.in")),
    ("src/lib.rs", include_str!("../template/rust/lib.rs.in")),
    ("pipeline.toml", include_str!("../template/rust/pipeline.toml.in")),
    ("README.md", include_str!("../template/rust/README.md.in")),
    (".gitignore", "target/\n"),
];

/// In C the example of the repository is the template: words in capitals.
const C: &[File] = &[
    ("{{file}}.c", include_str!("../../../examples/plugin-c/shout.c")),
    ("onrecord.h", include_str!("../../plugin/include/onrecord.h")),
    ("Makefile", include_str!("../template/c/Makefile.in")),
    ("pipeline.toml", include_str!("../template/c/pipeline.toml.in")),
    ("README.md", include_str!("../template/c/README.md.in")),
    (".gitignore", "*.so\n*.dylib\n*.dll\n"),
];

const ARTICLE: File = ("article.txt", include_str!("../template/article.txt"));

pub(crate) fn run(folder: &Path, language: Language, onrecord: Option<&Path>) -> Result<ExitCode> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) || !name.chars().all(fits) {
        bail!("expected a name of lower-case letters, digits, `-` and `_`, found `{name}`");
    }
    if folder.exists() {
        bail!("{} exists already", folder.display());
    }
    let file = name.replace('-', "_");
    let library = format!("{}{file}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let repository = match language {
        Language::Rust => repository(onrecord)?.display().to_string().replace('\\', "/"),
        Language::C => String::new(),
    };
    let fill = |text: &str| {
        let text = text
            .replace("{{name}}", name)
            .replace("{{file}}", &file)
            .replace("{{Type}}", &camel(&file))
            .replace("{{library}}", &library)
            .replace("{{onrecord}}", &repository);
        match language {
            Language::Rust => text,
            Language::C => text
                .replace("STR(\"shout\")", &format!("STR(\"{name}\")"))
                .replace("-I crates/plugin/include -o libshout.so", &format!("-I. -o {library}"))
                .replace("examples/plugin-c/shout.c", &format!("{file}.c"))
                .replace("\"shouting\"", &format!("\"{name}\""))
                .replace("`shouting`", &format!("`{name}`")),
        }
    };
    let files = if language == Language::Rust { RUST } else { C };
    for (place, text) in files.iter().chain([&ARTICLE]) {
        let path = folder.join(fill(place));
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        written
            .and_then(|()| fs::write(&path, fill(text)))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let (build, built) = match language {
        Language::Rust => ("cargo build --release", format!("target/release/{library}")),
        Language::C => ("make", library),
    };
    print(&format!(
        "{0} is there. Next:\n\n    cd {0}\n    {build}\n    onrecord plugins check {built}\n    \
         onrecord analyze --config pipeline.toml --format json article.txt\n",
        folder.display()
    ))
}

/// The clone of onrecord that a plugin in Rust is built with: the one given, or the one that this
/// program was built from.
fn repository(given: Option<&Path>) -> Result<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = given.unwrap_or(&own);
    match path.canonicalize() {
        Ok(path) if path.join("crates/plugin/Cargo.toml").is_file() => Ok(path),
        _ => bail!(
            "{} is no clone of onrecord, which a plugin in Rust is built with; name one by \
             `--onrecord PATH`, or take `--lang c`, which needs none",
            path.display()
        ),
    }
}

fn camel(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        })
        .collect()
}
