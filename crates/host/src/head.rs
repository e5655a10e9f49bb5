//! Heads of shared libraries: what can be told from a file's bytes before the system's loader, which
//! does not survive every file, sees them.
//!
//! A file is refused that is of another system or processor, no library, or shorter than it says. All
//! three formats are read on every system, so that they are tested on every system.

use std::env::consts::{ARCH, OS};

const CUT: &str = "it is cut off";

/// Whether a file's head is that of a shared library for this machine, and the file as long as its
/// head says.
pub(crate) fn check_head(bytes: &[u8]) -> Result<(), String> {
    check_for(bytes, OS, ARCH)
}

pub(crate) fn check_for(bytes: &[u8], os: &str, arch: &str) -> Result<(), String> {
    let found = match bytes {
        [0x7F, b'E', b'L', b'F', ..] => "ELF",
        [0xCF, 0xFA, 0xED, 0xFE, ..] | [0xCA, 0xFE, 0xBA, 0xBE, ..] => "Mach-O",
        [b'M', b'Z', ..] => "PE",
        [] => return Err("it is empty".into()),
        _ => return Err("it does not begin like one".into()),
    };
    let expected = match os {
        "macos" => "Mach-O",
        "windows" => "PE",
        _ => "ELF",
    };
    if found != expected {
        return Err(format!("expected {expected}, found {found}"));
    }
    match found {
        "ELF" => check_elf(bytes, arch),
        "Mach-O" => check_mach_o(bytes, arch),
        _ => check_pe(bytes, arch),
    }
}

/// Reads little-endian numbers, and says where the file is too short.
#[derive(Clone, Copy)]
struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn array<const N: usize>(self, at: u64) -> Result<[u8; N], String> {
        let start = usize::try_from(at).map_err(|_| CUT)?;
        let end = start.checked_add(N).ok_or(CUT)?;
        let field = self.0.get(start..end).ok_or(CUT)?;
        field.try_into().map_err(|_| CUT.to_owned())
    }

    fn u16(self, at: u64) -> Result<u16, String> {
        self.array(at).map(u16::from_le_bytes)
    }

    fn u32(self, at: u64) -> Result<u32, String> {
        self.array(at).map(u32::from_le_bytes)
    }

    fn u64(self, at: u64) -> Result<u64, String> {
        self.array(at).map(u64::from_le_bytes)
    }

    /// That these bytes are all there.
    fn holds(self, start: u64, len: u64) -> Result<(), String> {
        let end = start.checked_add(len).ok_or(CUT)?;
        if end > self.0.len() as u64 { Err(CUT.to_owned()) } else { Ok(()) }
    }
}

fn foreign(format: &str, machine: u32, arch: &str, own: u32) -> String {
    format!("it is for another processor ({format} machine {machine}; {arch} is {own})")
}

/// System V ABI, chapter 4: the header and the program headers, 64 bits.
fn check_elf(bytes: &[u8], arch: &str) -> Result<(), String> {
    let file = Bytes(bytes);
    if bytes.get(4) != Some(&if cfg!(target_pointer_width = "64") { 2 } else { 1 }) {
        return Err("it has another word size".into());
    }
    if bytes.get(5) != Some(&if cfg!(target_endian = "little") { 1 } else { 2 }) {
        return Err("it has another byte order".into());
    }
    if cfg!(target_pointer_width = "32") || cfg!(target_endian = "big") {
        return Ok(()); // the rest is read as 64 bits, little endian
    }
    const SHARED: u16 = 3;
    let kind = file.u16(16)?;
    if kind != SHARED {
        return Err(format!("expected a shared object (ELF type 3), found ELF type {kind}"));
    }
    let machine = file.u16(18)?;
    let own = match arch {
        "x86_64" => 62,
        "aarch64" => 183,
        "riscv64" => 243,
        _ => machine,
    };
    if machine != own {
        return Err(foreign("ELF", machine.into(), arch, own.into()));
    }
    let (programs, sections) = (file.u64(32)?, file.u64(40)?);
    let (program_size, program_count) = (u64::from(file.u16(54)?), u64::from(file.u16(56)?));
    let (section_size, section_count) = (u64::from(file.u16(58)?), u64::from(file.u16(60)?));
    file.holds(programs, program_size * program_count)?;
    file.holds(sections, section_size * section_count)?;
    for program in 0..program_count {
        // Inside the file, by the check above.
        let at = programs + program * program_size;
        file.holds(file.u64(at + 8)?, file.u64(at + 32)?)?;
    }
    Ok(())
}

