//! Web pages that send.

use super::{
    http::{JSON, send},
    *,
};

const PAGE: &str = "https://app.example.com";

fn asking(origin: &str, headers: &str) -> String {
    format!(
        "origin: {origin}\r\naccess-control-request-method: POST\r\n\
         access-control-request-headers: {headers}\r\n"
    )
}

fn bench() -> Bench {
    let cors = CorsSettings {
        allowed_origins: vec!["https://*.example.com".to_owned()],
        allowed_headers: vec!["X-Tenant".to_owned()],
        max_age: Some(Duration::from_secs(7200)),
    };
    Bench::with(Pace::DEFAULT, cors, InFlight::DEFAULT_LIMIT)
}

#[tokio::test]
async fn without_cors_no_page_is_told_anything() {
    let bench = Bench::start();
    let answer = send(&bench, "OPTIONS /v1/traces", &asking(PAGE, "content-type"), b"").await;
    assert_eq!(answer.status, 405);
    assert!(!answer.head.contains("access-control"), "{}", answer.head);
    let answer = send(&bench, "POST /v1/traces", &format!("{JSON}origin: {PAGE}\r\n"), b"{}").await;
    assert_eq!(answer.status, 200);
    assert!(!answer.head.contains("access-control"), "{}", answer.head);
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_may_send_and_read_the_answer() {
    let bench = bench();
    let headers = asking(PAGE, "content-type,x-tenant");
    let answer = send(&bench, "OPTIONS /v1/traces", &headers, b"").await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("content-type,x-tenant"));
    assert_eq!(answer.header("access-control-max-age"), Some("7200"));
    assert_eq!(answer.header("vary"), Some("origin"));
    let sent = format!("{JSON}origin: {PAGE}\r\n");
    for (body, status) in [(&b"{}"[..], 200), (b"{", 400)] {
        let answer = send(&bench, "POST /v1/traces", &sent, body).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    }
}

#[tokio::test]
async fn every_other_page_header_and_method_is_refused() {
    let bench = bench();
    let put = asking(PAGE, "").replace("POST", "PUT");
    let strange = [asking("https://example.org", ""), asking(PAGE, "x-other"), put];
    for (headers, named) in strange.iter().zip(["origin", "header x-other", "method PUT"]) {
        let answer = send(&bench, "OPTIONS /v1/traces", headers, b"").await;
        assert_eq!(answer.status, 403);
        assert!(!answer.head.contains("access-control-allow"), "{}", answer.head);
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(said.contains(named) && said.contains("is not allowed"), "{said}");
    }
    let sent = format!("{JSON}origin: https://example.org\r\n");
    let answer = send(&bench, "POST /v1/traces", &sent, b"{}").await;
    assert!(!answer.head.contains("access-control-allow"), "{}", answer.head);
}
