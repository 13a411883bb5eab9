//! `target_info`: one series per job and instance, which shows the attributes of the resource that came last.

use std::sync::Arc;

use hashbrown::HashMap;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use parking_lot::Mutex;

use super::{
    super::translate::{self, TARGET_INFO, TARGET_INFO_HELP},
    target::{Context, decode_resource},
};
use crate::series::{Identity, Series, Store};

/// What each job and instance shows; as many as there are targets at most.
#[derive(Debug, Default)]
pub(super) struct Infos(Mutex<HashMap<Vec<u8>, Arc<Mutex<Info>>>>);

/// The series that shows a resource's attributes.
#[derive(Debug, Default)]
pub(super) struct Info {
    /// The resource that it shows.
    resource: Box<[u8]>,
    /// None if there is nothing to show, or no room for it.
    series: Option<Arc<Series>>,
    is_rejected: bool,
}

impl Infos {
    /// That of a target; targets that differ only in labels of their series have one.
    pub(super) fn of(&self, target: &translate::Target<'_>) -> Arc<Mutex<Info>> {
        let mut key = Identity::default();
        key.push(b'j', target.job.as_bytes());
        key.push(b'i', target.instance.as_bytes());
        Arc::clone(self.0.lock().entry_ref(key.as_bytes()).or_default())
    }

    /// Forgets those that no target has any more; returns how many series that were.
    pub(super) fn expire(&self, store: &Store) -> usize {
        let mut ended = Vec::new();
        let mut infos = self.0.lock();
        infos.retain(|_, info| {
            let is_used = Arc::strong_count(info) > 1;
            if !is_used {
                ended.extend(info.lock().series.take());
            }
            is_used
        });
        infos.shrink_to_fit();
        store.forget(ended.iter().map(|series| &**series));
        ended.len()
    }
}

impl Info {
    /// Shows a resource, unless it is the one that is shown; only then it is decoded, if it is not yet. Whether there
    /// was room.
    pub(super) fn show(
        &mut self,
        context: Context<'_>,
        resource: &[u8],
        decoded: &mut Option<Vec<KeyValue>>,
    ) -> bool {
        if *self.resource != *resource || self.is_rejected {
            let attributes = decoded.get_or_insert_with(|| decode_resource(resource));
            let target = translate::Target::of(context.translation, attributes);
            let labels = target.info_labels(context.translation);
            let old = self.series.take();
            let shown = match labels {
                Some(labels) => {
                    context.store.show_info(old.as_deref(), TARGET_INFO, TARGET_INFO_HELP, labels)
                }
                None => {
                    context.store.forget(old.as_deref());
                    Ok(None)
                }
            };
            self.resource = resource.into();
            self.is_rejected = shown.is_err();
            self.series = shown.unwrap_or_default();
        }
        !self.is_rejected
    }
}
