//! Certificates and keys out of PEM, every mistake with its line.

use rustls::{
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{Error, PemObject, SectionKind},
    },
    server::ParsedCertificate,
};

use super::material::Text;

const BEGIN: &[u8] = b"-----BEGIN ";

/// Bytes of the longest label that is shown.
const LABEL_MAX: usize = 40;

/// A part of a text, from its line `BEGIN` to the next one.
struct Part<'a> {
    /// Of `BEGIN`, from 1.
    line: usize,
    /// What is said to begin.
    label: String,
    text: &'a [u8],
}

/// The certificates of a text, with the lines that they begin on; at least one. What else it holds is passed over, as a
/// file may have a key beside its certificates.
pub(super) fn certificates(text: &Text) -> Result<Vec<(usize, CertificateDer<'static>)>, String> {
    let mut certificates = Vec::new();
    for part in parts(&text.pem) {
        if let Some((SectionKind::Certificate, der)) = part.decode(text)? {
            let certificate = CertificateDer::from(der);
            let parsed = ParsedCertificate::try_from(&certificate).map(drop);
            parsed.map_err(|cause| part.wrong(text, &format!("is no certificate: {cause}")))?;
            certificates.push((part.line, certificate));
        }
    }
    if certificates.is_empty() {
        return Err(format!("{} holds no certificate{}", text.name, held(text)));
    }
    Ok(certificates)
}

/// The first private key of a text. Of what it holds, nothing but labels and lines is shown.
pub(super) fn key(text: &Text) -> Result<PrivateKeyDer<'static>, String> {
    for part in parts(&text.pem) {
        let is_encrypted = part.label.contains("ENCRYPTED")
            || memchr::memmem::find(part.text, b",ENCRYPTED").is_some();
        if part.label.ends_with("PRIVATE KEY") && is_encrypted {
            let remedy = "is encrypted: write it without a passphrase, as `openssl pkey` does";
            return Err(part.wrong(text, remedy));
        }
        let decoded = part.decode(text)?;
        if let Some(key) = decoded.and_then(|(kind, der)| PrivateKeyDer::from_pem(kind, der)) {
            return Ok(key);
        }
    }
    Err(format!("{} holds no private key{}", text.name, held(text)))
}

fn parts(pem: &[u8]) -> impl Iterator<Item = Part<'_>> {
    let mut begins = Vec::new();
    let mut at = 0;
    for (i, line) in pem.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if let Some(rest) = line.strip_prefix(BEGIN) {
            begins.push((at, i + 1, label(rest)));
        }
        at += line.len();
    }
    let ends: Vec<_> = begins.iter().skip(1).map(|(at, ..)| *at).chain([pem.len()]).collect();
    begins.into_iter().zip(ends).map(|((at, line, label), end)| Part {
        line,
        label,
        text: &pem[at..end],
    })
}

/// What is said to begin, behind `BEGIN`: all of it is shown in messages, so that a key which follows on the same line
/// must not be in it.
fn label(line: &[u8]) -> String {
    let end = memchr::memmem::find(line, b"-----").unwrap_or(line.len());
    let label = line[..end].trim_ascii_end();
    let is_plain = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ';
    if label.len() <= LABEL_MAX && label.iter().all(is_plain) {
        String::from_utf8_lossy(label).into_owned()
    } else {
        "a section".to_owned()
    }
}

impl Part<'_> {
    /// What it is and its bytes; nothing if it is none of what PEM is known to hold.
    fn decode(&self, text: &Text) -> Result<Option<(SectionKind, Vec<u8>)>, String> {
        let wrong = |what| Err(self.wrong(text, what));
        match <(SectionKind, Vec<u8>)>::from_pem_slice(self.text) {
            Ok(decoded) => Ok(Some(decoded)),
            Err(Error::NoItemsFound) => Ok(None),
            Err(Error::MissingSectionEnd { .. }) => {
                wrong("has no line that ends it: copy it whole")
            }
            Err(Error::IllegalSectionStart { .. }) => {
                wrong("does not begin with -----BEGIN ...-----: write five hyphens behind it too")
            }
            Err(_) => wrong("is not base64: copy it anew"),
        }
    }

    fn wrong(&self, text: &Text, what: &str) -> String {
        format!("{}, line {}: {} {what}", text.name, self.line, self.label.escape_debug())
    }
}

