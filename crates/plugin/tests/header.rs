//! The C header says what the Rust side says: sizes, offsets and constants, by a C compiler.

use std::mem::{align_of, offset_of, size_of};
use std::path::Path;
use std::process::Command;

use onrecord_core::layer::{
    Annotation, Attribute, Link, PARAGRAPH_START, TAG_BOOL, TAG_FLOAT, TAG_INTEGER, TAG_SYMBOL,
    TAG_TEXT,
};
use onrecord_plugin::abi::{self, *};

/// What C calls a thing, and its number in Rust.
type Facts = Vec<(String, u64)>;

macro_rules! layout {
    ($facts:ident, $c:literal, $rust:ty { $($field:ident $(as $name:literal)?),* $(,)? }) => {{
        $facts.push((format!("sizeof({})", $c), size_of::<$rust>() as u64));
        $facts.push((format!("_Alignof({})", $c), align_of::<$rust>() as u64));
        $(
            #[allow(unused_mut, unused_assignments)]
            let mut name = stringify!($field);
            $( name = $name; )?
            $facts.push((format!("offsetof({}, {name})", $c), offset_of!($rust, $field) as u64));
        )*
    }};
}

fn facts() -> Facts {
    let mut facts = Facts::new();
    layout!(facts, "OnrStr", Str<'static> { ptr, len });
    layout!(facts, "OnrArray", Array<'static, u8> { ptr, len, stride });
    layout!(facts, "OnrAnnotation", Annotation {
        span as "start", kind, score, links, attributes, n_links, n_attributes, flags
    });
    layout!(facts, "OnrLink", Link { role, layer, index, flags });
    layout!(facts, "OnrAttribute", Attribute { key, tag, a, b });
    layout!(facts, "OnrLayer", RawLayer<'static> {
        name, version, annotations, links, attributes, heap
    });
    layout!(facts, "OnrDoc", RawDoc<'static> { struct_size, flags, text, id, layers, meta });
    layout!(
        facts,
        "OnrHost",
        RawHost { struct_size, abi_major, abi_minor, max_log, flags, intern, word, log, extension }
    );
    layout!(facts, "OnrCall", RawCall { struct_size, flags, emit, set_error, cancelled });
    layout!(facts, "OnrLayerDecl", RawLayerDecl<'static> { name, flags, reserved });
    layout!(facts, "OnrOptionDecl", RawOptionDecl<'static> {
        key, help, default as "default_", kind, reserved
    });
    layout!(facts, "OnrPlugin", RawPlugin {
        struct_size, abi_major, abi_minor, flags, reserved, name, version, summary,
        requires as "requires_", provides, options, open, worker, analyze, worker_free, close,
        model, extension
    });
    let constants = [
        ("ONR_ABI_MAJOR", u64::from(ABI_MAJOR)),
        ("ONR_ABI_MINOR", u64::from(ABI_MINOR)),
        ("ONR_OK", abi::OK as u64),
        ("ONR_ERROR", abi::ERROR as u64),
        ("ONR_PANIC", abi::PANIC as u64),
        ("ONR_LAYER_OPTIONAL", u64::from(LAYER_OPTIONAL)),
        ("ONR_PARAGRAPH_START", u64::from(PARAGRAPH_START)),
        ("ONR_INTEGER", u64::from(TAG_INTEGER)),
        ("ONR_FLOAT", u64::from(TAG_FLOAT)),
        ("ONR_SYMBOL", u64::from(TAG_SYMBOL)),
        ("ONR_TEXT", u64::from(TAG_TEXT)),
        ("ONR_BOOL", u64::from(TAG_BOOL)),
    ];
    facts.extend(constants.map(|(name, value)| (name.to_owned(), value)));
    facts
}

#[test]
fn the_header_agrees_with_rust() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let source = folder.join("header.c");
    let mut text = "#include \"onrecord.h\"\n".to_owned();
    for (name, value) in facts() {
        text.push_str(&format!("_Static_assert({name} == {value}, \"{name} is not {value}\");\n"));
    }
    std::fs::write(&source, text).unwrap();
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("include");
    let output = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-I"])
        .arg(include)
        .arg(source)
        .output()
        .expect("a C compiler, which linking Rust needs as well");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
