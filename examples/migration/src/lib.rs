//! The application: instrumented with the OpenTelemetry API, and not changed by the migration.

use opentelemetry::{
    Context, KeyValue, global,
    metrics::{BoundCounter, Counter, Gauge, Histogram, UpDownCounter},
    trace::{SpanKind, Status, TraceContextExt, Tracer},
};

/// What a shop measures of its orders.
struct Orders {
    taken: Counter<u64>,
    items_of_web: BoundCounter<u64>,
    open: UpDownCounter<i64>,
    price: Histogram<f64>,
    packing: Histogram<f64>,
    stock: Gauge<f64>,
}

impl Orders {
    #[expect(clippy::disallowed_methods, reason = "an application's own names, not a registry's")]
    fn new() -> Self {
        let meter = global::meter("shop");
        let items = meter.u64_counter("shop.items").with_unit("{item}").build();
        let _queue = meter
            .u64_observable_gauge("shop.queue.length")
            .with_callback(|queue| queue.observe(3, &[KeyValue::new("shop.till", 1)]))
            .build();
        Self {
            taken: meter.u64_counter("shop.orders").with_description("Orders taken.").build(),
            items_of_web: items.bind(&[KeyValue::new("shop.channel", "web")]),
            open: meter.i64_up_down_counter("shop.orders.open").with_unit("{order}").build(),
            price: meter
                .f64_histogram("shop.order.price")
                .with_unit("EUR")
                .with_boundaries(vec![1.0, 10.0, 100.0])
                .build(),
            packing: meter.f64_histogram("shop.packing.duration").with_unit("s").build(),
            stock: meter.f64_gauge("shop.stock.level").with_unit("1").build(),
        }
    }

    /// One order, with a span and a child.
    fn take(&self, channel: &'static str, items: u32) {
        let tracer = global::tracer("shop");
        let attributes = [KeyValue::new("shop.channel", channel)];
        let order = tracer
            .span_builder("order")
            .with_kind(SpanKind::Server)
            .with_attributes(attributes.clone())
            .start(&tracer);
        let order = Context::current_with_span(order);
        let _current = order.clone().attach();
        self.open.add(1, &attributes);
        self.taken.add(1, &attributes);
        self.items_of_web.add(items.into());
        self.price.record(f64::from(items) * 2.5, &attributes);

        let packing = order.with_span(tracer.start("pack"));
        packing.span().add_event("boxed", vec![KeyValue::new("shop.items", i64::from(items))]);
        if items > 30 {
            packing.span().set_status(Status::error("the box is too small"));
        }
        self.packing.record(f64::from(items) * 0.125, &[]);
        packing.span().end();

        self.stock.record(1.0 - f64::from(items) / 64.0, &[]);
        self.open.add(-1, &attributes);
        order.span().end();
    }
}

/// A day of work: two orders.
pub fn work() {
    let orders = Orders::new();
    orders.take("web", 3);
    orders.take("phone", 40);
}
