//! The tables against the descriptors that `protoc` wrote of OTLP's own files.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;
use prost_types::{
    DescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

use super::*;

/// Every message by its full name.
fn messages() -> BTreeMap<String, DescriptorProto> {
    let set = FileDescriptorSet::decode(opentelemetry_proto::DESCRIPTORS).expect("descriptors");
    let mut messages = BTreeMap::new();
    for file in set.file {
        let mut open: Vec<_> = file
            .message_type
            .into_iter()
            .map(|message| {
                (format!(".{}.{}", file.package.as_deref().unwrap_or(""), message.name()), message)
            })
            .collect();
        while let Some((name, message)) = open.pop() {
            for nested in &message.nested_type {
                open.push((format!("{name}.{}", nested.name()), nested.clone()));
            }
            messages.insert(name, message);
        }
    }
    messages
}

/// What a kind says of a field: how it is laid out, whether there may be several, and the message inside.
fn said(kind: Kind) -> (Type, bool, Option<&'static Schema>) {
    let of_varint = |number| match number {
        Number::Bool => Type::Bool,
        Number::Enum => Type::Enum,
        Number::Int32 => Type::Int32,
        Number::Sint32 => Type::Sint32,
        Number::Uint32 => Type::Uint32,
        Number::Int64 => Type::Int64,
        Number::Uint64 => Type::Uint64,
        Number::Double => panic!("no varint"),
    };
    let of_fixed64 = |number| match number {
        Number::Uint64 => Type::Fixed64,
        Number::Int64 => Type::Sfixed64,
        Number::Double => Type::Double,
        other => panic!("{other:?} has no 8 bytes"),
    };
    match kind {
        Kind::Message(inner) | Kind::Alternative(inner) => (Type::Message, false, Some(inner)),
        Kind::Messages(inner) | Kind::Attributes(inner) | Kind::Item(inner) => {
            (Type::Message, true, Some(inner))
        }
        Kind::Text => (Type::String, false, None),
        Kind::Texts => (Type::String, true, None),
        Kind::Bytes | Kind::Id => (Type::Bytes, false, None),
        Kind::Varint(number) => (of_varint(number), false, None),
        Kind::Varints(number) => (of_varint(number), true, None),
        Kind::Fixed32(number) => {
            assert_eq!(number, Number::Uint32);
            (Type::Fixed32, false, None)
        }
        Kind::Fixed64(number) => (of_fixed64(number), false, None),
        Kind::Fixed64s(number) => (of_fixed64(number), true, None),
    }
}

#[test]
fn the_tables_are_the_messages_of_otlp_field_by_field() {
    let messages = messages();
    let package = ".opentelemetry.proto.collector";
    let mut open = vec![
        (format!("{package}.metrics.v1.ExportMetricsServiceRequest"), &METRICS),
        (format!("{package}.trace.v1.ExportTraceServiceRequest"), &TRACES),
        (format!("{package}.logs.v1.ExportLogsServiceRequest"), &LOGS),
    ];
    let mut seen = BTreeSet::new();
    while let Some((full_name, schema)) = open.pop() {
        if !seen.insert(full_name.clone()) {
            continue;
        }
        let message = &messages[&full_name];
        assert_eq!(message.name(), schema.name);
        let in_table = schema.fields.iter().flatten().count();
        assert_eq!(in_table, message.field.len(), "{full_name}");
        for described in &message.field {
            let place = format!("{full_name}.{}", described.name());
            let number = described.number().cast_unsigned();
            let field = schema.field(number).unwrap_or_else(|| panic!("{place} is missing"));
            assert_eq!(field.name, described.name(), "{full_name}");
            let (layout, is_repeated, inner) = said(field.kind);
            assert_eq!(layout, described.r#type(), "{place}");
            assert_eq!(is_repeated, described.label() == Label::Repeated, "{place}");
            assert_eq!(field.key(), described.json_name(), "{place}");
            let is_one_of = described.oneof_index.is_some() && !described.proto3_optional();
            assert_eq!(schema.is_one_of(number), is_one_of, "{place}");
            let keyed = schema.keyed(described.json_name()).map(|(number, _)| number);
            assert_eq!(keyed, Some(number), "{place}");
            if let Some(inner) = inner {
                open.push((described.type_name().to_owned(), inner));
            }
        }
    }
    assert!(seen.len() > 25, "{seen:?}");
}

#[test]
fn a_key_in_another_style_is_no_field() {
    for key in ["resource_metrics", "ResourceMetrics", "resourceMetric", "resourceMetricsX", ""] {
        assert!(METRICS.keyed(key).is_none(), "{key}");
    }
}
