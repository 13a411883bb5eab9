//! A metric of a request, read in place: what it is, and its points as a series takes them.

use std::borrow::Cow;

use super::{
    attributes::{AttributeBytes, AttributeRun, says},
    envelope::join,
    exemplar::ExemplarBytes,
    fields::{FieldValue, FieldView, Fields, Words, fields, varints, zigzag},
};
use crate::series::{
    ExponentialReading, HistogramReading, Kind, Point, Reading, Rejection, SideReading,
};

/// One encoded `Metric`.
#[derive(Debug)]
pub struct MetricView<'a> {
    /// OpenTelemetry's name; UTF-8.
    pub name: &'a [u8],
    /// One sentence, or nothing; UTF-8.
    pub description: &'a [u8],
    /// The unit in UCUM, or nothing; UTF-8.
    pub unit: &'a [u8],
    /// What it is for Prometheus.
    pub shape: Shape,
    form: Form,
    temporality: Temporality,
    data: Cow<'a, [u8]>,
}

/// What a metric is for Prometheus, from its kind alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The kind of its family.
    pub kind: Kind,
    /// Whether it is a sum that only grows, whatever its temporality.
    pub is_monotonic_sum: bool,
}

/// The messages that a metric's data may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Gauge,
    Sum,
    Histogram,
    Exponential,
    Summary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Temporality {
    /// Neither of the two; a defect of the sender.
    Unspecified,
    Delta,
    Cumulative,
}

/// Memory in which a point is put together if its sender scattered it, reused from point to point.
#[derive(Debug, Default)]
pub struct Room {
    attributes: Vec<u8>,
    bounds: Vec<u8>,
    counts: Vec<u8>,
    positive: Vec<u64>,
    negative: Vec<u64>,
    quantiles: Vec<(f64, f64)>,
}

/// A point of a metric.
#[derive(Debug)]
pub struct PointView<'a> {
    /// The bytes of its attributes.
    pub attributes: AttributeBytes<'a>,
    /// What was read, or why it cannot be shown.
    pub point: Result<Point<'a>, Rejection>,
}

/// Buckets on one side of a histogram, or quantiles of a summary, at most; senders have hundreds. A point with more is
/// rejected: two bytes of a request would take sixteen of memory.
const PARTS_MAX: usize = 16 << 10;

const TOO_MANY_PARTS: Rejection =
    Rejection::Invalid("a point has more than 16384 buckets or quantiles; send fewer");

/// Bytes of each piece of a [`Room`] that outlive a request.
const ROOM_BYTES_KEPT: usize = 16 << 10;

impl Room {
    /// Gives back what an unusually large point took.
    pub fn trim(&mut self) {
        fn trim<T>(piece: &mut Vec<T>) {
            if piece.capacity() > ROOM_BYTES_KEPT / size_of::<T>() {
                *piece = Vec::new();
            }
        }
        let Self { attributes, bounds, counts, positive, negative, quantiles } = self;
        [attributes, bounds, counts].into_iter().for_each(trim);
        [positive, negative].into_iter().for_each(trim);
        trim(quantiles);
    }
}

/// A key of the metric's metadata: what the metric was before it became OTLP.
const PROMETHEUS_TYPE: &str = "prometheus.type";

