//! Which crate may depend on which: the arrows of `crates/README.md`.

use std::path::Path;

use onrecord_tests::{cargo, root};
use serde_json::Value;

/// A package of ours and the packages of ours that it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("onrecord-core", &[]),
    ("onrecord-plugin", &["onrecord-core"]),
    ("onrecord-host", &["onrecord-core", "onrecord-plugin"]),
    ("onrecord-formats", &["onrecord-core"]),
    ("onrecord-testkit", &["onrecord-core", "onrecord-plugin"]),
    (
        "onrecord",
        &[
            "onrecord-core",
            "onrecord-plugin",
            "onrecord-host",
            "onrecord-formats",
            // Its suite is what `plugins check` runs on a library.
            "onrecord-testkit",
            "PLUGINS",
        ],
    ),
    ("PLUGINS", &["onrecord-plugin", "onrecord-learn", "onrecord-testkit (dev)"]),
    ("onrecord-learn", &[]),
    ("onrecord-lab", &["ANY"]),
    ("onrecord-tests", &["ANY"]),
];

fn packages() -> Vec<Value> {
    let output = cargo(root())
        .args(["metadata", "--offline", "--no-deps", "--format-version=1"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn folder(package: &Value) -> &Path {
    Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap()
}

fn is_plugin(package: &Value) -> bool {
    folder(package).parent() == Some(&root().join("plugins"))
}

#[test]
fn arrows_point_one_way() {
    let packages = packages();
    let name = |package: &Value| package["name"].as_str().unwrap().to_owned();
    let ours: Vec<_> = packages.iter().map(name).collect();
    let plugins: Vec<_> = packages.iter().filter(|p| is_plugin(p)).map(name).collect();
    for package in &packages {
        let row = if is_plugin(package) { "PLUGINS".to_owned() } else { name(package) };
        let allowed = ARROWS.iter().find(|(from, _)| *from == row).map(|(_, to)| *to);
        let allowed = allowed.unwrap_or_else(|| panic!("`{row}` is not in the table of arrows"));
        for dependency in package["dependencies"].as_array().unwrap() {
            let to = dependency["name"].as_str().unwrap().to_owned();
            if !ours.contains(&to) {
                continue;
            }
            let dev = if dependency["kind"] == "dev" { " (dev)" } else { "" };
            let known = allowed.contains(&"ANY")
                || allowed.contains(&to.as_str())
                || allowed.contains(&format!("{to}{dev}").as_str())
                || (plugins.contains(&to) && allowed.contains(&"PLUGINS"));
            assert!(known, "`{}` must not depend on `{to}`{dev}", name(package));
        }
    }
}

#[test]
fn packages_are_named_after_their_folders() {
    for package in packages() {
        let folder = folder(&package).file_name().unwrap().to_str().unwrap().to_owned();
        let expected =
            if folder == "cli" { "onrecord".into() } else { format!("onrecord-{folder}") };
        assert_eq!(package["name"], expected);
    }
}

#[test]
fn only_the_border_is_unsafe() {
    for package in packages() {
        for target in package["targets"].as_array().unwrap() {
            let path = Path::new(target["src_path"].as_str().unwrap());
            let lib = ["lib", "cdylib", "rlib", "bin"]
                .iter()
                .any(|kind| target["kind"].as_array().unwrap().iter().any(|found| found == kind));
            if !lib {
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let forbids = text.contains("#![forbid(unsafe_code)]");
            let border = ["onrecord-plugin", "onrecord-host"];
            let at_border = border.iter().any(|name| package["name"] == *name);
            assert!(forbids != at_border, "{}: who may be unsafe has changed", path.display());
        }
    }
}

#[test]
fn the_core_is_light() {
    for package in packages() {
        let most = match package["name"].as_str().unwrap() {
            "onrecord-core" => ["serde"].as_slice(),
            "onrecord-plugin" => &["onrecord-core"],
            _ => continue,
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            let usual = dependency["kind"].is_null() && dependency["optional"] == false;
            let name = dependency["name"].as_str().unwrap();
            assert!(!usual || most.contains(&name), "{} gained `{name}`", package["name"]);
        }
    }
}
