//! Where plugins are looked for, and under which file names.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};

/// The variable that lists folders with plugins, as `PATH` lists folders.
const VARIABLE: &str = "ONRECORD_PLUGIN_PATH";

/// The folders where plugins are looked for, in order.
#[derive(Clone, Debug, Default)]
pub struct Places(Vec<PathBuf>);

impl Places {
    /// The folders of this machine: those of `ONRECORD_PLUGIN_PATH`, the executable's, the one that
    /// goes with an installed executable, the user's.
    pub fn of_this_machine() -> Self {
        let mut folders = Vec::new();
        if let Some(listed) = std::env::var_os(VARIABLE) {
            // Absolute, since the system takes a bare file name as one to look for elsewhere.
            let listed = std::env::split_paths(&listed);
            folders.extend(listed.filter_map(|folder| std::path::absolute(folder).ok()));
        }
        let executable = std::env::current_exe().and_then(|path| path.canonicalize());
        if let Some(folder) = executable.ok().as_deref().and_then(Path::parent) {
            folders.push(folder.to_owned());
            folders.extend(folder.parent().map(|above| above.join("lib/onrecord/plugins/v1")));
        }
        if let Some(data) = dirs::data_local_dir() {
            folders.push(data.join("onrecord/plugins/v1"));
        }
        Self(folders)
    }

    /// These folders and no others.
    pub fn only(folders: Vec<PathBuf>) -> Self {
        Self(folders)
    }

    /// The folders, in order.
    pub fn folders(&self) -> &[PathBuf] {
        &self.0
    }

    /// The files that a plugin's name can mean, in order of preference, whether they exist or not.
    pub fn candidates(&self, name: &str) -> impl Iterator<Item = PathBuf> {
        let names = file_names(name);
        self.0.iter().flat_map(move |folder| names.clone().map(|name| folder.join(name)))
    }

    /// The files that exist under a plugin's name; the first is the one to use.
    pub fn find(&self, name: &str) -> Vec<PathBuf> {
        self.candidates(name).filter(|path| path.is_file()).collect()
    }

    /// Every file that could be a plugin by its name, in order.
    pub fn all(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for folder in &self.0 {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let mut here: Vec<_> = entries
                .map(|entry| entry.path())
                .filter(|path| {
                    let name = path.file_name().and_then(|name| name.to_str());
                    name.is_some_and(|n| n.starts_with(DLL_PREFIX) && n.ends_with(DLL_SUFFIX))
                        && path.is_file()
                })
                .collect();
            here.sort();
            found.extend(here);
        }
        found
    }
}

fn file_names(name: &str) -> [String; 2] {
    let stem = name.replace('-', "_");
    [format!("{DLL_PREFIX}onrecord_{stem}{DLL_SUFFIX}"), format!("{DLL_PREFIX}{stem}{DLL_SUFFIX}")]
}

/// The crate name that a file's name tells: `libonrecord_quote.so` is of `onrecord_quote`.
pub(crate) fn crate_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let stem = name.strip_suffix(DLL_SUFFIX).unwrap_or(name);
    Some(stem.strip_prefix(DLL_PREFIX).unwrap_or(stem).replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        let places = Places::only(vec!["/p".into()]);
        let candidates: Vec<_> = places.candidates("big-words").collect();
        let file = |stem: &str| PathBuf::from(format!("/p/{DLL_PREFIX}{stem}{DLL_SUFFIX}"));
        assert_eq!(candidates, [file("onrecord_big_words"), file("big_words")]);
        assert_eq!(crate_name(&candidates[1]).as_deref(), Some("big_words"));
    }
}
