//! The model file: a header, a table of sections, the sections; little endian throughout.
//!
//! ```text
//! 0   8  "ONRMODEL"
//! 8   4  version of this form: 1
//! 12  4  CRC-32 of everything after it
//! 16  4  number of sections
//! 20  4  bytes of the kind's name
//! 24  8  reserved, zero
//! 32  …  the kind's name; then for each section its name's length (4), its length (8), its name
//! …   …  the sections in order, each begun at a multiple of 64
//! ```

use std::borrow::Cow;
use std::fmt::Write as _;

use bytemuck::{AnyBitPattern, NoUninit};
use sha2::{Digest as _, Sha256};

const MAGIC: &[u8; 8] = b"ONRMODEL";
const VERSION: u32 = 1;
const HEADER: usize = 32;
const CHECKED: usize = 16;
const ALIGN: usize = 64;

/// Bytes that begin where any number may, as a model's must that is used where it lies:
/// `static MODEL: &Aligned<[u8]> = &Aligned(*include_bytes!("x.model"));`.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Aligned<T: ?Sized>(pub T);

/// Why a model file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// It does not begin like one.
    #[error("expected a model file, found something else")]
    NotAModel,
    /// Its form is of another version.
    #[error("expected a model file of version {VERSION}, found version {0}; train it anew")]
    Version(u32),
    /// Its bytes are not those that were written.
    #[error("the model file is damaged: its checksum does not fit its bytes")]
    Damaged,
    /// It is the model of something else.
    #[error("expected a model of kind `{expected}`, found one of kind `{found}`")]
    Kind {
        /// The kind asked for.
        expected: String,
        /// The kind that it says it is.
        found: String,
    },
    /// A section is missing or does not have the form that its reader expects.
    #[error("the model's section `{0}` is missing or malformed")]
    Section(String),
}

/// Writes a model file, section by section.
#[derive(Clone, Debug)]
pub struct ModelWriter {
    kind: String,
    sections: Vec<(String, Vec<u8>)>,
}

impl ModelWriter {
    /// A file for a model of a kind, such as `tagger/1`.
    pub fn new(kind: &str) -> Self {
        Self { kind: kind.to_owned(), sections: Vec::new() }
    }

    /// Adds an array of plain numbers. On a big-endian machine their bytes would have to be turned;
    /// models are written and read on little-endian ones.
    #[must_use]
    pub fn section<T: NoUninit>(mut self, name: &str, values: &[T]) -> Self {
        self.sections.push((name.to_owned(), bytemuck::cast_slice(values).to_vec()));
        self
    }

    /// Adds text.
    #[must_use]
    pub fn text(self, name: &str, text: &str) -> Self {
        self.section(name, text.as_bytes())
    }

    /// The file's bytes: the same for the same sections in the same order.
    pub fn finish(self) -> Vec<u8> {
        let mut body = self.kind.as_bytes().to_vec();
        for (name, bytes) in &self.sections {
            body.extend((name.len() as u32).to_le_bytes());
            body.extend((bytes.len() as u64).to_le_bytes());
            body.extend(name.as_bytes());
        }
        for (_, bytes) in &self.sections {
            body.resize((HEADER + body.len()).next_multiple_of(ALIGN) - HEADER, 0);
            body.extend(bytes);
        }
        let mut checked = (self.sections.len() as u32).to_le_bytes().to_vec();
        checked.extend((self.kind.len() as u32).to_le_bytes());
        checked.extend([0; 8]);
        checked.extend(body);
        let mut file = MAGIC.to_vec();
        file.extend(VERSION.to_le_bytes());
        file.extend(crc32fast::hash(&checked).to_le_bytes());
        file.extend(checked);
        file
    }
}

/// A model file, read where it lies.
///
/// ```
/// use onrecord_learn::{ModelFile, ModelWriter};
/// let bytes = ModelWriter::new("demo/1").section("weights", &[1i8, -2, 3]).finish();
/// let model = ModelFile::read(&bytes, "demo/1")?;
/// assert_eq!(&*model.array::<i8>("weights")?, [1, -2, 3]);
/// # Ok::<(), onrecord_learn::ModelError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ModelFile<'m> {
    bytes: &'m [u8],
    sections: Vec<(&'m str, &'m [u8])>,
}

