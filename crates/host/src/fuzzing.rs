//! Doors for the fuzzers of `fuzz/`, and for nobody else: they are there with `--cfg fuzzing` alone.

use std::collections::VecDeque;
use std::sync::atomic::AtomicUsize;

use onrecord_core::{Document, Interner, check};

use crate::head::check_for;
use crate::isolate::frame::{FrameReader, FrameWriter, Kind};
use crate::isolate::pack::{Pack as _, Unpack};
use crate::isolate::words::Words;
use crate::isolate::{chain, describe};

/// Bytes from a worker, as frames in pieces; then the same bytes as the payload of a frame that is
/// whole, since chance does not find checksums.
pub fn frames(bytes: &[u8]) {
    let mut rest = bytes;
    let mut reader = FrameReader::default();
    let piece = bytes.first().map_or(1, |first| usize::from(*first) + 1);
    let limit = 1 << 16;
    while let Ok(Some(head)) = reader.next(limit, |into| {
        let count = rest.len().min(into.len()).min(piece);
        into[..count].copy_from_slice(&rest[..count]);
        rest = &rest[count..];
        Ok::<_, ()>(count)
    }) {
        assert!(reader.payload().len() as u64 <= limit);
        payload(head.kind, reader.payload());
    }
    for kind in [Kind::Described, Kind::Results] {
        let mut frame = FrameWriter::new();
        frame.put(bytes);
        let mut rest = frame.finish(kind, 1);
        let mut reader = FrameReader::default();
        let found = reader.next(u64::MAX, |into| {
            let count = rest.len().min(into.len());
            into[..count].copy_from_slice(&rest[..count]);
            rest = &rest[count..];
            Ok::<_, ()>(count)
        });
        assert!(found.is_ok_and(|head| head.is_some_and(|head| head.kind == kind)));
        payload(kind, reader.payload());
    }
}

fn payload(kind: Kind, bytes: &[u8]) {
    let mut unpack = Unpack::new(bytes);
    match kind {
        Kind::Described => drop(describe::read(&mut unpack)),
        Kind::Results => {
            let (table, mut words) = (Interner::new(), Words::default());
            let mut outcomes = VecDeque::new();
            if words.learn(&table, &mut unpack, &AtomicUsize::new(64)).is_ok() {
                let _ = chain::take(&mut unpack, &words, 4, &mut outcomes);
            }
            let text = "Ada Quill said: “It rained.”";
            let Ok(document) = Document::new("fuzz", text) else { return };
            for layers in outcomes.into_iter().flatten() {
                let _ = check::layers(&document.view(), &layers);
                let mut frame = FrameWriter::new();
                layers.iter().for_each(|layer| frame.layer(&layer.view()));
            }
        }
        _ => {}
    }
}

/// The bytes of a file, as a library of every system.
pub fn head(bytes: &[u8]) {
    for os in ["linux", "macos", "windows"] {
        for arch in ["x86_64", "aarch64", "riscv64"] {
            let _ = check_for(bytes, os, arch);
        }
    }
}
