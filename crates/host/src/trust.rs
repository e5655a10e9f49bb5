//! Who could have changed a plugin's file: its owner, and whoever may write to it or to a folder that
//! leads to it. As ssh does with keys, a file that others can change is refused.

use std::path::Path;

/// Why a file is not to be trusted; `Ok` where there is no such notion.
#[cfg(not(unix))]
pub(crate) fn check(_named: &Path, _path: &Path, _file: &std::fs::Metadata) -> Result<(), String> {
    Ok(())
}

/// Why a file is not to be trusted. `named` is the path that was given, `path` where it leads.
#[cfg(unix)]
pub(crate) fn check(named: &Path, path: &Path, file: &std::fs::Metadata) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt as _;
    let executable = std::env::current_exe().and_then(std::fs::metadata);
    let of = Owners {
        own: rustix::process::geteuid().as_raw(),
        // Whoever owns the program that runs could have changed that.
        program: executable.map_or(0, |executable| executable.uid()),
    };
    of.check(path, file)?;
    let named = std::path::absolute(named).unwrap_or_else(|_| named.to_owned());
    for folder in path.ancestors().skip(1).chain(named.ancestors().skip(1)) {
        if let Ok(found) = std::fs::metadata(folder) {
            of.check(folder, &found)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
struct Owners {
    own: u32,
    program: u32,
}

#[cfg(unix)]
impl Owners {
    fn check(&self, path: &Path, found: &std::fs::Metadata) -> Result<(), String> {
        use std::os::unix::fs::MetadataExt as _;
        let shown = path.display();
        let (mode, owner) = (found.mode(), found.uid());
        if owner != 0 && owner != self.own && owner != self.program {
            return Err(format!("{shown} belongs to another user (number {owner})"));
        }
        // In a folder such as /tmp, others cannot replace what is not theirs.
        let sticky = found.is_dir() && mode & 0o1000 != 0;
        // Where each user has a group of the same number, that group is the user.
        let private = found.gid() == owner;
        let others = if mode & 0o002 != 0 {
            "everybody"
        } else if mode & 0o020 != 0 && !private {
            "its group"
        } else {
            return Ok(());
        };
        if sticky {
            return Ok(());
        }
        Err(format!("{shown} can be changed by {others}; `chmod go-w {shown}` mends that"))
    }
}