/// `mach-o/loader.h` and `mach-o/fat.h`: one library, or several for several processors.
fn check_mach_o(bytes: &[u8], arch: &str) -> Result<(), String> {
    let own: u32 = match arch {
        "x86_64" => 0x0100_0007,
        "aarch64" => 0x0100_000C,
        _ => return Ok(()),
    };
    let file = Bytes(bytes);
    if !bytes.starts_with(&[0xCA, 0xFE, 0xBA, 0xBE]) {
        return check_thin(file, arch, own);
    }
    let big = |at: u64| file.array(at).map(u32::from_be_bytes);
    let count = u64::from(big(4)?);
    file.holds(8, count * 20)?;
    for entry in 0..count {
        let at = 8 + entry * 20;
        if big(at)? == own {
            let (start, len) = (u64::from(big(at + 8)?), u64::from(big(at + 12)?));
            file.holds(start, len)?;
            return check_thin(Bytes(&bytes[start as usize..][..len as usize]), arch, own);
        }
    }
    Err(format!("it holds no library for {arch}"))
}

fn check_thin(file: Bytes<'_>, arch: &str, own: u32) -> Result<(), String> {
    const MAGIC: u32 = 0xFEED_FACF;
    const DYLIB: u32 = 6;
    const BUNDLE: u32 = 8;
    const SEGMENT: u32 = 0x19;
    if file.u32(0)? != MAGIC {
        return Err("it has another word size or byte order".into());
    }
    let machine = file.u32(4)?;
    if machine != own {
        return Err(foreign("Mach-O", machine, arch, own));
    }
    let kind = file.u32(12)?;
    if kind != DYLIB && kind != BUNDLE {
        return Err(format!("expected a dynamic library (Mach-O type 6), found type {kind}"));
    }
    let (count, size) = (file.u32(16)?, u64::from(file.u32(20)?));
    file.holds(32, size)?;
    let mut at = 32;
    for _ in 0..count {
        let (command, len) = (file.u32(at)?, u64::from(file.u32(at + 4)?));
        if len < 8 || at + len > 32 + size {
            return Err("one of its load commands has a wrong size".into());
        }
        if command == SEGMENT {
            file.holds(file.u64(at + 40)?, file.u64(at + 48)?)?;
        }
        at += len;
    }
    Ok(())
}

