//! Columns of Arrow batches as single values, for files and streams alike.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float64Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use onrecord_core::record::Scalar;

/// Whether a column holds strings.
pub(crate) fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Whether a column holds bytes.
pub(crate) fn is_binary(kind: &DataType) -> bool {
    matches!(kind, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

/// What Arrow reads. Damaged files and streams make its readers panic here and there; here that is
/// `damaged`.
pub(crate) fn guarded<T, E>(
    work: impl FnOnce() -> Result<T, E>,
    damaged: impl FnOnce() -> E,
) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(damaged()))
}

/// A column in one of few types: text, whole numbers, numbers, truth values; all else stays.
///
/// # Errors
/// Where the column is damaged.
pub(crate) fn plain(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let kind = column.data_type();
    let wanted = match kind {
        kind if is_text(kind) || is_binary(kind) => DataType::LargeUtf8,
        // Not all of them are whole numbers of JSON.
        DataType::UInt64 => return Ok(Arc::clone(column)),
        kind if kind.is_integer() => DataType::Int64,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => DataType::Float64,
        DataType::Timestamp(unit, Some(_)) => return Ok(in_utc(column, *unit)),
        DataType::Dictionary(_, values) if is_binary(values) => DataType::LargeUtf8,
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        _ => return Ok(Arc::clone(column)),
    };
    arrow_cast::cast(column, &wanted)
}

/// The same moments, told in UTC: the names of other zones need tables of them.
fn in_utc(column: &ArrayRef, unit: TimeUnit) -> ArrayRef {
    macro_rules! told {
        ($kind:ty) => {
            Arc::new(column.as_primitive::<$kind>().clone().with_timezone("+00:00"))
        };
    }
    match unit {
        TimeUnit::Second => told!(TimestampSecondType),
        TimeUnit::Millisecond => told!(TimestampMillisecondType),
        TimeUnit::Microsecond => told!(TimestampMicrosecondType),
        TimeUnit::Nanosecond => told!(TimestampNanosecondType),
    }
}

/// A value of a column that [`plain`] made; `None` where it is null or no value of metadata.
pub(crate) fn value(column: &ArrayRef, row: usize) -> Option<Scalar> {
    if row >= column.len() || column.is_null(row) {
        return None;
    }
    Some(match column.data_type() {
        DataType::Null => return None,
        DataType::LargeUtf8 => Scalar::Text(column.as_string::<i64>().value(row).to_owned()),
        DataType::Int64 => Scalar::Integer(column.as_primitive::<Int64Type>().value(row)),
        DataType::UInt64 => {
            let value = column.as_primitive::<UInt64Type>().value(row);
            // As in JSON Lines: what is too large for an integer is a number all the same.
            i64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Integer)
        }
        DataType::Float64 => {
            let value = column.as_primitive::<Float64Type>().value(row);
            // JSON has no other numbers than finite ones.
            return value.is_finite().then_some(Scalar::Float(value));
        }
        DataType::Boolean => Scalar::Bool(column.as_boolean().value(row)),
        _ => {
            let format = FormatOptions::default();
            let formatter = ArrayFormatter::try_new(column.as_ref(), &format).ok()?;
            Scalar::Text(formatter.value(row).try_to_string().ok()?)
        }
    })
}
