//! TLS of a replay: options for what an exporter's `tls` block says.

use std::path::PathBuf;

use clap::Args;
use inferometer_collector::config::{Pem, TlsClientSettings, TlsIdentity, TlsSettings};

#[derive(Debug, Args)]
pub(super) struct TlsArgs {
    /// Who may have signed the server's certificate, in PEM; without, the authorities that the system trusts
    #[arg(long, value_name = "FILE", help_heading = "TLS, to https://")]
    ca_file: Option<PathBuf>,

    /// What a server is shown that demands a certificate, with those that lead to its authority, in PEM
    #[arg(long, value_name = "FILE", requires = "key_file", help_heading = "TLS, to https://")]
    cert_file: Option<PathBuf>,

    /// The private key of --cert-file, in PEM, unencrypted
    #[arg(long, value_name = "FILE", requires = "cert_file", help_heading = "TLS, to https://")]
    key_file: Option<PathBuf>,

    /// Whom the server's certificate must be for, if not for the host of --to
    #[arg(long, value_name = "HOST", help_heading = "TLS, to https://")]
    server_name: Option<String>,
}

/// What messages call a key of the block, and the option that stands for it.
const OPTIONS: [(&str, &str); 5] = [
    ("tls.ca_file", "--ca-file"),
    ("tls.cert_file", "--cert-file"),
    ("tls.key_file", "--key-file"),
    ("tls.server_name_override", "--server-name"),
    (" or set tls.insecure to true", ""),
];

impl TlsArgs {
    /// What they come to, towards this URL.
    ///
    /// # Errors
    /// One of them has no effect, as the URL asks for no TLS.
    pub(super) fn settings(&self, url: &str) -> Result<TlsClientSettings, String> {
        let Self { ca_file, cert_file, key_file, server_name } = self;
        let options = [
            ("--ca-file", ca_file.is_some()),
            ("--cert-file", cert_file.is_some()),
            ("--server-name", server_name.is_some()),
        ];
        if let Some((option, _)) = options.into_iter().find(|(_, is_there)| *is_there)
            && !url.starts_with("https://")
        {
            return Err(format!(
                "{option} has no effect, as {url} is sent to in the clear: write https://, or leave it away"
            ));
        }
        let file = |path: &PathBuf| Pem::File(path.clone());
        let identity = cert_file.as_ref().zip(key_file.as_ref());
        let identity = identity.map(|(certificate, key)| TlsIdentity {
            certificate: file(certificate),
            key: file(key),
        });
        let authorities = ca_file.as_ref().map(file);
        let common = TlsSettings { authorities, identity, ..TlsSettings::default() };
        Ok(TlsClientSettings { common, server_name: server_name.clone(), ..Default::default() })
    }
}

/// A message that names keys of the block, with the options instead.
pub(super) fn in_options(message: &str) -> String {
    OPTIONS.iter().fold(message.to_owned(), |text, (key, option)| text.replace(key, option))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_tls_are_no_use_in_the_clear_and_say_so() {
        let args = |ca: Option<&str>| TlsArgs {
            ca_file: ca.map(PathBuf::from),
            cert_file: None,
            key_file: None,
            server_name: None,
        };
        let clear = args(Some("ca.pem")).settings("http://127.0.0.1:4317");
        assert_eq!(
            clear,
            Err("--ca-file has no effect, as http://127.0.0.1:4317 is sent to in the clear: write https://, or leave it \
                 away"
                .to_owned())
        );
        assert_eq!(args(None).settings("http://127.0.0.1:4317"), Ok(TlsClientSettings::default()));
        let secured = args(Some("ca.pem")).settings("https://127.0.0.1:4317").expect("it has");
        assert_eq!(secured.common.authorities, Some(Pem::File("ca.pem".into())));
    }

    #[test]
    fn remedies_name_options_and_no_keys() {
        assert_eq!(
            in_options("name the authority that did in tls.ca_file"),
            "name the authority that did in --ca-file"
        );
        assert_eq!(
            in_options("if it speaks none, write http:// or set tls.insecure to true"),
            "if it speaks none, write http://"
        );
    }
}
