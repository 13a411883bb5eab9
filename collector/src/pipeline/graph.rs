//! All pipelines that one receiver feeds, as the single [`Intake`] it knows.

use super::{
    item::{Item, Signal},
    line::{Admission, Pipeline},
    refusal::{Refusal, RefusalReason},
    stage::Intake,
};

/// The pipelines of one receiver. It holds no lock and keeps nothing: admission is a walk over its fields.
#[derive(Debug)]
pub struct Graph {
    /// Indexed by signal, in the order of the configuration.
    pipelines: [Vec<Pipeline>; Signal::ALL.len()],
}

impl Graph {
    /// Sorts the pipelines that name one receiver by their signal.
    #[must_use]
    pub fn new(pipelines: impl IntoIterator<Item = Pipeline>) -> Self {
        let mut by_signal = [const { Vec::new() }; Signal::ALL.len()];
        for pipeline in pipelines {
            by_signal[pipeline.signal as usize].push(pipeline);
        }
        Self { pipelines: by_signal }
    }
}

impl Intake for Graph {
    /// Two phases. First every pipeline's processors run and room is reserved in every exporter; the first refusal
    /// ends it, and dropping the reservations gives all room back. Only then is the item committed, which cannot fail.
    fn admit(&self, item: Item) -> Result<(), Refusal> {
        let pipelines = &self.pipelines[item.signal as usize];
        if pipelines.is_empty() {
            return Err(no_pipeline(item.signal));
        }
        let admissions: Vec<Admission<'_>> = pipelines
            .iter()
            .map(|pipeline| pipeline.reserve(item.clone()))
            .collect::<Result<_, _>>()?;
        // The sender is answered by the exporters alone: this share must not outlive theirs.
        drop(item);
        for admission in admissions {
            admission.commit();
        }
        Ok(())
    }
}

