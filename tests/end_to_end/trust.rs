//! Pins, and files that others can change.
#![cfg(unix)]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

use onrecord_tests::{Ended, onrecord};

use crate::bench::{Bench, ended};

fn check(bench: &Bench, arguments: &[&str]) -> Ended {
    let config = bench.path("pipeline.toml");
    let all = ["config", "check"].iter().chain(arguments).map(Path::new);
    onrecord(all.chain([config.as_path()])).end()
}

fn permit(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn files_that_others_can_change_are_refused() {
    let bench = Bench::new("");
    let copy = bench.own_copy();
    let folder = copy.parent().unwrap();
    check(&bench, &[]).good();
    for (path, mode, before) in [(copy.as_path(), 0o666, 0o644), (folder, 0o777, 0o755)] {
        permit(path, mode);
        let told = ["is not to be trusted", "can be changed by everybody", "chmod go-w"];
        ended(&check(&bench, &[]), 2, &told);
        check(&bench, &["--insecure-permissions"]).good();
        permit(path, before);
        check(&bench, &[]).good();
    }
    // As /tmp is: nobody replaces there what is not his own.
    permit(folder, 0o1777);
    check(&bench, &[]).good();
    if std::fs::metadata(&copy).unwrap().uid() != 0 {
        eprintln!("skipped: only root gives files to others");
        return;
    }
    chown(&copy, None, Some(4321)).unwrap();
    permit(&copy, 0o664);
    ended(&check(&bench, &[]), 2, &["can be changed by its group"]);
    permit(&copy, 0o644);
    check(&bench, &[]).good();
    chown(&copy, Some(4321), None).unwrap();
    ended(&check(&bench, &[]), 2, &["belongs to another user (number 4321)"]);
    // A user with a group of his own number is that group.
    chown(&copy, Some(0), Some(0)).unwrap();
    permit(&copy, 0o664);
    check(&bench, &[]).good();
}

#[test]
fn pins_are_printed_required_and_held() {
    let bench = Bench::new("");
    let copy = bench.own_copy();
    let config = bench.path("pipeline.toml");
    let open = std::fs::read_to_string(&config).unwrap();
    let required = open.replace("schema = 1", "schema = 1\nrequire_pins = true");
    std::fs::write(&config, &required).unwrap();
    ended(&check(&bench, &[]), 2, &["`wayward` has no pin", "`onrecord plugins pin` prints"]);
    let pin = || {
        let told =
            onrecord(["plugins", "pin"].map(Path::new).into_iter().chain([config.as_path()]));
        told.end().good()
    };
    let printed = pin();
    let line = printed.lines().find(|line| line.starts_with("sha256 = ")).unwrap();
    std::fs::write(&config, required.replace("name =", &format!("{line}\nname ="))).unwrap();
    check(&bench, &[]).good();
    assert!(pin().contains(", as it is pinned now"));
    // One byte more, and it is another file.
    let mut bytes = std::fs::read(&copy).unwrap();
    bytes.push(0);
    std::fs::write(&copy, bytes).unwrap();
    ended(&check(&bench, &[]), 2, &["has SHA-256 ", "but the configuration pins "]);
    assert!(pin().contains(", NOT as it is pinned now"));
    let write = ["plugins", "pin", "--write"].map(Path::new).into_iter().chain([config.as_path()]);
    onrecord(write).end().good();
    check(&bench, &[]).good();
    assert!(pin().contains(", as it is pinned now"));
    let told = onrecord(["plugins", "pin", "news"]).end().good();
    assert!(told.contains("# `syntax`: ") || told.contains("is part of this program"), "{told}");
}

#[test]
fn pinning_runs_nothing() {
    // A file that ends whoever loads it.
    let bench = Bench::new("");
    let path = bench.path("deadly.so");
    let source = bench.path("deadly.c");
    std::fs::write(
        &source,
        "#include <stdlib.h>\n#include \"onrecord.h\"\n\
         __attribute__((constructor)) static void begin(void) { _Exit(0); }\n\
         const OnrPlugin *onrecord_plugin_v1(const OnrHost *host);\n\
         const OnrPlugin *onrecord_plugin_v1(const OnrHost *host) { (void)host; return NULL; }\n",
    )
    .unwrap();
    onrecord_tests::compile_c(&source, &path);
    let config = bench.path("pipeline.toml");
    let text = |isolation: &str| {
        format!(
            "schema = 1\n[[analyzer]]\nname = \"deadly\"\npath = {path:?}\n\
             isolation = \"{isolation}\"\n"
        )
    };
    std::fs::write(&config, text("process")).unwrap();
    let pin = ["plugins", "pin"].map(Path::new).into_iter().chain([config.as_path()]);
    assert!(onrecord(pin).end().good().contains("sha256 = "));
    // Loaded in a process of its own, it ends that.
    ended(&check(&bench, &[]), 2, &["its worker exited with status 0 while it loaded the plugin"]);
    // So it does where plugins are listed.
    let name = bench.path(&onrecord_tests::library("deadly"));
    std::fs::rename(&path, name).unwrap();
    let listed = onrecord(["plugins"]).env("ONRECORD_PLUGIN_PATH", bench.path("")).end();
    assert!(listed.good().contains("looked in, in this order"));
    assert!(listed.stderr().contains("deadly"), "{}", listed.stderr());
    assert!(listed.stderr().contains(": its worker exited with status 0"));
}