impl<'m> ModelFile<'m> {
    /// Reads the head of a model file and checks the whole.
    ///
    /// # Errors
    /// Where it is no model file, of another version or kind, or damaged.
    pub fn read(bytes: &'m [u8], kind: &str) -> Result<Self, ModelError> {
        let word = |at: usize| {
            let field = bytes.get(at..at + 4).and_then(|field| field.try_into().ok());
            field.map(u32::from_le_bytes).ok_or(ModelError::NotAModel)
        };
        if !bytes.starts_with(MAGIC) {
            return Err(ModelError::NotAModel);
        }
        if word(8)? != VERSION {
            return Err(ModelError::Version(word(8)?));
        }
        let body = bytes.get(HEADER..).ok_or(ModelError::Damaged)?;
        if crc32fast::hash(&bytes[CHECKED..]) != word(12)? {
            return Err(ModelError::Damaged);
        }
        let (count, kind_len) = (word(16)?, word(20)? as usize);
        let (found, mut rest) = body.split_at_checked(kind_len).ok_or(ModelError::Damaged)?;
        let found = str::from_utf8(found).map_err(|_| ModelError::Damaged)?;
        if found != kind {
            return Err(ModelError::Kind { expected: kind.to_owned(), found: found.to_owned() });
        }
        let mut table = Vec::new();
        for _ in 0..count {
            let (head, tail) = rest.split_at_checked(12).ok_or(ModelError::Damaged)?;
            let name_len = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
            let len = head[4..].try_into().map(u64::from_le_bytes);
            let len = len.ok().and_then(|len| usize::try_from(len).ok());
            let (name, tail) = tail.split_at_checked(name_len).ok_or(ModelError::Damaged)?;
            let name = str::from_utf8(name).map_err(|_| ModelError::Damaged)?;
            table.push((name, len.ok_or(ModelError::Damaged)?));
            rest = tail;
        }
        let mut at = bytes.len() - rest.len();
        let mut sections = Vec::new();
        for (name, len) in table {
            at = at.checked_next_multiple_of(ALIGN).ok_or(ModelError::Damaged)?;
            let end = at.checked_add(len).ok_or(ModelError::Damaged)?;
            sections.push((name, bytes.get(at..end).ok_or(ModelError::Damaged)?));
            at = end;
        }
        Ok(Self { bytes, sections })
    }

    /// A section as an array of plain numbers: borrowed where its place in memory allows, else
    /// copied.
    ///
    /// # Errors
    /// Where it is missing or its length is no multiple of the number's size.
    pub fn array<T: AnyBitPattern + NoUninit>(
        &self,
        name: &str,
    ) -> Result<Cow<'m, [T]>, ModelError> {
        let bytes = self.bytes_of(name)?;
        if !bytes.len().is_multiple_of(size_of::<T>()) {
            return Err(ModelError::Section(name.to_owned()));
        }
        Ok(match bytemuck::try_cast_slice(bytes) {
            Ok(values) => Cow::Borrowed(values),
            Err(_) => Cow::Owned(
                bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect(),
            ),
        })
    }

    /// A section as text.
    ///
    /// # Errors
    /// Where it is missing or no UTF-8.
    pub fn text(&self, name: &str) -> Result<&'m str, ModelError> {
        str::from_utf8(self.bytes_of(name)?).map_err(|_| ModelError::Section(name.to_owned()))
    }

    /// A section as it is, such as another model's file.
    ///
    /// # Errors
    /// Where it is missing.
    pub fn bytes(&self, name: &str) -> Result<&'m [u8], ModelError> {
        self.bytes_of(name)
    }

    /// Whether it has a section.
    pub fn has(&self, name: &str) -> bool {
        self.sections.iter().any(|(found, _)| *found == name)
    }

    /// What records call this model: `sha256:…` of the whole file.
    pub fn id(&self) -> String {
        let mut id = "sha256:".to_owned();
        for byte in Sha256::digest(self.bytes) {
            let _ = write!(id, "{byte:02x}");
        }
        id
    }

    fn bytes_of(&self, name: &str) -> Result<&'m [u8], ModelError> {
        let found = self.sections.iter().find(|(found, _)| *found == name);
        found.map(|(_, bytes)| *bytes).ok_or_else(|| ModelError::Section(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        ModelWriter::new("demo/1")
            .section("weights", &[1i16, -2, 3])
            .text("labels", "a\nb")
            .finish()
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let good = file();
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(ModelFile::read(&bytes, "demo/1").is_err(), "bit {bit}");
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        let good = file();
        for len in 0..good.len() {
            assert!(ModelFile::read(&good[..len], "demo/1").is_err(), "{len} bytes");
        }
    }

    #[test]
    fn any_place_in_memory_will_do() {
        for shift in 0..9 {
            let mut moved = vec![0; shift];
            moved.extend(file());
            let model = ModelFile::read(&moved[shift..], "demo/1").unwrap();
            assert_eq!(&*model.array::<i16>("weights").unwrap(), [1, -2, 3]);
            assert_eq!(model.text("labels"), Ok("a\nb"));
            assert_eq!(model.id().len(), 7 + 64);
        }
    }

    #[test]
    fn other_kinds_are_refused() {
        let error = ModelFile::read(&file(), "other/1").unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected a model of kind `other/1`, found one of kind `demo/1`"
        );
        assert!(ModelFile::read(&file(), "demo/1").unwrap().text("nothing").is_err());
    }
}
