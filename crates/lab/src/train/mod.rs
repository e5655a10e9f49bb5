//! `train`: models from annotated data.

pub(crate) mod clusters;
pub(crate) mod lemmas;
pub(crate) mod lexicon;
pub(crate) mod quotes;
pub(crate) mod stance;
pub(crate) mod syntax;