impl<'a> MetricView<'a> {
    /// Reads what is said once about all points; none if there is no data.
    #[must_use]
    pub fn read(message: &'a [u8]) -> Option<Self> {
        let (mut name, mut description, mut unit) = (&[][..], &[][..], &[][..]);
        let mut data: Option<(Form, Cow<'a, [u8]>)> = None;
        let mut was_unknown = false;
        for field in fields(message) {
            let form = match field.number {
                1 => {
                    name = field.bytes();
                    continue;
                }
                2 => {
                    description = field.bytes();
                    continue;
                }
                3 => {
                    unit = field.bytes();
                    continue;
                }
                5 => Form::Gauge,
                7 => Form::Sum,
                9 => Form::Histogram,
                10 => Form::Exponential,
                11 => Form::Summary,
                12 => {
                    was_unknown |= says(field.bytes(), PROMETHEUS_TYPE, "unknown");
                    continue;
                }
                _ => continue,
            };
            match &mut data {
                // The same kind again goes on; of two kinds the last one counts.
                Some((known, joined)) if *known == form => join(joined, field.bytes()),
                _ => data = Some((form, Cow::Borrowed(field.bytes()))),
            }
        }
        let (form, data) = data?;
        let (temporality, is_monotonic) = form.properties(&data);
        let shape = Shape {
            kind: form.kind(is_monotonic, was_unknown),
            is_monotonic_sum: form == Form::Sum && is_monotonic,
        };
        Some(Self { name, description, unit, shape, form, temporality, data })
    }

    /// Whether it is a gauge by name, and not a sum that is shown as one.
    #[must_use]
    pub fn is_gauge(&self) -> bool {
        self.form == Form::Gauge
    }

    /// The encoded points.
    pub fn points(&self) -> impl Iterator<Item = &[u8]> {
        fields(&self.data).filter(|field| field.number == 1).map(FieldView::bytes)
    }

    /// Reads a point. Where its attributes begin with the fields that are `expected`, these are passed over together.
    #[inline]
    pub fn point<'p>(
        &self,
        message: &'p [u8],
        room: &'p mut Room,
        expected: &[u8],
    ) -> PointView<'p> {
        let PointView { attributes, point } = match self.form {
            Form::Gauge | Form::Sum => number(message, room, expected, self.shape.is_monotonic_sum),
            Form::Histogram => histogram(message, room, expected),
            Form::Exponential => exponential(message, room, expected),
            Form::Summary => summary(message, room, expected),
        };
        let point = point.and_then(|point| match (self.form, self.temporality) {
            // What a gauge shows was not counted since anything, whatever the sender says.
            (Form::Gauge, _) => Ok(Point { start: 0, ..point }),
            (Form::Summary, _) | (_, Temporality::Cumulative) => Ok(point),
            (_, Temporality::Delta) => Ok(Point { is_delta: true, ..point }),
            (_, Temporality::Unspecified) => Err(Rejection::Invalid(
                "the aggregation temporality is neither delta nor cumulative",
            )),
        });
        PointView { attributes, point }
    }
}

impl Form {
    fn properties(self, data: &[u8]) -> (Temporality, bool) {
        let (mut temporality, mut is_monotonic) = (Temporality::Unspecified, false);
        if matches!(self, Self::Gauge | Self::Summary) {
            return (temporality, is_monotonic);
        }
        for field in fields(data) {
            match (field.number, field.number()) {
                (2, number) => {
                    // An enum is an int32: what is above its 32 bits means nothing.
                    temporality = match number & u64::from(u32::MAX) {
                        1 => Temporality::Delta,
                        2 => Temporality::Cumulative,
                        _ => Temporality::Unspecified,
                    }
                }
                (3, flag) => is_monotonic = flag != 0,
                _ => {}
            }
        }
        (temporality, is_monotonic)
    }

    const fn kind(self, is_monotonic: bool, was_unknown: bool) -> Kind {
        match self {
            Self::Sum if is_monotonic => Kind::Counter,
            Self::Gauge | Self::Sum if was_unknown => Kind::Unknown,
            Self::Gauge | Self::Sum => Kind::Gauge,
            Self::Histogram | Self::Exponential => Kind::Histogram,
            Self::Summary => Kind::Summary,
        }
    }
}

/// What every point has.
#[derive(Debug, Default)]
struct Common {
    start: u64,
    time: u64,
    flags: u64,
}

/// `DataPointFlags.NO_RECORDED_VALUE_MASK`.
const NO_RECORDED_VALUE: u64 = 1;

