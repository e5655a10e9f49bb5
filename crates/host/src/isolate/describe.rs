//! What a plugin is, told by the worker that asked it.

use onrecord_core::{Descriptor, Need, OptionDecl, OptionKind};

use super::frame::FrameWriter;
use super::pack::{Bad, Pack as _, Unpack};

const KINDS: [OptionKind; 6] = [
    OptionKind::Bool,
    OptionKind::Integer,
    OptionKind::Float,
    OptionKind::Text,
    OptionKind::Texts,
    OptionKind::Path,
];

pub(crate) fn write(descriptor: &Descriptor, frame: &mut FrameWriter) {
    frame.text(descriptor.name);
    frame.text(descriptor.version);
    frame.text(descriptor.summary);
    frame.number(descriptor.requires.len() as u64);
    for need in descriptor.requires {
        frame.text(need.layer);
        frame.number(need.optional.into());
    }
    frame.number(descriptor.provides.len() as u64);
    descriptor.provides.iter().for_each(|layer| frame.text(layer));
    frame.number(descriptor.options.len() as u64);
    for option in descriptor.options {
        frame.text(option.key);
        let kind = KINDS.iter().position(|kind| *kind == option.kind);
        frame.number(kind.unwrap_or_default() as u64);
        frame.text(option.help);
        frame.text(option.default);
    }
}

/// Copies a descriptor. Leaked once a plugin, as that of a plugin in this process.
pub(crate) fn read(payload: &mut Unpack<'_>) -> Result<Descriptor, Bad> {
    let text = |payload: &mut Unpack<'_>| -> Result<&'static str, Bad> {
        Ok(String::leak(payload.text()?.to_owned()))
    };
    let (name, version, summary) = (text(payload)?, text(payload)?, text(payload)?);
    let (mut requires, mut provides, mut options) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..payload.count()? {
        requires.push(Need { layer: text(payload)?, optional: payload.number()? != 0 });
    }
    for _ in 0..payload.count()? {
        provides.push(text(payload)?);
    }
    for _ in 0..payload.count()? {
        let key = text(payload)?;
        let kind = usize::try_from(payload.number()?).ok().and_then(|kind| KINDS.get(kind));
        let kind = *kind.ok_or("an option of unknown kind")?;
        options.push(OptionDecl { key, kind, help: text(payload)?, default: text(payload)? });
    }
    payload.end()?;
    let (requires, provides, options) = (requires.leak(), provides.leak(), options.leak());
    Ok(Descriptor { name, version, summary, requires, provides, options })
}