fn no_pipeline(signal: Signal) -> Refusal {
    let signal = signal.as_str();
    let message = format!(
        "no pipeline takes {signal} from this receiver: stop sending them (OTEL_{}_EXPORTER=none), or name it in a \
         pipeline of {signal}",
        signal.to_ascii_uppercase()
    );
    Refusal { reason: RefusalReason::NoPipeline, message, retry_after: None }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, atomic::Ordering};

    use bytes::Bytes;

    use super::*;
    use crate::{
        pipeline::{
            Ack, Counts, Exporter, Processor, RejectReason,
            testing::{Bin, item, refusal},
        },
        self_metrics::{SelfCounter, SelfMetrics},
    };

    /// A processor that appends its mark.
    #[derive(Debug)]
    struct Mark(&'static str);

    impl Processor for Mark {
        fn process(&self, mut item: Item) -> Result<Item, Refusal> {
            item.bytes = Bytes::from([&item.bytes[..], self.0.as_bytes()].concat());
            Ok(item)
        }
    }

    #[derive(Debug)]
    struct Guard;

    impl Processor for Guard {
        fn process(&self, _: Item) -> Result<Item, Refusal> {
            Err(refusal(RefusalReason::Memory))
        }
    }

    /// A processor that takes items out, all of them at most.
    #[derive(Debug)]
    struct Sieve(u64);

    impl Processor for Sieve {
        fn process(&self, mut item: Item) -> Result<Item, Refusal> {
            item.counts.items = item.counts.items.saturating_sub(self.0);
            Ok(item)
        }
    }

    fn pipeline(processors: Vec<Arc<dyn Processor>>, exporters: &[&Arc<Bin>]) -> Pipeline {
        let exporters = exporters.iter().map(|bin| Arc::clone(bin) as Arc<dyn Exporter>).collect();
        Pipeline { signal: Signal::Traces, processors, exporters }
    }

    fn check(
        pipelines: Vec<Pipeline>,
        signal: Signal,
        expected: Result<(), RefusalReason>,
        bins: &[(&Arc<Bin>, &[&str])],
    ) {
        let outcome = Graph::new(pipelines).admit(item(signal));
        assert_eq!(outcome.map_err(|refusal| refusal.reason), expected);
        for (bin, kept) in bins {
            assert_eq!(*bin.kept.lock(), *kept);
            assert_eq!(
                bin.taken.load(Ordering::Relaxed),
                kept.len(),
                "room that was not used is given back"
            );
        }
    }

    #[test]
    fn every_exporter_of_every_pipeline_gets_the_item() {
        let (a, b, c) = (Bin::with_room(1), Bin::with_room(1), Bin::with_room(1));
        let pipelines = vec![pipeline(vec![], &[&a, &b]), pipeline(vec![], &[&c])];
        check(pipelines, Signal::Traces, Ok(()), &[(&a, &["x"]), (&b, &["x"]), (&c, &["x"])]);
    }

    #[test]
    fn one_full_exporter_refuses_the_item_for_all() {
        let (a, full, c) = (Bin::with_room(1), Bin::with_room(0), Bin::with_room(1));
        let pipelines = vec![pipeline(vec![], &[&a, &full]), pipeline(vec![], &[&c])];
        check(
            pipelines,
            Signal::Traces,
            Err(RefusalReason::QueueFull),
            &[(&a, &[]), (&full, &[]), (&c, &[])],
        );
    }

    #[test]
    fn a_refusal_in_the_last_pipeline_takes_back_the_first() {
        let (a, b) = (Bin::with_room(1), Bin::with_room(1));
        let pipelines = vec![pipeline(vec![], &[&a]), pipeline(vec![Arc::new(Guard)], &[&b])];
        check(pipelines, Signal::Traces, Err(RefusalReason::Memory), &[(&a, &[]), (&b, &[])]);
    }

    #[test]
    fn an_exporter_in_two_pipelines_gets_the_item_from_each() {
        let a = Bin::with_room(2);
        let pipelines = vec![pipeline(vec![], &[&a]), pipeline(vec![Arc::new(Mark("2"))], &[&a])];
        check(pipelines, Signal::Traces, Ok(()), &[(&a, &["x", "x2"])]);
    }

    #[test]
    fn processors_run_in_their_order() {
        let a = Bin::with_room(1);
        let pipelines = vec![pipeline(vec![Arc::new(Mark("1")), Arc::new(Mark("2"))], &[&a])];
        check(pipelines, Signal::Traces, Ok(()), &[(&a, &["x12"])]);
    }

    #[test]
    fn a_signal_without_a_pipeline_is_refused() {
        let a = Bin::with_room(1);
        let pipelines = vec![pipeline(vec![], &[&a])];
        check(pipelines, Signal::Logs, Err(RefusalReason::NoPipeline), &[(&a, &[])]);
    }

    #[test]
    fn a_sender_without_a_pipeline_is_told_how_to_stop_and_how_to_be_heard() {
        let refused = Graph::new([]).admit(item(Signal::Logs)).unwrap_err();
        assert_eq!(
            refused.message,
            "no pipeline takes logs from this receiver: stop sending them (OTEL_LOGS_EXPORTER=none), or name it in a \
             pipeline of logs"
        );
    }

    #[test]
    fn fan_out_clones_the_handle_and_not_the_bytes() {
        let (a, b) = (Bin::with_room(1), Bin::with_room(1));
        let graph = Graph::new([pipeline(vec![], &[&a, &b])]);
        let item = item(Signal::Traces);
        let address = item.bytes.as_ptr();
        graph.admit(item).unwrap();
        assert_eq!(a.kept.lock()[0].as_ptr(), address);
        assert_eq!(b.kept.lock()[0].as_ptr(), address);
    }

    #[tokio::test]
    async fn the_sender_is_answered_once_the_exporters_are_done() {
        let a = Bin::with_room(1);
        let (ack, outcome) = Ack::new();
        let item = Item { ack, ..item(Signal::Traces) };
        Graph::new([pipeline(vec![Arc::new(Mark("1"))], &[&a])]).admit(item).unwrap();
        assert_eq!(outcome.outcome().await.rejected, 0);
    }

    /// How many items were counted as filtered, after three were offered.
    fn filtered(processors: Vec<Arc<dyn Processor>>, bins: &[&Arc<Bin>]) -> u64 {
        let metrics = SelfMetrics::default();
        for (index, bin) in bins.iter().enumerate() {
            bin.metrics.set(metrics.exporter(&format!("bin/{index}"))).unwrap();
        }
        let pipeline = pipeline(processors, bins);
        let offered = Item { counts: Counts { items: 3 }, ..item(Signal::Traces) };
        let _ = Graph::new([pipeline]).admit(offered);
        let reason = Some(RejectReason::Filtered.as_str());
        let mut counts = metrics.counts();
        let count = counts.find(|count| {
            count.counter == SelfCounter::Rejected
                && count.signal == Signal::Traces
                && count.reason == reason
        });
        count.unwrap().value
    }

    #[test]
    fn what_a_processor_takes_out_counts_for_each_exporter() {
        let (a, b) = (Bin::with_room(1), Bin::with_room(1));
        assert_eq!(filtered(vec![Arc::new(Sieve(2))], &[&a, &b]), 4);
        assert_eq!((a.kept.lock().len(), b.kept.lock().len()), (1, 1));
    }

    #[test]
    fn what_a_refused_sender_keeps_is_not_filtered() {
        let full = Bin::with_room(0);
        assert_eq!(filtered(vec![Arc::new(Sieve(2))], &[&full]), 0);
    }

    #[test]
    fn an_item_of_which_nothing_is_left_goes_nowhere() {
        let full = Bin::with_room(0);
        let all_gone: Vec<Arc<dyn Processor>> = vec![Arc::new(Sieve(3)), Arc::new(Guard)];
        assert_eq!(filtered(all_gone, &[&full]), 3);
        assert_eq!(full.kept.lock().len(), 0);
    }
}