impl Common {
    #[inline]
    fn point<'p>(&self, reading: Reading<'p>, exemplars: ExemplarBytes<'p>) -> Point<'p> {
        let reading = if self.is_gone() { Reading::Gone } else { reading };
        Point { start: self.start, time: self.time, is_delta: false, reading, exemplars }
    }

    const fn is_gone(&self) -> bool {
        self.flags & NO_RECORDED_VALUE != 0
    }
}

/// Reads the fields of a point: those that every kind has, the attributes under their number, and the rest by `other`.
#[inline]
fn walk<'p>(
    message: &'p [u8],
    attributes: &'p mut Vec<u8>,
    expected: &[u8],
    numbers: (u32, u32),
    mut other: impl FnMut(FieldView<'p>),
) -> (AttributeBytes<'p>, Common) {
    let (attribute, flags) = numbers;
    let mut common = Common::default();
    let mut run = AttributeRun::new(message, attributes);
    let mut rest: Fields<'p> = fields(message);
    while let Some(field) = rest.next() {
        match field.number {
            number if number == attribute => {
                rest = run.add_expected(field, rest, expected);
            }
            2 => common.start = field.number(),
            3 => common.time = field.number(),
            number if number == flags => common.flags = field.number(),
            _ => other(field),
        }
    }
    (run.finish(), common)
}

#[inline]
fn number<'p>(
    message: &'p [u8],
    room: &'p mut Room,
    expected: &[u8],
    grows: bool,
) -> PointView<'p> {
    let mut value = None;
    let mut exemplars = ExemplarBytes::default();
    let (attributes, common) =
        walk(message, &mut room.attributes, expected, (7, 8), |field| match field.number {
            4 => value = Some(Reading::Double(f64::from_bits(field.number()))),
            5 => exemplars = ExemplarBytes::new(message, 5),
            6 => value = Some(Reading::Int(field.number().cast_signed())),
            _ => {}
        });
    let is_above_zero = match value {
        Some(Reading::Int(number)) => number >= 0,
        // Not so for NaN, which no sum can go on from.
        Some(Reading::Double(number)) => number >= 0.0,
        _ => true,
    };
    let point = match value {
        _ if common.is_gone() => Ok(common.point(Reading::Gone, exemplars)),
        None => Err(Rejection::Invalid("the point has neither a value nor the flag for none")),
        Some(_) if grows && !is_above_zero => {
            Err(Rejection::Invalid("a sum that only grows is below zero or not a number"))
        }
        Some(reading) => Ok(common.point(reading, exemplars)),
    };
    PointView { attributes, point }
}

#[inline]
fn histogram<'p>(message: &'p [u8], room: &'p mut Room, expected: &[u8]) -> PointView<'p> {
    let (mut count, mut sum) = (0, None);
    let mut exemplars = ExemplarBytes::default();
    let mut counts = Packed::new(&mut room.counts);
    let mut bounds = Packed::new(&mut room.bounds);
    let (attributes, common) =
        walk(message, &mut room.attributes, expected, (9, 10), |field| match field.number {
            4 => count = field.number(),
            5 => sum = Some(f64::from_bits(field.number())),
            6 => counts.add(field),
            7 => bounds.add(field),
            8 => exemplars = ExemplarBytes::new(message, 8),
            _ => {}
        });
    let (bounds, counts) = (bounds.finish(), counts.finish());
    let has_room = counts.len() <= PARTS_MAX;
    let reading = Reading::Histogram(HistogramReading { bounds, counts, count, sum });
    let point = common.point(reading, exemplars);
    PointView { attributes, point: has_room.then_some(point).ok_or(TOO_MANY_PARTS) }
}

