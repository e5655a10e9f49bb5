//! `docs/outputs.md` lists the columns that the tables have. `UPDATE=1` writes them there.

use onrecord_formats::{Kind, Table};

#[test]
fn the_columns_are_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/outputs.md");
    let text = std::fs::read_to_string(path).unwrap();
    let begin = text.find("to the code -->\n").unwrap() + "to the code -->\n".len();
    let end = text.find("<!-- end -->").unwrap();
    let mut columns = String::new();
    for table in Table::ALL {
        columns += &format!("\n`{}`\n\n| column | | |\n|---|---|---|\n", table.name());
        for column in table.columns() {
            let kind = match column.kind {
                Kind::Text => "text",
                Kind::Integer => "whole number",
                Kind::Float => "number",
                Kind::Bool => "true or false",
                Kind::Spans => "spans",
            };
            columns += &format!("| `{}` | {kind} | {} |\n", column.name, column.about);
        }
    }
    columns += "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, format!("{}{columns}{}", &text[..begin], &text[end..])).unwrap();
    } else {
        assert_eq!(text[begin..end], columns, "run with UPDATE=1 to write them anew");
    }
}
