//! Where in an encoded request the bytes are that change between sends.

use std::ops::Range;

use super::{
    fleet::CHANGING_DIGITS,
    wire::{Fields, Kind, each, each_point},
};

/// The places of a request.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) points: Vec<PointHoles>,
    pub(super) resources: Vec<ResourceHoles>,
}

/// The places of a point.
#[derive(Debug)]
pub(super) struct PointHoles {
    pub(super) time: usize,
    /// How often the same point was in the request before, with an earlier time.
    pub(super) repeat: u64,
    pub(super) value: ValueHole,
    pub(super) attributes: Attributes,
}

/// Eight bytes each.
#[derive(Debug, Clone, Copy)]
pub(super) enum ValueHole {
    Integer(usize),
    Double(usize),
    /// Of the buckets the first.
    Histogram {
        count: usize,
        sum: usize,
        bucket: usize,
    },
}

/// The places of a resource.
#[derive(Debug)]
pub(super) struct ResourceHoles {
    pub(super) attributes: Attributes,
    /// The digits that may change: the end of the last attribute, as long as nobody shuffles.
    pub(super) changing: usize,
}

/// Attributes that follow each other.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub(super) start: usize,
    /// Of each, with its tag, in their present order.
    pub(super) lengths: Vec<usize>,
}

impl Layout {
    /// The places of the request that begins at `start`, in which the instances begin anew after `distinct` of them.
    pub(super) fn of(bytes: &[u8], start: usize, distinct: usize) -> Self {
        let mut layout = Self::default();
        let root = start..bytes.len();
        let walked = each(bytes, root, 1, &mut |resource_metrics| {
            let repeat = (layout.resources.len() / distinct) as u64;
            each(bytes, resource_metrics.clone(), 1, &mut |resource| {
                layout.resources.push(ResourceHoles {
                    changing: resource.end - CHANGING_DIGITS,
                    attributes: Attributes::of(bytes, resource, 1),
                });
                Some(())
            })?;
            each(bytes, resource_metrics, 2, &mut |scope| {
                each_point(bytes, scope, &mut |kind, point| {
                    layout.points.extend(PointHoles::of(bytes, kind, point, repeat));
                })
            })
        });
        debug_assert!(walked.is_some(), "prost writes what this reads");
        layout
    }
}

impl PointHoles {
    fn of(bytes: &[u8], kind: Kind, point: Range<usize>, repeat: u64) -> Option<Self> {
        let place = |number: u64| {
            let mut fields = Fields::of(bytes, point.clone());
            fields.find(|field| field.number == number).map(|field| field.body.start)
        };
        let time = place(3)?;
        let (value, attributes) = match kind {
            Kind::Number => {
                let integer = place(6).map(ValueHole::Integer);
                (integer.or_else(|| place(4).map(ValueHole::Double))?, 7)
            }
            Kind::Histogram => {
                let value =
                    ValueHole::Histogram { count: place(4)?, sum: place(5)?, bucket: place(6)? };
                (value, 9)
            }
            Kind::Other => return None,
        };
        Some(Self { time, repeat, value, attributes: Attributes::of(bytes, point, attributes) })
    }
}

impl Attributes {
    fn of(bytes: &[u8], message: Range<usize>, number: u64) -> Self {
        let mut attributes = Self::default();
        for field in Fields::of(bytes, message).filter(|field| field.number == number) {
            if attributes.lengths.is_empty() {
                attributes.start = field.whole.start;
            }
            attributes.lengths.push(field.whole.len());
        }
        attributes
    }
}
