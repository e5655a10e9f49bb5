#![allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int64Array,
    LargeStringArray, StringArray, StringViewArray, TimestampMicrosecondArray, UInt64Array,
    new_null_array,
};

use super::*;

fn stream(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .unwrap();
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

type Batches = Vec<Vec<Result<Article, ReadError>>>;

fn read(bytes: &[u8]) -> Result<Batches, BatchError> {
    let mut reader = BatchReader::open(bytes, Columns::default(), "in")?;
    let mut batches = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        batches.push(batch);
    }
    Ok(batches)
}

fn meta(article: &Article) -> Vec<(&str, String)> {
    let shown = |value: &Scalar| serde_json::to_string(value).unwrap();
    article.meta.iter().map(|(key, value)| (key.as_str(), shown(value))).collect()
}

#[test]
fn texts_of_every_type() {
    let given = [Some("Rain."), None, Some("Änne met Bo.")];
    let dictionary: DictionaryArray<Int32Type> = given.into_iter().collect();
    let arrays: [ArrayRef; 4] = [
        Arc::new(StringArray::from_iter(given)),
        Arc::new(LargeStringArray::from_iter(given)),
        Arc::new(StringViewArray::from_iter(given)),
        Arc::new(dictionary),
    ];
    for array in arrays {
        let ids = Arc::new(Int64Array::from(vec![Some(7), Some(8), None]));
        let batches = read(&stream(vec![("text", array), ("id", ids)])).unwrap();
        assert_eq!(batches.len(), 2);
        assert_eq!(batches[0][0].as_ref().unwrap().id, "7");
        assert_eq!(batches[0][1].as_ref().unwrap_err().to_string(), "8: a row without a text");
        assert_eq!(batches[0][2].as_ref().unwrap().text, "Änne met Bo.");
        assert_eq!(batches[1][2].as_ref().unwrap().id, "in:6");
    }
}

#[test]
fn other_columns_are_metadata() {
    let nothing: DictionaryArray<Int32Type> = [None::<&str>].into_iter().collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("text", Arc::new(StringArray::from(vec!["Rain."]))),
        ("title", Arc::new(StringViewArray::from(vec!["Weather"]))),
        ("seen", Arc::new(BooleanArray::from(vec![true]))),
        ("rank", Arc::new(UInt64Array::from(vec![u64::MAX]))),
        ("odd", Arc::new(Float64Array::from(vec![f64::NAN]))),
        ("day", Arc::new(Date32Array::from(vec![20_000]))),
        ("at", Arc::new(TimestampMicrosecondArray::from(vec![1_500_000]).with_timezone("UTC"))),
        ("never", Arc::new(TimestampMicrosecondArray::from(vec![i64::MAX]))),
        ("none", Arc::new(nothing)),
        ("parts", new_null_array(&DataType::Binary, 1)),
    ];
    let bytes = stream(columns);
    let batches = read(&bytes).unwrap();
    assert_eq!(
        meta(batches[0][0].as_ref().unwrap()),
        [
            ("title", "\"Weather\"".to_owned()),
            ("seen", "true".into()),
            ("rank", "1.8446744073709552e+19".into()),
            ("day", "\"2024-10-04\"".into()),
            ("at", "\"1970-01-01T00:00:01.500Z\"".into()),
        ]
    );
    let reader = BatchReader::open(&*bytes, Columns::default(), "in").unwrap();
    assert_eq!(reader.ignored(), ["parts (Binary)"]);
}

#[test]
fn columns_that_will_not_do() {
    let texts = || Arc::new(StringArray::from(vec!["Rain."])) as ArrayRef;
    let numbers = || Arc::new(Float64Array::from(vec![1.5])) as ArrayRef;
    for (columns, told) in [
        (vec![("body", texts()), ("n", numbers())], "expected a column `text`, found body, n;"),
        (vec![("text", numbers())], "column `text`: expected strings, found Float64"),
        (vec![("text", texts()), ("id", numbers())], "column `id`: expected strings or integers"),
    ] {
        let error = read(&stream(columns)).unwrap_err().to_string();
        assert!(error.starts_with(told), "{error}");
    }
}

#[test]
fn a_stream_cut_anywhere_is_told_or_ends_between_batches() {
    let texts = Arc::new(StringArray::from(vec!["Rain.", "Snow."]));
    let whole = stream(vec![("text", texts)]);
    let mut clean = Vec::new();
    for cut in 0..=whole.len() {
        if let Ok(batches) = read(&whole[..cut]) {
            clean.push(batches.len());
        }
    }
    // After the schema, after each batch, and at the end; a stream may lack its last word.
    assert_eq!(clean, [0, 1, 2, 2]);
    for (place, flip) in (0..whole.len()).flat_map(|place| [(place, 0x01), (place, 0xFF)]) {
        let mut damaged = whole.clone();
        damaged[place] ^= flip;
        let _ = read(&damaged);
    }
}

#[test]
fn rows_come_back_as_they_were_written() {
    let rows = [
        Row { id: "a".into(), record: Ok("{}".into()) },
        Row { id: "b".into(), record: Err("no".into()) },
    ];
    let mut bytes = Vec::new();
    let mut writer = BatchWriter::new(&mut bytes);
    writer.write(&rows).unwrap();
    writer.write(&[]).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let batches: Vec<_> =
        StreamReader::try_new(&*bytes, None).unwrap().map(Result::unwrap).collect();
    let [first, second] = &batches[..] else { panic!("{} batches", batches.len()) };
    assert_eq!((first.num_rows(), second.num_rows()), (2, 0));
    let column = |name: &str| plain(first.column_by_name(name).unwrap()).unwrap();
    let text = |text: &str| Some(Scalar::Text(text.to_owned()));
    assert_eq!([value(&column("id"), 0), value(&column("id"), 1)], [text("a"), text("b")]);
    assert_eq!([value(&column("record"), 0), value(&column("record"), 1)], [text("{}"), None]);
    assert_eq!([value(&column("error"), 0), value(&column("error"), 1)], [None, text("no")]);
}
