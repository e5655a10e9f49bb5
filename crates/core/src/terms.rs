//! The closed sets of terms that records use, as enums that know their word and their symbol.

use serde::{Deserialize, Serialize};

use crate::{Symbol, vocab};

macro_rules! terms {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $symbol:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$item])* $variant),* }

        impl $name {
            /// All of them.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// Its symbol.
            pub const fn symbol(self) -> Symbol {
                match self { $($name::$variant => vocab::$symbol),* }
            }

            /// The one with this symbol.
            pub fn from_symbol(symbol: Symbol) -> Option<Self> {
                Self::ALL.iter().copied().find(|term| term.symbol() == symbol)
            }

            /// Its word, as records spell it.
            pub fn as_str(self) -> &'static str {
                vocab::word(self.symbol()).unwrap_or_default()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

terms! {
    /// What a token is made of.
    TokenKind {
        /// Letters, perhaps with digits, hyphens or apostrophes inside.
        Word = WORD,
        /// A number, an amount, a time.
        Number = NUMBER,
        /// A mark of punctuation, or a run of one mark.
        Punctuation = PUNCTUATION,
        /// Anything else: a symbol, an emoji, an address on the web.
        Other = OTHER,
    }
}
terms! {
    /// How a mention refers.
    MentionKind {
        /// By a proper name.
        Name = NAME,
        /// By a description: "the minister".
        Nominal = NOMINAL,
        /// By a pronoun.
        Pronoun = PRONOUN,
    }
}
terms! {
    /// What an entity is.
    EntityType {
        /// A person.
        Person = PERSON,
        /// A company, party, ministry, court, alliance.
        Organization = ORGANIZATION,
        /// A state, region, city, river, building.
        Place = PLACE,
        /// People by nationality, creed, party or occupation.
        Group = GROUP,
        /// A named event.
        Event = EVENT,
        /// A law, book, film, product.
        Work = WORK,
        /// Anything else.
        Other = OTHER,
    }
}
terms! {
    /// How a quote's words relate to what was said.
    QuoteKind {
        /// All of them stand in quotation marks.
        Direct = DIRECT,
        /// None does.
        Indirect = INDIRECT,
        /// Some do.
        Mixed = MIXED,
    }
}
terms! {
    /// Which way a stance goes.
    Polarity {
        /// For.
        Positive = POSITIVE,
        /// Against.
        Negative = NEGATIVE,
        /// Neither.
        Neutral = NEUTRAL,
    }
}
terms! {
    /// What sort of stance it is.
    Dimension {
        /// A feeling toward an actor or a thing.
        Sentiment = SENTIMENT,
        /// For or against a proposition, a plan, a demand.
        Position = POSITION,
        /// Holding a proposition true or false.
        Belief = BELIEF,
    }
}
terms! {
    /// In which mode a stance is uttered.
    Modality {
        /// Plainly.
        Asserted = ASSERTED,
        /// With reserve: "seems", "may".
        Hedged = HEDGED,
        /// Under a condition: "if …".
        Conditional = CONDITIONAL,
        /// As a mere thought: "suppose …".
        Hypothetical = HYPOTHETICAL,
        /// As a question.
        Question = QUESTION,
    }
}
