//! The JSON Schema of the record is a promise: a change shows in the checked-in copy.
#![cfg(feature = "schema")]

use onrecord_core::record::json_schema;

#[test]
fn the_schema_is_the_checked_in_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/record.schema.json");
    let schema = serde_json::to_string_pretty(&json_schema()).expect("a schema is JSON") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &schema).expect("the schema can be written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == schema, "the record's form changed: if that is meant, run with UPDATE=1");
}
