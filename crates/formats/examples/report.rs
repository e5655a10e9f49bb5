//! A report in a folder from a file of records, one a line: `report FOLDER RECORDS.jsonl`.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use onrecord_core::record::Record;
use onrecord_formats::report::{Corpus, Options, article, file_name};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [folder, records] = arguments.as_slice() else {
        return Err("expected a folder and a file of records".into());
    };
    let folder = Path::new(folder);
    let options = Options { front: Some("index.html".to_owned()) };
    let mut corpus = Corpus::new();
    for (place, line) in BufReader::new(File::open(records)?).lines().enumerate() {
        let record: Record = serde_json::from_str(&line?)?;
        let name = file_name(place as u64, &record.id);
        fs::write(folder.join(&name), article(&record, &options))?;
        if let Some(page) = corpus.add(&record, &name) {
            fs::write(folder.join(page.name), page.html)?;
        }
    }
    for page in corpus.finish() {
        fs::write(folder.join(page.name), page.html)?;
    }
    Ok(())
}