/// What a text holds instead, for messages.
fn held(text: &Text) -> String {
    let labels: Vec<_> =
        parts(&text.pem).map(|part| part.label.escape_debug().to_string()).take(5).collect();
    if labels.is_empty() {
        ", expected PEM, which begins with -----BEGIN".to_owned()
    } else {
        format!(", but {}", labels.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate, and its key.
    fn made() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    fn text(pem: &str) -> Text {
        Text { name: "tls.x_file x.pem".to_owned(), pem: pem.as_bytes().to_vec() }
    }

    fn check_certificates(pem: &str, expected: Result<&[usize], &str>) {
        let seen = certificates(&text(pem));
        let seen = seen.map(|all| all.iter().map(|(line, _)| *line).collect::<Vec<_>>());
        assert_eq!(seen.as_deref().map_err(String::as_str), expected, "in\n{pem}");
    }

    fn check_key(pem: &str, expected: Result<(), &str>) {
        let seen = key(&text(pem)).map(drop);
        assert_eq!(seen, expected.map_err(str::to_owned), "in\n{pem}");
    }

    #[test]
    fn every_certificate_is_read_and_a_key_beside_them_passed_over() {
        let (certificate, key) = made();
        let lines = certificate.lines().count();
        check_certificates(&format!("a comment\n{certificate}"), Ok(&[2]));
        let both = format!("{certificate}{key}{}", certificate.replace('\n', "\r\n"));
        check_certificates(&both, Ok(&[1, lines + key.lines().count() + 1]));
        check_key(&both, Ok(()));
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        let (certificate, key) = made();
        let half = certificate.replace("-----END CERTIFICATE-----", "");
        let second = certificate.lines().count() + 1;
        check_certificates(
            &format!("{certificate}{half}"),
            Err(&format!(
                "tls.x_file x.pem, line {second}: CERTIFICATE has no line that ends it: copy it whole"
            )),
        );
        let (head, _) = certificate.split_once('\n').unwrap();
        check_certificates(
            &format!("\n{head}\n!!!!\n-----END CERTIFICATE-----\n"),
            Err("tls.x_file x.pem, line 2: CERTIFICATE is not base64: copy it anew"),
        );
        check_certificates(&key, Err("tls.x_file x.pem holds no certificate, but PRIVATE KEY"));
        check_certificates(
            "0x",
            Err(
                "tls.x_file x.pem holds no certificate, expected PEM, which begins with -----BEGIN",
            ),
        );
        let error = certificates(&text(&format!("{head}\nAAAA\n-----END CERTIFICATE-----\n")));
        assert!(error.unwrap_err().contains("line 1: CERTIFICATE is no certificate: "));
    }

    #[test]
    fn a_key_that_cannot_be_used_says_why_and_shows_nothing_of_itself() {
        let (certificate, key) = made();
        check_key(&key, Ok(()));
        check_key(&certificate, Err("tls.x_file x.pem holds no private key, but CERTIFICATE"));
        let remedy = "is encrypted: write it without a passphrase, as `openssl pkey` does";
        check_key(
            &key.replace("PRIVATE", "ENCRYPTED PRIVATE"),
            Err(&format!("tls.x_file x.pem, line 1: ENCRYPTED PRIVATE KEY {remedy}")),
        );
        for on_one_line in [key.replace('\n', " "), key.replace('\n', "\\n")] {
            let error = super::key(&text(&on_one_line)).map(drop).unwrap_err();
            let secret = key.lines().nth(1).unwrap();
            assert!(!error.contains(&secret[..8]), "{error}");
            assert!(error.contains("PRIVATE KEY"), "{error}");
        }
        let unclosed = format!("-----BEGIN PRIVATE KEY{}", key.lines().nth(1).unwrap());
        let error = super::key(&text(&unclosed)).map(drop).unwrap_err();
        assert!(error.contains("a section") && error.len() < 200, "{error}");
        let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nc2VjcmV0\n";
        check_key(old, Err(&format!("tls.x_file x.pem, line 1: RSA PRIVATE KEY {remedy}")));
    }
}