fn exponential<'p>(message: &'p [u8], room: &'p mut Room, expected: &[u8]) -> PointView<'p> {
    let mut reading = ExponentialReading {
        scale: 0,
        count: 0,
        sum: None,
        zero_count: 0,
        zero_threshold: 0.0,
        positive: SideReading::default(),
        negative: SideReading::default(),
    };
    let Room { attributes, positive, negative, .. } = room;
    positive.clear();
    negative.clear();
    let mut exemplars = ExemplarBytes::default();
    let (attributes, common) =
        walk(message, attributes, expected, (1, 10), |field| match field.number {
            4 => reading.count = field.number(),
            5 => reading.sum = Some(f64::from_bits(field.number())),
            6 => reading.scale = zigzag(field.number()),
            7 => reading.zero_count = field.number(),
            8 => side(field.bytes(), &mut reading.positive.offset, positive),
            9 => side(field.bytes(), &mut reading.negative.offset, negative),
            11 => exemplars = ExemplarBytes::new(message, 11),
            14 => reading.zero_threshold = f64::from_bits(field.number()),
            _ => {}
        });
    let has_room = positive.len().max(negative.len()) <= PARTS_MAX;
    reading.positive.counts = positive;
    reading.negative.counts = negative;
    let point = common.point(Reading::Exponential(reading), exemplars);
    PointView { attributes, point: has_room.then_some(point).ok_or(TOO_MANY_PARTS) }
}

/// Reads encoded `Buckets`, until there is one too many; a second message of one side goes on where the first ended, as
/// protobuf has it.
fn side(message: &[u8], offset: &mut i32, counts: &mut Vec<u64>) {
    for field in fields(message) {
        match (field.number, field.value) {
            (1, FieldValue::Number(number)) => *offset = zigzag(number),
            (2, FieldValue::Number(count)) if counts.len() <= PARTS_MAX => counts.push(count),
            (2, FieldValue::Bytes(packed)) => {
                counts.extend(varints(packed).take((PARTS_MAX + 1).saturating_sub(counts.len())));
            }
            _ => {}
        }
    }
}

fn summary<'p>(message: &'p [u8], room: &'p mut Room, expected: &[u8]) -> PointView<'p> {
    let (mut count, mut sum) = (0, 0.0);
    let Room { attributes, quantiles, .. } = room;
    quantiles.clear();
    let (attributes, common) =
        walk(message, attributes, expected, (7, 8), |field| match field.number {
            4 => count = field.number(),
            5 => sum = f64::from_bits(field.number()),
            6 if quantiles.len() <= PARTS_MAX => quantiles.push(quantile(field.bytes())),
            _ => {}
        });
    let has_room = quantiles.len() <= PARTS_MAX;
    // Summaries have no exemplars.
    let point = common.point(Reading::Summary { quantiles, count, sum }, ExemplarBytes::default());
    PointView { attributes, point: has_room.then_some(point).ok_or(TOO_MANY_PARTS) }
}

fn quantile(message: &[u8]) -> (f64, f64) {
    let mut pair = (0.0, 0.0);
    for field in fields(message) {
        match field.number {
            1 => pair.0 = f64::from_bits(field.number()),
            2 => pair.1 = f64::from_bits(field.number()),
            _ => {}
        }
    }
    pair
}

/// Numbers of eight bytes: a slice of the message if they are packed, put together in `room` if they are not.
struct Packed<'p> {
    only: &'p [u8],
    room: &'p mut Vec<u8>,
    is_scattered: bool,
}

impl<'p> Packed<'p> {
    #[inline]
    fn new(room: &'p mut Vec<u8>) -> Self {
        Self { only: &[], room, is_scattered: false }
    }

    #[inline]
    fn add(&mut self, field: FieldView<'p>) {
        if let FieldValue::Bytes(packed) = field.value
            && self.only.is_empty()
            && !self.is_scattered
        {
            self.only = packed;
            return;
        }
        if !self.is_scattered {
            self.is_scattered = true;
            self.room.clear();
            self.room.extend_from_slice(self.only);
        }
        match field.value {
            FieldValue::Bytes(packed) => self.room.extend_from_slice(packed),
            FieldValue::Number(number) => self.room.extend_from_slice(&number.to_le_bytes()),
        }
    }

    #[inline]
    fn finish(self) -> Words<'p> {
        Words::new(if self.is_scattered { self.room } else { self.only })
    }
}
