//! Connections that follow their files: certificates are renewed while the collector runs.

use std::{mem, sync::Arc, time::Duration};

use http::{Request, Uri};
use hyper_util::client::legacy::{self, ResponseFuture};
use parking_lot::RwLock;
use rustls::pki_types::ServerName;
use tokio::{
    task::{AbortHandle, spawn_blocking},
    time,
};
use tracing::{info, warn};

use super::{Pool, connector::Connector, remedy::Side};
use crate::{
    config::{OtlpExporterSettings, OtlpProtocol},
    exporters::otlp::chunks::Chunks,
    tls::{Material, client_config},
};

/// What a pool is made by, but for what the files hold.
#[derive(Debug, Clone)]
pub(super) struct Recipe {
    builder: legacy::Builder,
    endpoint: Uri,
    settings: OtlpExporterSettings,
}

impl Recipe {
    pub(super) fn new(
        builder: &legacy::Builder,
        endpoint: &Uri,
        settings: &OtlpExporterSettings,
    ) -> Self {
        Self { builder: builder.clone(), endpoint: endpoint.clone(), settings: settings.clone() }
    }

    /// A pool whose connections are made by what the files hold.
    ///
    /// # Errors
    /// What they hold cannot be used; the message names file and remedy.
    pub(super) fn pool(&self, material: &Material) -> Result<Pool, String> {
        let Self { builder, endpoint, settings } = self;
        let protocol: &[u8] = match settings.protocol {
            OtlpProtocol::Grpc => b"h2",
            OtlpProtocol::Http => b"http/1.1",
        };
        let config = client_config(&settings.tls, material, protocol)?;
        let host = endpoint.host().unwrap_or_default().trim_matches(['[', ']']);
        let name = settings.tls.server_name.as_deref().unwrap_or(host);
        let name = ServerName::try_from(name.to_owned())
            .map_err(|cause| format!("{name:?} is no name of a server: {cause}"))?;
        let side = Side::new(endpoint, &name, settings, material);
        Ok(builder.build(Connector::secured(endpoint, settings.timeout, config, name, side)))
    }

    /// The files as they are now, and a pool for them, if they are not as they were. Blocks.
    fn again(&self, used: &Material) -> Result<Option<(Material, Pool)>, String> {
        let read = Material::read(&self.settings.tls.common)?;
        if read == *used {
            return Ok(None);
        }
        let pool = self.pool(&read)?;
        Ok(Some((read, pool)))
    }
}

/// A pool that is replaced when its files change. Requests that are under way end on the connections that they are on,
/// which close behind the last of them.
#[derive(Debug)]
pub(in crate::exporters::otlp) struct Renewal {
    pool: Arc<RwLock<Pool>>,
    task: AbortHandle,
}

impl Renewal {
    /// Looks at the files once in each interval.
    pub(super) fn start(
        interval: Duration,
        recipe: Recipe,
        material: Material,
        pool: Pool,
    ) -> Self {
        let pool = Arc::new(RwLock::new(pool));
        let task = tokio::spawn(renew(interval, Arc::new(recipe), material, Arc::clone(&pool)));
        Self { pool, task: task.abort_handle() }
    }

    pub(super) fn request(&self, request: Request<Chunks>) -> ResponseFuture {
        self.pool.read().request(request)
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn renew(
    interval: Duration,
    recipe: Arc<Recipe>,
    material: Material,
    pool: Arc<RwLock<Pool>>,
) {
    let endpoint = recipe.settings.endpoint.clone();
    let mut used = Arc::new(material);
    let mut told = None;
    loop {
        time::sleep(interval).await;
        let (recipe, known) = (Arc::clone(&recipe), Arc::clone(&used));
        // Not on a thread that moves requests: disks take their time.
        let Ok(looked) = spawn_blocking(move || recipe.again(&known)).await else {
            return; // the runtime goes away
        };
        match looked {
            Ok(changed) => {
                told = None;
                if let Some((read, renewed)) = changed {
                    used = Arc::new(read);
                    let old = mem::replace(&mut *pool.write(), renewed);
                    drop(old);
                    info!(
                        "{endpoint}: the certificates have changed, and so has what connects by them"
                    );
                }
            }
            // Files that are being replaced may not fit together for a moment, and a lasting mistake is told once.
            Err(wrong) if told.as_ref() == Some(&wrong) => {}
            Err(wrong) => {
                warn!("{endpoint}: {wrong}; until then, what was read before is used");
                told = Some(wrong);
            }
        }
    }
}
