//! A column of an Arrow batch as single values, row by row.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, ArrowTemporalType, Date32Type, Date64Type, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, LargeStringArray, StringArray, StringViewArray};
use arrow_schema::{DataType, TimeUnit};
use onrecord_core::record::Scalar;

pub(super) fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

pub(super) fn is_scalar(kind: &DataType) -> bool {
    use DataType::{Boolean, Date32, Date64, Null, Timestamp};
    is_text(kind)
        || kind.is_integer()
        || kind.is_floating()
        || matches!(kind, Boolean | Date32 | Date64 | Null | Timestamp(..))
}

/// A column as single values.
pub(super) enum Column<'b> {
    Text(&'b StringArray),
    LargeText(&'b LargeStringArray),
    TextView(&'b StringViewArray),
    /// The places of the values, for the rows that are there.
    Dictionary(&'b dyn Array, Vec<usize>, Box<Column<'b>>),
    Other(&'b dyn Array),
}

impl<'b> Column<'b> {
    pub(super) fn of(array: &'b dyn Array) -> Self {
        match array.data_type() {
            DataType::Utf8 => Self::Text(array.as_string()),
            DataType::LargeUtf8 => Self::LargeText(array.as_string()),
            DataType::Utf8View => Self::TextView(array.as_string_view()),
            kind @ DataType::Dictionary(..) if is_text(kind) => {
                let dictionary = array.as_any_dictionary();
                let values = dictionary.values();
                // A dictionary of nothing has no places.
                let places = match values.is_empty() {
                    true => Vec::new(),
                    false => dictionary.normalized_keys(),
                };
                Self::Dictionary(array, places, Box::new(Self::of(values)))
            }
            _ => Self::Other(array),
        }
    }

    /// The value of a row; `None` where it is null or none of metadata.
    pub(super) fn get(&self, row: usize) -> Option<Scalar> {
        let text = |text: &str| Some(Scalar::Text(text.to_owned()));
        match self {
            Self::Text(array) => array.is_valid(row).then(|| array.value(row)).and_then(text),
            Self::LargeText(array) => array.is_valid(row).then(|| array.value(row)).and_then(text),
            Self::TextView(array) => array.is_valid(row).then(|| array.value(row)).and_then(text),
            Self::Dictionary(keys, places, values) => {
                let place = places.get(row).filter(|_| keys.is_valid(row));
                place.and_then(|place| values.get(*place))
            }
            Self::Other(array) => array.is_valid(row).then(|| other(*array, row)).flatten(),
        }
    }
}

fn other(array: &dyn Array, row: usize) -> Option<Scalar> {
    match array.data_type() {
        DataType::Boolean => Some(Scalar::Bool(array.as_boolean().value(row))),
        DataType::Int8 => integer::<Int8Type>(array, row),
        DataType::Int16 => integer::<Int16Type>(array, row),
        DataType::Int32 => integer::<Int32Type>(array, row),
        DataType::Int64 => integer::<Int64Type>(array, row),
        DataType::UInt8 => integer::<UInt8Type>(array, row),
        DataType::UInt16 => integer::<UInt16Type>(array, row),
        DataType::UInt32 => integer::<UInt32Type>(array, row),
        DataType::UInt64 => {
            let value = array.as_primitive::<UInt64Type>().value(row);
            // As in JSON Lines: what is too large for an integer is a number all the same.
            Some(i64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Integer))
        }
        DataType::Float16 => float(array.as_primitive::<Float16Type>().value(row).into()),
        DataType::Float32 => float(array.as_primitive::<Float32Type>().value(row).into()),
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Date32 => date::<Date32Type>(array, row),
        DataType::Date64 => date::<Date64Type>(array, row),
        DataType::Timestamp(unit, zone) => {
            let utc = if zone.is_some() { "Z" } else { "" };
            match unit {
                TimeUnit::Second => time::<TimestampSecondType>(array, row, utc),
                TimeUnit::Millisecond => time::<TimestampMillisecondType>(array, row, utc),
                TimeUnit::Microsecond => time::<TimestampMicrosecondType>(array, row, utc),
                TimeUnit::Nanosecond => time::<TimestampNanosecondType>(array, row, utc),
            }
        }
        _ => None,
    }
}

fn integer<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> Option<Scalar>
where
    T::Native: Into<i64>,
{
    Some(Scalar::Integer(array.as_primitive::<T>().value(row).into()))
}

/// JSON has no other numbers than finite ones.
fn float(value: f64) -> Option<Scalar> {
    value.is_finite().then_some(Scalar::Float(value))
}

fn date<T: ArrowTemporalType>(array: &dyn Array, row: usize) -> Option<Scalar>
where
    i64: From<T::Native>,
{
    let date = array.as_primitive::<T>().value_as_date(row)?;
    Some(Scalar::Text(date.to_string()))
}

fn time<T: ArrowTemporalType>(array: &dyn Array, row: usize, zone: &str) -> Option<Scalar>
where
    i64: From<T::Native>,
{
    let time = array.as_primitive::<T>().value_as_datetime(row)?;
    Some(Scalar::Text(format!("{time:?}{zone}")))
}
