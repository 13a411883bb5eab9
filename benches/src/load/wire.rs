//! Protobuf fields by their places, the points of a metrics request, and the spans of a traces request.

use std::ops::Range;

/// One field of a message.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) number: u64,
    /// The field with its tag.
    pub(super) whole: Range<usize>,
    /// What comes after the tag, and after the length where it has one.
    pub(super) body: Range<usize>,
}

/// The fields of the message at `place`, until its end or the first that is malformed.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    place: Range<usize>,
}

impl<'a> Fields<'a> {
    pub(super) const fn of(bytes: &'a [u8], place: Range<usize>) -> Self {
        Self { bytes, place }
    }

    /// Whether all of the message was read.
    const fn is_done(&self) -> bool {
        self.place.start == self.place.end
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes.get(self.place.start).filter(|_| !self.is_done())?;
            self.place.start += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

impl Iterator for Fields<'_> {
    type Item = Field;

    fn next(&mut self) -> Option<Field> {
        let start = self.place.start;
        let tag = self.varint()?;
        let (body, length) = match tag & 7 {
            0 => {
                let body = self.place.start;
                self.varint()?;
                (body, self.place.start - body)
            }
            1 => (self.place.start, 8),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                (self.place.start, length)
            }
            5 => (self.place.start, 4),
            _ => return None,
        };
        let end = body.checked_add(length).filter(|end| *end <= self.place.end)?;
        self.place.start = end;
        Some(Field { number: tag >> 3, whole: start..end, body: body..end })
    }
}

/// Which of OTLP's points it is, where the difference matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of a gauge or a sum.
    Number,
    /// Of a histogram with explicit bounds.
    Histogram,
    /// Of anything else.
    Other,
}

/// Calls `visit` with every point of a metric of the `ScopeMetrics` at `place`; `None` if it is malformed.
pub(super) fn each_point(
    bytes: &[u8],
    place: Range<usize>,
    visit: &mut impl FnMut(Kind, Range<usize>),
) -> Option<()> {
    each(bytes, place, 2, &mut |metric| {
        let mut fields = Fields::of(bytes, metric);
        for data in fields.by_ref() {
            let kind = match data.number {
                5 | 7 => Kind::Number,
                9 => Kind::Histogram,
                10 | 11 => Kind::Other,
                _ => continue,
            };
            each(bytes, data.body, 1, &mut |point| {
                visit(kind, point);
                Some(())
            })?;
        }
        fields.is_done().then_some(())
    })
}

/// Calls `visit` with the body of every field `number` of the message at `place`; `None` if it or `visit` fails.
pub(super) fn each(
    bytes: &[u8],
    place: Range<usize>,
    number: u64,
    visit: &mut impl FnMut(Range<usize>) -> Option<()>,
) -> Option<()> {
    let mut fields = Fields::of(bytes, place);
    for field in fields.by_ref() {
        if field.number == number {
            visit(field.body)?;
        }
    }
    fields.is_done().then_some(())
}

/// The points of an encoded `ExportMetricsServiceRequest`; `None` if it is malformed.
pub(crate) fn count_points(bytes: &[u8]) -> Option<u64> {
    let mut points = 0;
    each(bytes, 0..bytes.len(), 1, &mut |resource| {
        each(bytes, resource, 2, &mut |scope| each_point(bytes, scope, &mut |_, _| points += 1))
    })?;
    Some(points)
}

/// Calls `visit` with every span of the `ExportTraceServiceRequest` at `place`; `None` if it or `visit` fails.
pub(super) fn each_span(
    bytes: &[u8],
    place: Range<usize>,
    visit: &mut impl FnMut(Range<usize>) -> Option<()>,
) -> Option<()> {
    each(bytes, place, 1, &mut |resource| {
        each(bytes, resource, 2, &mut |scope| each(bytes, scope, 2, visit))
    })
}

/// The spans of an encoded `ExportTraceServiceRequest`; `None` if it is malformed.
pub(crate) fn count_spans(bytes: &[u8]) -> Option<u64> {
    let mut spans = 0;
    each_span(bytes, 0..bytes.len(), &mut |_| {
        spans += 1;
        Some(())
    })?;
    Some(spans)
}