/// The PE format of Microsoft: the file header, the optional header's magic, the section table.
fn check_pe(bytes: &[u8], arch: &str) -> Result<(), String> {
    const LIBRARY: u16 = 0x2000;
    const WIDE: u16 = 0x20B;
    let file = Bytes(bytes);
    let head = u64::from(file.u32(0x3C)?);
    if file.array(head)? != *b"PE\0\0" {
        return Err("it is a program of old".into());
    }
    let machine = file.u16(head + 4)?;
    let own = match arch {
        "x86_64" => 0x8664,
        "aarch64" => 0xAA64,
        _ => machine,
    };
    if machine != own {
        return Err(foreign("PE", machine.into(), arch, own.into()));
    }
    if file.u16(head + 22)? & LIBRARY == 0 {
        return Err("expected a dynamic library, found a program".into());
    }
    if file.u16(head + 24)? != WIDE {
        return Err("it has another word size".into());
    }
    let (count, optional) = (u64::from(file.u16(head + 6)?), u64::from(file.u16(head + 20)?));
    for section in 0..count {
        let at = head + 24 + optional + section * 40;
        file.holds(file.u32(at + 20)?.into(), file.u32(at + 16)?.into())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYSTEMS: [(&str, &str); 3] =
        [("linux", "x86_64"), ("macos", "aarch64"), ("windows", "x86_64")];

    fn put<const N: usize>(bytes: &mut [u8], at: usize, field: [u8; N]) {
        bytes[at..at + N].copy_from_slice(&field);
    }

    /// The smallest library that passes: a header and one segment, or section, of sixteen bytes at
    /// the end.
    fn sample(os: &str) -> Vec<u8> {
        match os {
            "linux" => {
                let mut file = vec![0; 64 + 56 + 16];
                put(&mut file, 0, *b"\x7FELF\x02\x01");
                put(&mut file, 16, 3_u16.to_le_bytes());
                put(&mut file, 18, 62_u16.to_le_bytes());
                put(&mut file, 32, 64_u64.to_le_bytes());
                put(&mut file, 54, 56_u16.to_le_bytes());
                put(&mut file, 56, 1_u16.to_le_bytes());
                put(&mut file, 64 + 8, 120_u64.to_le_bytes());
                put(&mut file, 64 + 32, 16_u64.to_le_bytes());
                file
            }
            "macos" => {
                let mut file = vec![0; 32 + 72 + 16];
                put(&mut file, 0, 0xFEED_FACF_u32.to_le_bytes());
                put(&mut file, 4, 0x0100_000C_u32.to_le_bytes());
                put(&mut file, 12, 6_u32.to_le_bytes());
                put(&mut file, 16, 1_u32.to_le_bytes());
                put(&mut file, 20, 72_u32.to_le_bytes());
                put(&mut file, 32, 0x19_u32.to_le_bytes());
                put(&mut file, 36, 72_u32.to_le_bytes());
                put(&mut file, 32 + 40, 104_u64.to_le_bytes());
                put(&mut file, 32 + 48, 16_u64.to_le_bytes());
                file
            }
            _ => {
                let mut file = vec![0; 64 + 24 + 8 + 40 + 16];
                put(&mut file, 0, *b"MZ");
                put(&mut file, 0x3C, 64_u32.to_le_bytes());
                put(&mut file, 64, *b"PE\0\0");
                put(&mut file, 68, 0x8664_u16.to_le_bytes());
                put(&mut file, 70, 1_u16.to_le_bytes());
                put(&mut file, 84, 8_u16.to_le_bytes());
                put(&mut file, 86, 0x2000_u16.to_le_bytes());
                put(&mut file, 88, 0x20B_u16.to_le_bytes());
                put(&mut file, 96 + 16, 16_u32.to_le_bytes());
                put(&mut file, 96 + 20, 136_u32.to_le_bytes());
                file
            }
        }
    }

    #[test]
    fn whole_libraries_pass_and_cut_ones_do_not() {
        for (os, arch) in SYSTEMS {
            let whole = sample(os);
            assert_eq!(check_for(&whole, os, arch), Ok(()), "{os}");
            for end in 0..whole.len() {
                assert!(check_for(&whole[..end], os, arch).is_err(), "{os}: {end}");
            }
        }
    }

    #[test]
    fn no_byte_of_a_head_makes_it_panic() {
        for (os, arch) in SYSTEMS {
            let whole = sample(os);
            for at in 0..whole.len() {
                for byte in [0, 1, 0x7F, 0x80, 0xFF] {
                    let mut changed = whole.clone();
                    changed[at] = byte;
                    let _ = check_for(&changed, os, arch);
                }
            }
        }
    }

    #[test]
    fn libraries_of_other_machines() {
        for (os, _) in SYSTEMS {
            let other = if os == "macos" { "x86_64" } else { "aarch64" };
            let told = check_for(&sample(os), os, other).unwrap_err();
            assert!(told.starts_with("it is for another processor ("), "{os}: {told}");
            for (system, arch) in SYSTEMS.into_iter().filter(|(system, _)| *system != os) {
                let told = check_for(&sample(os), system, arch).unwrap_err();
                assert!(told.starts_with("expected "), "{os} on {system}: {told}");
            }
        }
    }

    #[test]
    fn libraries_for_several_processors() {
        let thin = sample("macos");
        let mut fat = vec![0; 28];
        put(&mut fat, 0, [0xCA, 0xFE, 0xBA, 0xBE]);
        put(&mut fat, 4, 1_u32.to_be_bytes());
        put(&mut fat, 8, 0x0100_000C_u32.to_be_bytes());
        put(&mut fat, 16, 28_u32.to_be_bytes());
        put(&mut fat, 20, (thin.len() as u32).to_be_bytes());
        fat.extend(thin);
        assert_eq!(check_for(&fat, "macos", "aarch64"), Ok(()));
        let told = check_for(&fat, "macos", "x86_64").unwrap_err();
        assert_eq!(told, "it holds no library for x86_64");
        assert!(check_for(&fat[..fat.len() - 1], "macos", "aarch64").is_err());
    }

    #[test]
    fn heads_that_are_none() {
        for (bytes, reason) in [
            (&b""[..], "it is empty"),
            (b"hello", "it does not begin like one"),
            (b"\x7FELF\x02\x01", "it is cut off"),
            (b"\x7FELF\x01\x01", "it has another word size"),
        ] {
            assert_eq!(check_for(bytes, "linux", "x86_64"), Err(reason.to_owned()));
        }
    }
}
